using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ProtocolGateway.Hosting;

/// <summary>
/// HTTP/1.1 and HTTP/2 by prior knowledge on one clear-text listener. Kestrel chooses HTTP/1.1 where TLS does not negotiate, so the first bytes
/// choose instead: an HTTP/2 connection begins with a preface that no HTTP/1.1 request can be (RFC 9113, section 3.4).
/// </summary>
internal static class CleartextHttp2
{
    // Kestrel's own keep-alive timeout does not run yet; a client that sends nothing must not hold the connection for ever, nor longer than after that.
    private static readonly TimeSpan FirstBytePatience = new KestrelServerLimits().KeepAliveTimeout;

    // The per-connection choice exists inside Kestrel, for its TLS callbacks, but is not public. Null in a version without it: HTTP/1.1 only then. The
    // public ways cost more: a transport of our own that deals accepted sockets out to two endpoints, or a TLS feature that lies about the scheme.
    private static readonly Type? ProtocolsFeature = typeof(KestrelServerOptions).Assembly.GetType("Microsoft.AspNetCore.Server.Kestrel.Core.Internal.HttpProtocolsFeature");

    // One for all connections: nobody writes to it.
    private static readonly object? Http2 = ProtocolsFeature is null ? null : Activator.CreateInstance(ProtocolsFeature, HttpProtocols.Http2);

    private enum FirstBytes
    {
        Preface,
        Other,
        None,
    }

    /// <summary>False where this version of Kestrel has no choice per connection.</summary>
    public static bool IsSupported => Http2 is not null;

    /// <summary>Makes the listener take both.</summary>
    public static void UseCleartextHttp2(this ListenOptions options)
    {
        options.Protocols = HttpProtocols.Http1;
        if (Http2 is not null)
            options.Use(next => connection => ServeAsync(connection, next));
    }

    private static async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var first = await LookAsync(connection);
        if (first == FirstBytes.Preface)
            connection.Features[ProtocolsFeature!] = Http2;
        if (first != FirstBytes.None)
            await next(connection);
    }

    private static async Task<FirstBytes> LookAsync(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        // At shutdown Kestrel asks connections to end; one without a request can do so at once.
        var ending = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ending);
        patience.CancelAfter(FirstBytePatience);
        try
        {
            while (true)
            {
                var result = await input.ReadAsync(patience.Token);
                var buffer = result.Buffer;
                var decided = Decide(buffer);
                // Nothing is consumed; what has been looked at is handed out again at once unless more is needed.
                input.AdvanceTo(buffer.Start, decided is null && !result.IsCompleted ? buffer.End : buffer.Start);
                if (decided is { } found)
                    return found;
                if (result.IsCompleted)
                    return buffer.IsEmpty ? FirstBytes.None : FirstBytes.Other;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The server ends, the client took too long, or it has gone with a reset: there is nothing to answer.
            return FirstBytes.None;
        }
    }

    // "PRI * ..." is enough: PRI is a method that HTTP/1.1 keeps reserved for exactly this.
    private static FirstBytes? Decide(in ReadOnlySequence<byte> buffer)
    {
        var preface = "PRI * HTTP/2.0\r\n"u8;
        Span<byte> first = stackalloc byte[preface.Length];
        var length = (int)Math.Min(buffer.Length, first.Length);
        buffer.Slice(0, length).CopyTo(first);
        if (!first[..length].SequenceEqual(preface[..length]))
            return FirstBytes.Other;
        return length == preface.Length ? FirstBytes.Preface : null;
    }
}
