using System.Buffers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ProtocolGateway.Edges.Sockets;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.WebSockets.PassThrough;

/// <summary>
/// A client's socket at a service's: after the handshake, bytes go both ways as they come, whatever subprotocol or extension the two agree on. A client of
/// HTTP/1.1 has its handshake with the service itself; one of HTTP/2 (RFC 8441) has no key, and the gateway makes the service's handshake for it.
/// <para>Where the gateway ends it, it closes both sides between two frames.</para>
/// </summary>
/// <param name="context">The client's request.</param>
/// <param name="service">The configured service.</param>
/// <param name="time">The clock.</param>
/// <param name="cut">Ends the call at once.</param>
internal sealed class PassThroughCall(HttpContext context, string service, TimeProvider time, CancellationTokenSource cut) : GatewayCall, IDisposable
{
    // How long the service may take to answer a close frame, and then the client: together less than the program takes to stop.
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(2);

    private const string KeyHeader = "sec-websocket-key";
    private const string AcceptHeader = "sec-websocket-accept";

    // What a socket that is silent for hours holds; after a piece that has filled it, the next may be larger.
    private const int Small = 1024;
    private const int Large = 16 * 1024;

    // Ends what is read from the client, and nothing else.
    private readonly CancellationTokenSource _reading = new();

    private Stream? _client;
    private string? _key;
    private int _wanted = Small;
    private FrameTrack _toService, _toClient;
    private SocketClose? _leaving;
    private ITimer? _patience;
    private CancellationTokenRegistration _ending;
    private bool _isBegun, _hasTold, _isSilent, _isOver;

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

    /// <summary>Closes both sides: the service is told that the client goes away, as for it the client does.</summary>
    /// <param name="close">What the client is told.</param>
    public void Leave(SocketClose close)
    {
        lock (_reading)
        {
            if (_isOver || _leaving is not null)
                return;
            _leaving = close;
            // A service that takes nothing, not even this.
            _patience = time.CreateTimer(static cut => ((CancellationTokenSource)cut!).Cancel(), cut, HasSwitched ? ClosePatience : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }

        _reading.Cancel();
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
        if (!_isBegun)
        {
            // Once for all reads.
            _isBegun = true;
            _ending = cancel.UnsafeRegister(static reading => ((CancellationTokenSource)reading!).Cancel(), _reading);
        }

        if (_leaving is not null)
            return await LeaveServiceAsync(into, cancel);
        var room = into.GetMemory(_wanted);
        int count;
        try
        {
            count = await _client!.ReadAsync(room, _reading.Token);
        }
        catch (OperationCanceledException) when (_leaving is not null)
        {
            return await LeaveServiceAsync(into, cancel);
        }

        _toService.Pass(room.Span[..count], untilClose: false);
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
        message.IsSingleSegment ? WriteAsync(message.First) : WriteAsync(message);

    /// <inheritdoc />
    public override async ValueTask OnEndAsync(GatewayError? error, CallHeaders? trailers)
    {
        Error = error;
        lock (_reading)
            _isOver = true;
        await _ending.DisposeAsync();
        if (_patience is not null)
            await _patience.DisposeAsync();
        if (_leaving is { } close && HasSwitched)
            await LeaveClientAsync(close);
        // A socket that breaks off has no close frame: so the client sees 1006, and comes back.
        else if (error is not null && HasSwitched)
            context.Abort();
        else if (error is not null && !context.Response.HasStarted)
            context.Response.StatusCode = error.EffectiveHttpStatus;
    }

    /// <inheritdoc />
    public void Dispose() => _reading.Dispose();

    private ValueTask WriteAsync(ReadOnlyMemory<byte> piece)
    {
        if (_isSilent)
            return default;
        // The service's answer to our close frame is not for the client, who gets ours.
        var count = _toClient.Pass(piece.Span, untilClose: _leaving is not null);
        _isSilent = count < piece.Length;
        return count == 0 ? default : _client!.WriteAsync(piece[..count]);
    }

    private async ValueTask WriteAsync(ReadOnlySequence<byte> message)
    {
        foreach (var piece in message)
            await WriteAsync(piece);
    }

    // The last that the service hears: a close frame; then a moment in which it may answer, and hang up.
    private async ValueTask<bool> LeaveServiceAsync(IBufferWriter<byte> into, CancellationToken cancel)
    {
        if (!_toService.IsBetween || _toService.HasClosed)
            return false;
        if (_hasTold)
        {
            await Task.Delay(ClosePatience, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return false;
        }

        _hasTold = true;
        into.Write(SocketClose.GoingAway.ToFrame(masked: true));
        return true;
    }

    // Nobody else writes to the client any more. In the midst of a frame nothing can be said.
    private async ValueTask LeaveClientAsync(SocketClose close)
    {
        using var patience = new CancellationTokenSource(ClosePatience, time);
        try
        {
            if (_toClient.IsBetween && !_toClient.HasClosed)
            {
                await _client!.WriteAsync(close.ToFrame(masked: false), patience.Token);
                // What it still sends is passed over until it has closed too: a connection that is closed before would lose the frame.
                var rest = new byte[Small];
                while (await _client.ReadAsync(rest, patience.Token) > 0)
                {
                }

                return;
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It has gone, or does not.
        }

        context.Abort();
    }

    // RFC 6455, section 4.2.2, which asks for SHA-1: a check that somebody speaks WebSocket, and no secret.
    private static string AcceptOf(string key)
    {
#pragma warning disable CA5350
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
    }
}
