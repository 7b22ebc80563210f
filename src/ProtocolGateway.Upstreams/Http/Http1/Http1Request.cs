using System.Buffers;
using System.Globalization;
using System.Text;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Upstreams.Http.Http1;

/// <summary>Sends one request; its body is pulled from the edge beside the reading of the answer.</summary>
/// <param name="call">The call.</param>
/// <param name="head">Its request line and what its body is.</param>
/// <param name="target">The target's prefix and the Host, both of the instance.</param>
/// <param name="cancellation">Ends the exchange where the request fails.</param>
internal sealed class Http1Request(GatewayCall call, HttpRequestHead head, Http1Target target, CallCancellation cancellation)
{
    // Eight digits: a piece never has more, and leading zeros are allowed (RFC 9112, section 7.1).
    private const int SizeLineLength = 10;

    // Up to here a head and the first piece of its body go out in one send.
    private const int MostJoined = 32 * 1024;

    private readonly long? _declared = head.ContentLength ?? (call.TryGetSingleMessage(out var whole) ? whole.Length : null);

    /// <summary>What is wrong with the request; it outranks whatever the backend then says.</summary>
    public GatewayError? Error { get; private set; }

    /// <summary>The sending failed because of the connection; the answer's side may know more.</summary>
    public string? Broken { get; private set; }

    /// <summary>All of it has been sent.</summary>
    public bool IsSent { get; private set; }

    /// <summary>Some of the body has been taken from the edge: it cannot be sent a second time.</summary>
    public bool HasPulled { get; private set; }

    /// <summary>Sends the request. Never throws.</summary>
    public async Task SendAsync(Stream transport)
    {
        try
        {
            using var output = new PooledBuffer(1024);
            WriteHead(output);
            if (!head.HasBody)
                await transport.WriteAsync(output.WrittenMemory, cancellation.Token);
            else if (call.TryGetSingleMessage(out var message))
                await SendWholeAsync(transport, output, message);
            else
                await PumpAsync(transport, output);
            IsSent = Error is null;
        }
        catch (OperationCanceledException)
        {
            Broken = "The call was cancelled.";
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            Broken = "Sending failed: " + exception.Message;
        }
    }

    private void WriteHead(PooledBuffer output)
    {
        Write(output, head.Method);
        output.Write(" "u8);
        Write(output, target.Prefix);
        Write(output, head.PathAndQuery);
        output.Write(" HTTP/1.1\r\nhost: "u8);
        Write(output, target.Host);
        output.Write("\r\n"u8);
        foreach (var (name, value) in call.Headers.Items)
        {
            if (!IsOurs(name))
                WriteField(output, name, value);
        }

        if (!head.HasBody)
        {
            // RFC 9110, section 8.6: methods that usually have a body say that it is empty.
            output.Write(head.Method is "POST" or "PUT" or "PATCH" ? "content-length: 0\r\n\r\n"u8 : "\r\n"u8);
            return;
        }

        if (head.ContentType is { } type)
            WriteField(output, "content-type", type);
        if (_declared is { } length)
            WriteField(output, "content-length", length.ToString(CultureInfo.InvariantCulture));
        else
            output.Write("transfer-encoding: chunked\r\n"u8);
        output.Write("\r\n"u8);
    }

    private async ValueTask SendWholeAsync(Stream transport, PooledBuffer output, ReadOnlySequence<byte> message)
    {
        if (!HoldsLength(message.Length, atEnd: true))
            return;
        foreach (var segment in message)
        {
            if (output.Length + segment.Length > MostJoined)
            {
                await transport.WriteAsync(output.WrittenMemory, cancellation.Token);
                output.Truncate(0);
            }

            output.Write(segment.Span);
        }

        await transport.WriteAsync(output.WrittenMemory, cancellation.Token);
    }

    private async ValueTask PumpAsync(Stream transport, PooledBuffer output)
    {
        long sent = 0;
        using var piece = new PooledBuffer(4096);
        while (true)
        {
            piece.Truncate(0);
            if (_declared is null)
            {
                piece.GetSpan(SizeLineLength);
                piece.Advance(SizeLineLength);
            }

            var pull = PullAsync(piece);
            if (!pull.IsCompleted && output.Length > 0)
            {
                // The client is slower than the head, and the backend may have something to say to the head alone.
                await transport.WriteAsync(output.WrittenMemory, cancellation.Token);
                output.Truncate(0);
            }

            if (!await pull)
                break;
            var length = piece.Length - (_declared is null ? SizeLineLength : 0);
            sent += length;
            if (!HoldsLength(sent, atEnd: false))
                return;
            if (length == 0)
                continue;
            if (_declared is null)
                FinishChunk(piece, length);
            await WriteAsync(transport, output, piece);
        }

        if (Error is not null || !HoldsLength(sent, atEnd: true))
            return;
        if (_declared is null)
            output.Write("0\r\n\r\n"u8);
        if (output.Length > 0)
            await transport.WriteAsync(output.WrittenMemory, cancellation.Token);
    }

    // The head, where it still waits, and the piece.
    private async ValueTask WriteAsync(Stream transport, PooledBuffer output, PooledBuffer piece)
    {
        if (output.Length > 0 && output.Length + piece.Length <= MostJoined)
        {
            output.Write(piece.WrittenSpan);
            await transport.WriteAsync(output.WrittenMemory, cancellation.Token);
        }
        else
        {
            if (output.Length > 0)
                await transport.WriteAsync(output.WrittenMemory, cancellation.Token);
            await transport.WriteAsync(piece.WrittenMemory, cancellation.Token);
        }

        output.Truncate(0);
    }

    private async ValueTask<bool> PullAsync(PooledBuffer into)
    {
        HasPulled = true;
        try
        {
            return await call.ReadMessageAsync(into, cancellation.Token);
        }
        catch (Exception exception) when (!cancellation.Token.IsCancellationRequested)
        {
            Fail(FailureMap.FromEdge(exception));
            return false;
        }
    }

    // A length that does not hold would shift the framing of the connection to the backend (request smuggling).
    private bool HoldsLength(long sent, bool atEnd)
    {
        if (_declared is not { } length || (atEnd ? sent == length : sent <= length))
            return true;
        Fail(GatewayErrors.InvalidInput($"The body does not have the {length} bytes that Content-Length declares."));
        return false;
    }

    private void Fail(GatewayError error)
    {
        Error = error;
        cancellation.Cancel();
    }

    private static void FinishChunk(PooledBuffer piece, int length)
    {
        var line = piece.WrittenSpan[..SizeLineLength];
        for (var i = 7; i >= 0; i--, length >>= 4)
            line[i] = (byte)"0123456789abcdef"[length & 0xF];
        "\r\n"u8.CopyTo(line[8..]);
        piece.Write("\r\n"u8);
    }

    private static void WriteField(PooledBuffer output, string name, string value)
    {
        Write(output, name);
        output.Write(": "u8);
        Write(output, value);
        output.Write("\r\n"u8);
    }

    // Edges read header values as UTF-8, so that this gives the bytes back as they came.
    private static void Write(PooledBuffer output, string text)
    {
        var span = output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        output.Advance(Encoding.UTF8.GetBytes(text, span));
    }

    // Host follows from the instance, the length from the body; an expectation was answered by our own server.
    private static bool IsOurs(string name) =>
        name is "host" or "content-type" or "content-length" or "expect" || HeaderNames.IsHopByHop(name);
}

/// <summary>What every request to one instance has in common.</summary>
/// <param name="Prefix">The path before every target's own; empty for none.</param>
/// <param name="Host">The Host header's value.</param>
internal sealed record Http1Target(string Prefix, string Host);
