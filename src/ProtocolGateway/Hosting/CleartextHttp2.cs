using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ProtocolGateway.Hosting;

/// <summary>
/// HTTP/1.1 and HTTP/2 by prior knowledge on one clear-text listener. Kestrel chooses HTTP/1.1 where TLS does not negotiate, so the first bytes
/// choose instead: an HTTP/2 connection begins with a preface that no HTTP/1.1 request can be (RFC 9113, section 3.4).
/// </summary>
internal static class CleartextHttp2
{
    // Kestrel's own request line deadline does not run yet; a client that sends nothing must not hold the connection for ever.
    private static readonly TimeSpan FirstBytePatience = TimeSpan.FromSeconds(130);

    // The per-connection choice exists inside Kestrel, for its TLS callbacks, but is not public. Null in a version without it: HTTP/1.1 only then.
    private static readonly Type? ProtocolsFeature = typeof(KestrelServerOptions).Assembly.GetType("Microsoft.AspNetCore.Server.Kestrel.Core.Internal.HttpProtocolsFeature");

    /// <summary>Makes the listener take both.</summary>
    public static void UseCleartextHttp2(this ListenOptions options)
    {
        options.Protocols = HttpProtocols.Http1;
        if (ProtocolsFeature is null)
            return;
        var http2 = Activator.CreateInstance(ProtocolsFeature, HttpProtocols.Http2)!;
        options.Use(next => async connection =>
        {
            if (await BeginsWithPrefaceAsync(connection))
                connection.Features[ProtocolsFeature] = http2;
            await next(connection);
        });
    }

    private static async Task<bool> BeginsWithPrefaceAsync(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        using var patience = new CancellationTokenSource(FirstBytePatience);
        try
        {
            while (true)
            {
                var result = await input.ReadAsync(patience.Token);
                var buffer = result.Buffer;
                var decided = Decide(buffer);
                // Nothing is consumed; what has been looked at is handed out again at once unless more is needed.
                input.AdvanceTo(buffer.Start, decided is null && !result.IsCompleted ? buffer.End : buffer.Start);
                if (decided is not null || result.IsCompleted)
                    return decided ?? false;
            }
        }
        catch (OperationCanceledException)
        {
            connection.Abort();
            return false;
        }
    }

    // "PRI * ..." is enough: PRI is a method that HTTP/1.1 keeps reserved for exactly this.
    private static bool? Decide(in ReadOnlySequence<byte> buffer)
    {
        var preface = "PRI * HTTP/2.0\r\n"u8;
        Span<byte> first = stackalloc byte[preface.Length];
        var length = (int)Math.Min(buffer.Length, first.Length);
        buffer.Slice(0, length).CopyTo(first);
        if (!first[..length].SequenceEqual(preface[..length]))
            return false;
        return length == preface.Length ? true : null;
    }
}
