using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Threading.Channels;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using Xunit;

namespace UnitTests.Upstreams;

/// <summary>An edge that keeps what it is given.</summary>
internal sealed class RecordingCall : GatewayCall
{
    private readonly Channel<object> _requests = Channel.CreateUnbounded<object>();
    private readonly Channel<string> _answers = Channel.CreateUnbounded<string>();

    public byte[]? Single { get; init; }

    public List<byte[]> Messages { get; } = [];

    public AnswerHead? Head { get; private set; }

    public CallHeaders? Trailers { get; private set; }

    public int Ends { get; private set; }

    public bool StillReading { get; private set; }

    public Func<ValueTask>? OnMessage { get; init; }

    public Func<ValueTask>? OnEnd { get; init; }

    public string Text => string.Join("|", Messages.Select(Encoding.UTF8.GetString));

    [SetsRequiredMembers]
    public RecordingCall(string path, Shape shape = Shape.Unary, ContractKind kind = ContractKind.Grpc)
    {
        Edge = "test";
        Operation = new Operation
        {
            FullName = "t.S." + path,
            Name = path,
            ServiceName = "t.S",
            Kind = kind,
            Shape = shape,
            Input = new MessageType("t.In"),
            Output = null,
            Source = new SourceLocation("test", ""),
        };
    }

    public static RecordingCall Unary(string path, string message = "ping") => new(path) { Single = Encoding.UTF8.GetBytes(message) };

    public static RecordingCall Http(string method, string target, string? body = null, bool stream = false, long? length = null) =>
        new("http", Shape.Unary, ContractKind.Http)
        {
            HttpRequest = new(method, target, body is null && !stream ? null : "text/plain", length, body is not null || stream),
            Single = body is null || stream ? null : Encoding.UTF8.GetBytes(body),
        };

    public void Send(string message) => _requests.Writer.TryWrite(Encoding.UTF8.GetBytes(message));

    public void SendError(GatewayError error) => _requests.Writer.TryWrite(new GatewayCallException(error));

    public void SendEnd() => _requests.Writer.Complete();

    public async Task<string> NextAsync() => await _answers.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

    public override bool TryGetSingleMessage(out ReadOnlySequence<byte> message)
    {
        message = Single is null ? default : new(Single);
        return Single is not null;
    }

    public override async ValueTask<bool> ReadMessageAsync(IBufferWriter<byte> into, CancellationToken cancel)
    {
        StillReading = true;
        try
        {
            if (!await _requests.Reader.WaitToReadAsync(cancel) || !_requests.Reader.TryRead(out var item))
                return false;
            if (item is Exception exception)
                throw exception;
            into.Write((byte[])item);
            return true;
        }
        finally
        {
            StillReading = false;
        }
    }

    public override ValueTask OnHeadAsync(AnswerHead head)
    {
        Assert.Null(Head);
        Assert.Equal(0, Ends);
        Head = head;
        return ValueTask.CompletedTask;
    }

    public override ValueTask OnMessageAsync(ReadOnlySequence<byte> message, bool moreAtHand)
    {
        Assert.NotNull(Head);
        Assert.Equal(0, Ends);
        Messages.Add(message.ToArray());
        _answers.Writer.TryWrite(Encoding.UTF8.GetString(message));
        return OnMessage?.Invoke() ?? ValueTask.CompletedTask;
    }

    public override ValueTask OnEndAsync(GatewayError? error, CallHeaders? trailers)
    {
        Assert.False(StillReading, "The call ended while its request was still being read.");
        Assert.Equal(error, Error);
        Ends++;
        Trailers = trailers;
        return OnEnd?.Invoke() ?? ValueTask.CompletedTask;
    }
}
