using System.Buffers;
using System.Buffers.Binary;
using Microsoft.AspNetCore.Http;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.Grpc;

/// <summary>A call by the Connect protocol, unary or streamed.</summary>
internal sealed class ConnectCall(HttpContext context, ConnectTarget target, ConnectForm form, ConnectErrorWriter errors) : GatewayCall, IDisposable
{
    // EndStreamResponse (connectrpc.com/docs/protocol, "Streaming RPCs").
    private const byte EndOfStream = 2;
    private const int MostHeldBack = 16 * 1024;

    private readonly PooledBuffer _answer = new();
    private GatewayError? _failure;
    private bool _answered;
    private bool _singleRead;

    /// <summary>The request message of a unary call.</summary>
    public PooledBuffer Request { get; } = new();

    /// <summary>Where the messages of a stream come from; null for a unary call.</summary>
    public ConnectMessages? Messages { get; init; }

    /// <summary>Ends the backend's call when we want no more of it.</summary>
    public required CancellationTokenSource Stop { get; init; }

    /// <inheritdoc />
    public override bool TryGetSingleMessage(out ReadOnlySequence<byte> message)
    {
        message = Messages is null ? new(Request.WrittenMemory) : default;
        return Messages is null;
    }

    /// <inheritdoc />
    public override ValueTask<bool> ReadMessageAsync(IBufferWriter<byte> into, CancellationToken cancel)
    {
        if (Messages is not null)
            return Messages.ReadAsync(into, cancel);
        if (_singleRead)
            return new(false);
        _singleRead = true;
        into.Write(Request.WrittenSpan);
        return new(true);
    }

    /// <inheritdoc />
    public override ValueTask OnHeadAsync(AnswerHead head)
    {
        ClientHeaders.FromMetadata(head.Headers, context.Response, raw: false);
        return default;
    }

    /// <inheritdoc />
    public override ValueTask OnMessageAsync(ReadOnlySequence<byte> message, bool moreAtHand)
    {
        if (_failure is not null)
            return default;
        if (!form.Streams && _answered)
            return Broken(GatewayErrors.BackendProtocol(target.Service, "more than one message for a single answer"));
        _answer.Clear();
        if (form.Streams)
            Prefix(0);
        if (Take(message) is { } error)
            return Broken(error);
        if (!form.Streams)
        {
            _answered = true;
            return default;
        }

        Start();
        return SendAsync(moreAtHand);
    }

    /// <inheritdoc />
    public override ValueTask OnEndAsync(GatewayError? error, CallHeaders? trailers)
    {
        error = _failure ?? error;
        if (form.Streams)
            return EndStreamAsync(error, trailers);
        if (error is null && !_answered)
            error = GatewayErrors.BackendProtocol(target.Service, "no message, and no error either");
        if (trailers is not null)
            ClientHeaders.FromTrailers(trailers, context.Response, "trailer-");
        if (error is not null)
        {
            errors.Write(context, this, error, Operation.FullName);
            return default;
        }

        Start();
        context.Response.ContentLength = _answer.Length;
        context.Response.BodyWriter.Write(_answer.WrittenSpan);
        return default;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Request.Dispose();
        _answer.Dispose();
        Stop.Dispose();
    }

    private void Prefix(byte flags) => _answer.Write((ReadOnlySpan<byte>)[flags, 0, 0, 0, 0]);

    private GatewayError? Take(ReadOnlySequence<byte> message)
    {
        if (form.Json)
            return target.Format(message, _answer) is { } wrong ? GatewayErrors.BackendContract(target.Service, wrong.ToString()) : null;
        foreach (var piece in message)
            _answer.Write(piece.Span);
        return null;
    }

    private void Start()
    {
        if (_answered && form.Streams)
            return;
        _answered = true;
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = form.MediaType;
    }

    private ValueTask SendAsync(bool moreAtHand)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_answer.WrittenSpan[1..], (uint)_answer.Length - 5);
        var output = context.Response.BodyWriter;
        output.Write(_answer.WrittenSpan);
        return moreAtHand && output.UnflushedBytes < MostHeldBack ? default : FlushAsync();
    }

    private async ValueTask FlushAsync() => await context.Response.BodyWriter.FlushAsync(CancellationToken.None);

    // The status is always 200: whether the call went well is in the last record.
    private ValueTask EndStreamAsync(GatewayError? error, CallHeaders? trailers)
    {
        _answer.Clear();
        Prefix(EndOfStream);
        errors.WriteEnd(_answer, this, error, trailers);
        if (context.RequestAborted.IsCancellationRequested)
            return default;
        Start();
        return SendAsync(moreAtHand: false);
    }

    private ValueTask Broken(GatewayError error)
    {
        _failure = error;
        Stop.Cancel();
        return default;
    }
}
