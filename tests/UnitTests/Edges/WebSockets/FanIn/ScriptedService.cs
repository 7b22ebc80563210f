using System.Buffers;
using System.Threading.Channels;
using Google.Protobuf;
using ProtocolGateway.Edges.WebSockets.FanIn;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.FanIn.V1;
using Xunit;

namespace UnitTests.Edges.WebSockets.FanIn;

/// <summary>A service that does what a test says, on each stream that the gateway opens.</summary>
internal sealed class ScriptedService
{
    private readonly Channel<ScriptedStream> _streams = Channel.CreateUnbounded<ScriptedStream>();

    /// <summary>The route to it.</summary>
    public static FanInOptions Route => new() { Path = "/chat", Service = "chat", Serve = FanInOptions.ServeOf("chat"), Streams = 1, Credit = 4 };

    /// <summary>The next stream, whose hello is read.</summary>
    public async Task<ScriptedStream> NextStreamAsync()
    {
        var stream = await _streams.Reader.ReadAsync(Patience()).AsTask();
        Assert.Equal(GatewayEvent.EventOneofCase.Hello, (await stream.NextAsync()).EventCase);
        return stream;
    }

    /// <summary>A <see cref="CallHandler"/>.</summary>
    public async ValueTask HandleAsync(GatewayCall call)
    {
        var stream = new ScriptedStream(call);
        await _streams.Writer.WriteAsync(stream);
        var error = await stream.Ended;
        call.Error = error;
        await call.OnEndAsync(error, null);
    }

    public static CancellationToken Patience() => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;
}

/// <summary>One stream of the gateway.</summary>
internal sealed class ScriptedStream(GatewayCall call)
{
    private readonly Queue<GatewayEvent> _events = new();
    private readonly TaskCompletionSource<GatewayError?> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<GatewayError?> Ended => _end.Task;

    /// <summary>The next event of the gateway.</summary>
    public async Task<GatewayEvent> NextAsync()
    {
        while (_events.Count == 0)
        {
            using var batch = new PooledBuffer();
            Assert.True(await call.ReadMessageAsync(batch, ScriptedService.Patience()));
            foreach (var one in FromGateway.Parser.ParseFrom(batch.WrittenSpan).Events)
                _events.Enqueue(one);
        }

        return _events.Dequeue();
    }

    /// <summary>Nothing waits, and nothing comes for a while.</summary>
    public async Task ExpectNothingAsync()
    {
        using var batch = new PooledBuffer();
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        Assert.Empty(_events);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await call.ReadMessageAsync(batch, soon.Token));
    }

    public ValueTask SendAsync(params ServiceEvent[] events) => call.OnMessageAsync(new ReadOnlySequence<byte>(new ToGateway { Events = { events } }.ToByteArray()));

    public void End(GatewayError? error) => _end.TrySetResult(error);
}
