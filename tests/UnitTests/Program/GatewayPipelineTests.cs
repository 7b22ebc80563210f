using System.Buffers;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using ProtocolGateway;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.Envelope.Telemetry;
using ProtocolGateway.Guards.Sizes;
using ProtocolGateway.Telemetry;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace UnitTests.Program;

/// <summary>The spine: what a guard refuses never reaches a backend, and every call is counted and logged once, however it ends.</summary>
public sealed class GatewayPipelineTests : IDisposable
{
    private static readonly MessageType _note = new("t.Note");

    private static readonly Operation _operation = new()
    {
        FullName = "t.Notes.Get",
        ServiceName = "t.Notes",
        Name = "Get",
        Kind = ContractKind.Grpc,
        Shape = Shape.Unary,
        Input = _note,
        Output = _note,
        Source = new SourceLocation("t.proto", "1"),
    };

    private readonly LogRecorder _log = new();
    private readonly Meter _meter = new(TelemetryNames.Source + ".Test." + Guid.NewGuid());
    private readonly MeterListener _listener = new();
    private readonly FakeTimeProvider _time = new();
    private readonly List<(double Value, Dictionary<string, object?> Tags)> _durations = [];
    private long _active;
    private int _dispatched;

    public GatewayPipelineTests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == _meter)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((_, value, tags, _) => _durations.Add((value, new Dictionary<string, object?>(tags.ToArray()))));
        _listener.SetMeasurementEventCallback<long>((_, value, _, _) => _active += value);
        _listener.Start();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _meter.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task What_a_guard_refuses_is_not_dispatched_but_counted_and_logged()
    {
        var call = new TestCall(messageBytes: 11);
        await PipelineOf(c => c.OnEndAsync(null, null)).HandleAsync(call);

        Assert.Equal(0, _dispatched);
        var error = Assert.Single(call.Ends);
        Assert.Equal(StatusCode.ResourceExhausted, error!.Code);
        Assert.Same(error, call.Error);
        var (_, tags) = Assert.Single(_durations);
        Assert.Equal(("rest", "notes", "t.Notes.Get"), (tags[TelemetryNames.EdgeTag], tags[TelemetryNames.ServiceTag], tags[TelemetryNames.OperationTag]));
        Assert.Equal(("ResourceExhausted", "caller"), (tags[TelemetryNames.CodeTag], tags[TelemetryNames.BlameTag]));
        var line = Assert.Single(_log.Entries);
        Assert.Equal((1011, LogLevel.Debug), (line.Id.Id, line.Level));
        Assert.Contains(error.Reason, line.Message, StringComparison.Ordinal);
        Assert.Equal(0, _active);
    }

    [Fact]
    public async Task What_passes_is_dispatched_once_and_timed_by_the_clock()
    {
        var call = new TestCall(messageBytes: 10);
        await PipelineOf(async c =>
        {
            Assert.Equal(1, _active);
            _time.Advance(TimeSpan.FromMilliseconds(250));
            await c.OnEndAsync(null, null);
        }).HandleAsync(call);

        Assert.Equal(1, _dispatched);
        Assert.Null(Assert.Single(call.Ends));
        var (value, tags) = Assert.Single(_durations);
        Assert.Equal(0.25, value, 6);
        Assert.Equal("Ok", tags[TelemetryNames.CodeTag]);
        Assert.DoesNotContain(TelemetryNames.BlameTag, tags.Keys);
        Assert.Equal((1010, LogLevel.Debug), (Assert.Single(_log.Entries).Id.Id, _log.Entries.First().Level));
        Assert.Equal(0, _active);
    }

    [Fact]
    public async Task A_backends_failure_is_logged_where_operators_look_with_its_cause()
    {
        var call = new TestCall(messageBytes: 1);
        var error = GatewayErrors.BackendLost("notes", "socket closed");
        await PipelineOf(c =>
        {
            (c.Error, c.IncidentId) = (error, "i-1");
            return c.OnEndAsync(error, null);
        }).HandleAsync(call);

        var line = Assert.Single(_log.Entries);
        Assert.Equal((1012, LogLevel.Information), (line.Id.Id, line.Level));
        Assert.Contains("socket closed", line.Message, StringComparison.Ordinal);
        Assert.Contains("i-1", line.Message, StringComparison.Ordinal);
        Assert.Equal("backend", Assert.Single(_durations).Tags[TelemetryNames.BlameTag]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(11)]
    public async Task An_edge_that_cannot_end_its_answer_learns_of_it_and_the_call_counts_as_our_failure(int messageBytes)
    {
        var call = new TestCall(messageBytes) { OnEnd = () => throw new InvalidOperationException("bug") };
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(async () => await PipelineOf(c => c.OnEndAsync(null, null)).HandleAsync(call));

        Assert.Equal("bug", thrown.Message);
        Assert.Equal("INTERNAL", call.Error!.Reason);
        Assert.Equal("gateway", Assert.Single(_durations).Tags[TelemetryNames.BlameTag]);
        Assert.Equal(0, _active);
    }

    private GatewayPipeline PipelineOf(CallHandler dispatch) =>
        new(new CallTelemetry(_meter, _log.CreateLogger("calls"), _time, _ => "notes"), new SizeGuard(maxRequestBytes: 10), call =>
        {
            _dispatched++;
            return dispatch(call);
        });

    private sealed class TestCall : GatewayCall
    {
        private readonly int _messageBytes;

        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public TestCall(int messageBytes) => (_messageBytes, Operation, Edge) = (messageBytes, _operation, EdgeNames.Rest);

        public List<GatewayError?> Ends { get; } = [];

        public Action? OnEnd { get; init; }

        public override bool TryGetSingleMessage(out ReadOnlySequence<byte> message)
        {
            message = new ReadOnlySequence<byte>(new byte[_messageBytes]);
            return true;
        }

        public override ValueTask<bool> ReadMessageAsync(IBufferWriter<byte> into, CancellationToken cancel) => throw new InvalidOperationException("The message is there already.");

        public override ValueTask OnHeadAsync(AnswerHead head) => ValueTask.CompletedTask;

        public override ValueTask OnMessageAsync(ReadOnlySequence<byte> message, bool moreAtHand = false) => ValueTask.CompletedTask;

        public override ValueTask OnEndAsync(GatewayError? error, CallHeaders? trailers)
        {
            Ends.Add(error);
            OnEnd?.Invoke();
            return ValueTask.CompletedTask;
        }
    }
}
