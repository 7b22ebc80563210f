using System.Buffers;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.Upstreams.Sharing;
using Xunit;

namespace UnitTests.Upstreams.Sharing;

/// <summary>Calls that ask for the same share a stream, and a slow one has what the operation says.</summary>
public sealed class SharedStreamsTests
{
    private static readonly Operation _watch = new()
    {
        FullName = "a.B.Watch",
        Name = "Watch",
        ServiceName = "a.B",
        Kind = ContractKind.Grpc,
        Shape = Shape.ServerStreaming,
        Input = new("a.In"),
        Output = new MessageType("a.Out"),
        Source = new("test", ""),
    };

    private readonly List<GatewayCall> _streams = [];
    private readonly TaskCompletionSource _end = new();
    private GatewayError? _error;

    [Fact]
    public async Task Who_asks_for_the_same_gets_the_same_messages_and_the_same_end()
    {
        var shares = Shares(new());
        var (first, second) = (new Caller("in"), new Caller("in", ("authorization", "x"), ("x-other", "1")));
        var third = new Caller("in", ("authorization", "x"), ("x-other", "2"));
        var calling = new[] { shares.HandleAsync(first).AsTask(), shares.HandleAsync(second).AsTask(), shares.HandleAsync(third).AsTask() };
        Assert.Equal(2, _streams.Count);
        Assert.Equal(["authorization"], _streams[1].Headers.Items.ToArray().Select(static h => h.Key));
        await _streams[1].OnHeadAsync(new(200, new()));
        await SayAsync(1, "a");
        await SayAsync(1, "b");
        Assert.Empty(first.Heard);
        Assert.Equal(["head", "a", "b"], second.Heard);
        Assert.Equal(["head", "a", "b"], third.Heard);
        // What one of them makes of a message, the other finds.
        Assert.Same(second.Last, third.Last);
        _error = GatewayErrors.BackendLost("a", "test");
        _end.SetResult();
        await Task.WhenAll(calling);
        Assert.All((Caller[])[first, second, third], c => Assert.Equal(_error, c.Error));
        // The next one begins another stream.
        _ = shares.HandleAsync(new Caller("in")).AsTask();
        Assert.Equal(3, _streams.Count);
    }

    [Theory]
    [InlineData(false, new string[0])]
    [InlineData(true, new[] { "b" })]
    public async Task A_late_comer_gets_the_last_message_where_that_is_asked_for(bool retain, string[] heard)
    {
        var shares = Shares(new() { RetainLast = retain });
        _ = shares.HandleAsync(new Caller("in")).AsTask();
        await SayAsync(0, "a");
        await SayAsync(0, "b");
        var late = new Caller("in");
        _ = shares.HandleAsync(late).AsTask();
        Assert.Equal(heard, late.Heard);
        Assert.Single(_streams);
    }

    [Fact]
    public async Task Block_makes_the_service_wait_for_the_slowest()
    {
        var shares = Shares(new() { SlowConsumer = SlowSubscriber.Block, QueueMessages = 2 });
        var (slow, fast) = (new Caller("in") { Gate = new() }, new Caller("in"));
        _ = shares.HandleAsync(slow).AsTask();
        _ = shares.HandleAsync(fast).AsTask();
        // One is with the caller, two wait.
        for (var i = 0; i < 3; i++)
            Assert.True(SayAsync(0, $"{i}").IsCompleted);
        var waits = SayAsync(0, "3");
        Assert.False(waits.IsCompleted);
        Assert.Equal(["0", "1", "2", "3"], fast.Heard);
        slow.Gate.SetResult();
        await waits;
        await UntilAsync(() => slow.Heard.Count == 4);
        Assert.Equal(fast.Heard, slow.Heard);
    }

    [Theory]
    [InlineData(SlowSubscriber.DropOldest, new[] { "0", "gap 3", "4", "5" })]
    [InlineData(SlowSubscriber.Latest, new[] { "0", "5" })]
    public async Task What_a_slow_caller_cannot_take_is_left_out_as_the_operation_says(SlowSubscriber policy, string[] heard)
    {
        var shares = Shares(new() { SlowConsumer = policy, QueueMessages = 2 });
        var slow = new Caller("in") { Gate = new() };
        _ = shares.HandleAsync(slow).AsTask();
        for (var i = 0; i < 6; i++)
            await SayAsync(0, $"{i}");
        slow.Gate.SetResult();
        await UntilAsync(() => slow.Heard.Count == heard.Length);
        Assert.Equal(heard, slow.Heard);
    }

    [Fact]
    public async Task Disconnect_ends_the_slow_call_alone()
    {
        var shares = Shares(new() { QueueMessages = 1 });
        var (slow, fast) = (new Caller("in") { Gate = new() }, new Caller("in"));
        var calling = shares.HandleAsync(slow).AsTask();
        _ = shares.HandleAsync(fast).AsTask();
        for (var i = 0; i < 5; i++)
            await SayAsync(0, $"{i}");
        slow.Gate.SetResult();
        await calling;
        Assert.Equal("TOO_SLOW", slow.Error!.Reason);
        Assert.Equal(["0"], slow.Heard);
        Assert.Equal(5, fast.Heard.Count);
    }

    [Fact]
    public async Task What_comes_together_is_given_together()
    {
        var shares = Shares(new() { QueueMessages = 8 });
        var caller = new Caller("in");
        var calling = shares.HandleAsync(caller).AsTask();
        await SayAsync(0, "a", moreAtHand: true);
        await SayAsync(0, "b", moreAtHand: true);
        Assert.Empty(caller.Heard);
        await SayAsync(0, "c");
        Assert.Equal(["a", "b", "c"], caller.Heard);
        Assert.Equal([true, true, false], caller.More);
        // Half of what may wait is given, however much more is at hand.
        for (var i = 0; i < 5; i++)
            await SayAsync(0, $"{i}", moreAtHand: true);
        Assert.Equal(["a", "b", "c", "0", "1", "2", "3", "4"], caller.Heard);
        // What was to be given with the next one is given before the end.
        await SayAsync(0, "last", moreAtHand: true);
        _end.SetResult();
        await calling;
        Assert.Equal("last", caller.Heard[^1]);
    }

    [Fact]
    public async Task Where_only_the_latest_may_wait_each_message_is_given_at_once()
    {
        var shares = Shares(new() { SlowConsumer = SlowSubscriber.Latest });
        var caller = new Caller("in");
        _ = shares.HandleAsync(caller).AsTask();
        await SayAsync(0, "a", moreAtHand: true);
        await SayAsync(0, "b", moreAtHand: true);
        Assert.Equal(["a", "b"], caller.Heard);
    }

    [Fact]
    public async Task While_all_wait_for_the_slowest_nobody_waits_for_what_came_before()
    {
        var shares = Shares(new() { SlowConsumer = SlowSubscriber.Block, QueueMessages = 4 });
        var (slow, fast) = (new Caller("in") { Gate = new() }, new Caller("in"));
        _ = shares.HandleAsync(slow).AsTask();
        _ = shares.HandleAsync(fast).AsTask();
        for (var i = 0; i < 5; i++)
            await SayAsync(0, $"{i}");
        var waits = SayAsync(0, "5", moreAtHand: true);
        Assert.False(waits.IsCompleted);
        Assert.Equal(["0", "1", "2", "3", "4", "5"], fast.Heard);
        slow.Gate.SetResult();
        await waits;
    }

    [Fact]
    public async Task The_stream_ends_with_its_last_caller_and_each_has_its_own_time()
    {
        var time = new FakeTimeProvider();
        var shares = Shares(new(), time);
        using var gone = new CancellationTokenSource();
        var (timed, leaving) = (new Caller("in") { Deadline = Deadline.After(TimeSpan.FromSeconds(1), time) }, new Caller("in", gone.Token));
        var calling = new[] { shares.HandleAsync(timed).AsTask(), shares.HandleAsync(leaving).AsTask() };
        time.Advance(TimeSpan.FromSeconds(2));
        await calling[0];
        Assert.Equal(StatusCode.DeadlineExceeded, timed.Error!.Code);
        Assert.False(_streams[0].Cancelled.IsCancellationRequested);
        await gone.CancelAsync();
        await calling[1];
        Assert.Equal("CALLER_GONE", leaving.Error!.Reason);
        Assert.True(_streams[0].Cancelled.IsCancellationRequested);
    }

    [Fact]
    public async Task A_caller_whose_edge_refuses_a_message_ends_alone()
    {
        var shares = Shares(new());
        var error = GatewayErrors.BackendContract("a", "test");
        var (bad, good) = (new Caller("in") { Refusal = error }, new Caller("in"));
        var calling = shares.HandleAsync(bad).AsTask();
        _ = shares.HandleAsync(good).AsTask();
        await SayAsync(0, "a");
        await calling;
        await SayAsync(0, "b");
        Assert.Same(error, bad.Error);
        Assert.Equal(["a", "b"], good.Heard);
    }

    private SharedStreams Shares(SharedStreamOptions options, TimeProvider? time = null) => new(
        async stream =>
        {
            _streams.Add(stream);
            using var cancelled = stream.Cancelled.Register(() => _end.TrySetResult());
            await _end.Task;
            await stream.OnEndAsync(_error, null);
        },
        _ => options,
        time ?? TimeProvider.System);

    private Task SayAsync(int stream, string text, bool moreAtHand = false) =>
        _streams[stream].OnMessageAsync(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(text)), moreAtHand).AsTask();

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var i = 0; !holds(); i++)
        {
            Assert.True(i < 500, "It did not come about in 10 s.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>A call of an edge that notes what it hears.</summary>
    private sealed class Caller : GatewayCall
    {
        private readonly byte[] _request;

        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public Caller(string request, CancellationToken cancelled = default)
        {
            (_request, Operation, Edge, Cancelled) = (Encoding.UTF8.GetBytes(request), _watch, "test", cancelled);
        }

        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public Caller(string request, params (string Name, string Value)[] headers)
            : this(request, CancellationToken.None)
        {
            foreach (var (name, value) in headers)
                Headers.TryAdd(name, value);
        }

        public List<string> Heard { get; } = [];

        public SharedMessage? Last { get; private set; }

        /// <summary>Of each message, whether another was said to follow without a wait.</summary>
        public List<bool> More { get; } = [];

        /// <summary>The first message waits for it.</summary>
        public TaskCompletionSource? Gate { get; init; }

        public GatewayError? Refusal { get; init; }

        public override bool TryGetSingleMessage(out ReadOnlySequence<byte> message)
        {
            message = new(_request);
            return true;
        }

        public override ValueTask<bool> ReadMessageAsync(IBufferWriter<byte> into, CancellationToken cancel) => new(false);

        public override ValueTask OnHeadAsync(AnswerHead head)
        {
            Heard.Add("head");
            return default;
        }

        public override async ValueTask OnMessageAsync(ReadOnlySequence<byte> message, bool moreAtHand = false)
        {
            if (Refusal is not null)
                throw new GatewayCallException(Refusal);
            if (Gate is not null)
                await Gate.Task;
            Last = Shared;
            More.Add(moreAtHand);
            Heard.Add(Encoding.UTF8.GetString(message));
        }

        public override ValueTask OnGapAsync(long missed)
        {
            Heard.Add($"gap {missed}");
            return default;
        }

        public override ValueTask OnEndAsync(GatewayError? error, CallHeaders? trailers)
        {
            Error = error;
            return default;
        }
    }
}
