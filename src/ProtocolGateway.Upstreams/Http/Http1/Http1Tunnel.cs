using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Upstreams.Http.Http1;

/// <summary>
/// A call whose connection changes to another protocol (RFC 9110, section 7.8), such as WebSocket: after the service's 101 bytes go both ways as they come.
/// Such a connection carries nothing else, before or after.
/// </summary>
internal sealed class Http1Tunnel(GatewayCall call, HttpRequestHead head, string service, int headerLimit, CallCancellation cancellation)
{
    private const int SwitchingProtocols = 101;

    // 100 and 103 come once or twice.
    private const int MostInterim = 16;

    // A connection that is silent for hours holds a small buffer each way; one that brings much at a time is read in larger pieces.
    private const int Small = 1024;
    private const int Large = 16 * 1024;

    private bool _inEdge;
    private volatile bool _clientEnded;

    /// <summary>Carries the call over a connection of its own, and closes that.</summary>
    public async ValueTask<CallEnd> RunAsync(Http1Connection connection, Http1Target target)
    {
        using (connection)
        {
            try
            {
                using (var output = new PooledBuffer())
                {
                    WriteHead(output, target);
                    await connection.Transport.WriteAsync(output.WrittenMemory, cancellation.Token);
                }

                var (answer, wrong) = await ReadHeadAsync(connection);
                if (answer is null)
                    return new(wrong);
                await ToEdgeAsync(call.OnHeadAsync(new AnswerHead(answer.Status, answer.Headers)));
                return answer.Status == SwitchingProtocols ? await TunnelAsync(connection) : default;
            }
            catch (Exception exception)
            {
                return new(Explain(exception));
            }
        }
    }

    private void WriteHead(PooledBuffer output, Http1Target target)
    {
        var text = new StringBuilder(head.Method).Append(' ').Append(target.Prefix).Append(head.PathAndQuery).Append(" HTTP/1.1\r\nhost: ").Append(target.Host)
            .Append("\r\nconnection: Upgrade\r\nupgrade: ").Append(head.Upgrade).Append("\r\n");
        foreach (var (name, value) in call.Headers.Items)
        {
            if (name is not ("host" or "content-length" or "content-type" or "expect") && !HeaderNames.IsHopByHop(name))
                text.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        text.Append("\r\n");
        // As edges read them: the bytes come out as they came in.
        output.Advance(Encoding.UTF8.GetBytes(text.ToString(), output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));
    }

    private async ValueTask<(Http1Head? Head, GatewayError? Wrong)> ReadHeadAsync(Http1Connection connection)
    {
        var input = connection.Input;
        for (var interim = 0; interim < MostInterim;)
        {
            var length = Http1HeadParser.Measure(input.Buffered.Span);
            if (length > headerLimit || (length == 0 && input.Buffered.Length >= headerLimit))
                return (null, GatewayErrors.BackendProtocol(service, $"The headers are larger than {headerLimit} bytes."));
            if (length == 0)
            {
                if (!await input.FillAsync(cancellation.Token))
                    return (null, GatewayErrors.BackendLost(service, "The connection ended without an answer."));
                continue;
            }

            var answer = connection.Parser.Parse(Http1HeadParser.Lines(input.Buffered.Span[..length]));
            input.Consume(length);
            if (answer is null)
                return (null, GatewayErrors.BackendProtocol(service, connection.Parser.Wrong!));
            if (answer.Status is SwitchingProtocols or >= 200)
                return (answer, null);
            interim++;
        }

        return (null, GatewayErrors.BackendProtocol(service, "Too many interim answers."));
    }

    private async ValueTask<CallEnd> TunnelAsync(Http1Connection connection)
    {
        var transport = connection.Transport;
        // Once for all: a token with each read and write would be registered and taken back for each message.
        using var cut = cancellation.Token.UnsafeRegister(static transport => ((Stream)transport!).Dispose(), transport);
        var sending = SendAsync(transport);
        try
        {
            // What came together with the head.
            if (connection.Input.Buffered is { IsEmpty: false } first)
                await ToEdgeAsync(call.OnMessageAsync(new ReadOnlySequence<byte>(first)));
            connection.Input.Consume(connection.Input.Buffered.Length);
            connection.Input.Release();
            await ReceiveAsync(transport);
            return default;
        }
        finally
        {
            // Nothing of the call may be touched after its end.
            cancellation.Cancel();
            await sending;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReceiveAsync(Stream transport)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Small);
        try
        {
            int count;
            while ((count = await transport.ReadAsync(buffer)) > 0)
            {
                _inEdge = true;
                await call.OnMessageAsync(new ReadOnlySequence<byte>(buffer, 0, count));
                _inEdge = false;
                buffer = Fit(buffer, count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Larger where a piece has filled the buffer, and small again with the first piece that needs no more.
    private static byte[] Fit(byte[] buffer, int count)
    {
        var wanted = count == buffer.Length ? Large : count <= Small ? Small : buffer.Length;
        if (wanted == buffer.Length)
            return buffer;
        ArrayPool<byte>.Shared.Return(buffer);
        return ArrayPool<byte>.Shared.Rent(wanted);
    }

    // The client's bytes to the service, until there are no more: then the tunnel has no other use.
    private async Task SendAsync(Stream transport)
    {
        try
        {
            using var piece = new PooledBuffer(Small);
            while (await call.ReadMessageAsync(piece, cancellation.Token))
            {
                await transport.WriteAsync(piece.WrittenMemory);
                if (piece.Length > Small)
                    piece.Dispose();
                else
                    piece.Clear();
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException or GatewayCallException)
        {
            // Whoever receives learns it too, or has ended the tunnel.
        }

        _clientEnded = true;
        cancellation.Cancel();
    }

    private async ValueTask ToEdgeAsync(ValueTask told)
    {
        _inEdge = true;
        await told;
        _inEdge = false;
    }

    private GatewayError Explain(Exception exception)
    {
        if (call.Cancelled.IsCancellationRequested || _clientEnded)
            return GatewayErrors.CallerGone();
        if (_inEdge)
            return FailureMap.FromEdge(exception);
        return exception switch
        {
            IOException or ObjectDisposedException or InvalidOperationException => GatewayErrors.BackendLost(service, "The connection was lost: " + exception.Message),
            OperationCanceledException when cancellation.DeadlinePassed => GatewayErrors.DeadlineExceeded(),
            OperationCanceledException => GatewayErrors.CallerGone(),
            _ => GatewayErrors.Bug(exception),
        };
    }
}
