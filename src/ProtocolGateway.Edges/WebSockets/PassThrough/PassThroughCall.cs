using System.Buffers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.WebSockets.PassThrough;

/// <summary>
/// A client's socket at a service's: after the handshake, bytes go both ways as they come, whatever subprotocol or extension the two agree on. A client of
/// HTTP/1.1 has its handshake with the service itself; one of HTTP/2 (RFC 8441) has no key, and the gateway makes the service's handshake for it.
/// </summary>
internal sealed class PassThroughCall(HttpContext context, string service) : GatewayCall
{
    private const string KeyHeader = "sec-websocket-key";
    private const string AcceptHeader = "sec-websocket-accept";

    // What a socket that is silent for hours holds; after a piece that has filled it, the next may be larger.
    private const int Small = 1024;
    private const int Large = 16 * 1024;

    private Stream? _client;
    private string? _key;
    private int _wanted = Small;

    /// <summary>The handshake was made; bytes have gone or will go.</summary>
    public bool HasSwitched => _client is not null;

    /// <summary>Makes what the service's handshake needs and the client's does not have.</summary>
    public void Prepare()
    {
        if (!HttpMethods.IsConnect(context.Request.Method))
            return;
        _key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        Headers.Remove(KeyHeader);
        Headers.TryAdd(KeyHeader, _key);
    }

    /// <inheritdoc />
    public override bool TryGetSingleMessage(out ReadOnlySequence<byte> message)
    {
        message = default;
        return false;
    }

    /// <inheritdoc />
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<bool> ReadMessageAsync(IBufferWriter<byte> into, CancellationToken cancel)
    {
        var room = into.GetMemory(_wanted);
        var count = await _client!.ReadAsync(room, cancel);
        into.Advance(count);
        _wanted = count == room.Length ? Large : Small;
        return count > 0;
    }

    /// <inheritdoc />
    public override async ValueTask OnHeadAsync(AnswerHead head)
    {
        var response = context.Response;
        if (head.Status != StatusCodes.Status101SwitchingProtocols)
        {
            // What the service says in place of a handshake is its own; a success that is none is not.
            response.StatusCode = head.Status is >= 300 and <= 599 ? head.Status : StatusCodes.Status502BadGateway;
            return;
        }

        if (_key is not null && head.Headers.Find(AcceptHeader) != AcceptOf(_key))
            throw new GatewayCallException(GatewayErrors.BackendProtocol(service, "a WebSocket handshake that is not the answer to ours"));
        foreach (var (name, value) in head.Headers.Items)
        {
            if (name != "content-length" && !(_key is not null && name == AcceptHeader) && ClientHeaders.MayReturn(name) && ClientHeaders.IsWritable(value))
                response.Headers.Append(name, value);
        }

        if (_key is not null)
        {
            _client = await context.Features.GetRequiredFeature<IHttpExtendedConnectFeature>().AcceptAsync();
            return;
        }

        response.Headers.Upgrade = "websocket";
        _client = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
    }

    /// <inheritdoc />
    public override ValueTask OnMessageAsync(ReadOnlySequence<byte> message, bool moreAtHand = false) =>
        message.IsSingleSegment ? _client!.WriteAsync(message.First) : WriteAsync(message);

    /// <inheritdoc />
    public override ValueTask OnEndAsync(GatewayError? error, CallHeaders? trailers)
    {
        Error = error;
        if (error is null)
            return default;
        // A socket that breaks off has no close frame: so the client sees 1006, and comes back.
        if (HasSwitched)
            context.Abort();
        else if (!context.Response.HasStarted)
            context.Response.StatusCode = error.EffectiveHttpStatus;
        return default;
    }

    private async ValueTask WriteAsync(ReadOnlySequence<byte> message)
    {
        foreach (var piece in message)
            await _client!.WriteAsync(piece);
    }

    // RFC 6455, section 4.2.2, which asks for SHA-1: a check that somebody speaks WebSocket, and no secret.
    private static string AcceptOf(string key)
    {
#pragma warning disable CA5350
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
    }
}
