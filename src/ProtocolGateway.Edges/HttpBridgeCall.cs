using System.Buffers;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges;

/// <summary>The HTTP call behind a call that carries protobuf. Its answer is kept until it is whole, and goes to the other call as one message.</summary>
internal sealed class HttpBridgeCall : GatewayCall, IDisposable
{
    private readonly GatewayCall _outer;
    private readonly HttpBridgePlan _plan;
    private readonly int _limit;
    private readonly PooledBuffer _answer = new();
    private CallHeaders? _metadata;
    private int _status;
    private long _received;
    private bool _read;

    public HttpBridgeCall(GatewayCall outer, HttpBridgePlan plan, int limit)
    {
        (_outer, _plan, _limit) = (outer, plan, limit);
        Headers.AddAll(outer.Headers);
        Headers.RemoveAll(static name => ClientHeaders.SpeaksOfRequest(name) || name is "x-grpc-web" or "x-user-agent");
        Headers.TryAdd("accept", "application/json");
    }

    /// <summary>The body of the request.</summary>
    public PooledBuffer Body { get; } = new();

    private bool IsSuccess => _status is >= 200 and <= 299;

    /// <inheritdoc />
    public override bool TryGetSingleMessage(out ReadOnlySequence<byte> message)
    {
        var whole = HttpRequest is { HasBody: true };
        message = whole ? new(Body.WrittenMemory) : default;
        return whole;
    }

    /// <inheritdoc />
    public override ValueTask<bool> ReadMessageAsync(IBufferWriter<byte> into, CancellationToken cancel)
    {
        if (_read || HttpRequest is not { HasBody: true })
            return new(false);
        _read = true;
        into.Write(Body.WrittenSpan);
        return new(true);
    }

    /// <inheritdoc />
    public override ValueTask OnHeadAsync(AnswerHead head)
    {
        _status = head.Status;
        _metadata = head.Headers;
        // The backend's HTTP stack and body are not the client's; who may read the answer is the gateway's to say.
        _metadata.RemoveAll(static name => !ClientHeaders.MayReturn(name) || name is "date" or "server" or "vary" or "alt-svc"
            || name.StartsWith("content-", StringComparison.Ordinal) || name.StartsWith("access-control-", StringComparison.Ordinal));
        return default;
    }

    /// <inheritdoc />
    public override ValueTask OnMessageAsync(ReadOnlySequence<byte> message, bool moreAtHand)
    {
        // Counted for an error too, of which nothing is kept: a body without end would hold the call for as long.
        if ((_received += message.Length) > _limit)
            throw new GatewayCallException(IsSuccess ? GatewayErrors.AnswerTooLarge(_plan.Service, _limit) : Refused());
        // What a service says of an error may be private.
        if (!IsSuccess)
            return default;
        foreach (var segment in message)
            _answer.Write(segment.Span);
        return default;
    }

    /// <inheritdoc />
    public override async ValueTask OnEndAsync(GatewayError? error, CallHeaders? trailers)
    {
        error ??= IsSuccess ? null : Refused();
        using var message = new PooledBuffer();
        error ??= _plan.Read(_answer.WrittenSpan, message);
        try
        {
            if (_metadata is not null)
                await _outer.OnHeadAsync(new AnswerHead(200, _metadata));
            if (error is null)
                await _outer.OnMessageAsync(new(message.WrittenMemory), moreAtHand: false);
        }
        catch (GatewayCallException refused)
        {
            error = refused.Error;
        }

        Error = _outer.Error = error;
        await _outer.OnEndAsync(error, trailers);
        // The other call's edge may have found more, and told of it.
        (Error, IncidentId) = (_outer.Error, _outer.IncidentId);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Body.Dispose();
        _answer.Dispose();
    }

    // A REST backend's own status is an answer; what it says besides may be private.
    private GatewayError Refused() => _status is >= 400 and <= 599
        ? GatewayErrors.BackendHttpStatus(_plan.Service, _status)
        : GatewayErrors.BackendProtocol(_plan.Service, $"HTTP status {_status}");
}
