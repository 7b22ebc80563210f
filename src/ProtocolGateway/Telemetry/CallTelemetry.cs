using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.Envelope.Telemetry;

namespace ProtocolGateway.Telemetry;

/// <summary>Counts and times every call, and writes its one summary line.</summary>
/// <param name="meter">The meter named <see cref="TelemetryNames.Source"/>.</param>
/// <param name="logger">Takes the summary lines.</param>
/// <param name="time">The clock.</param>
/// <param name="serviceOf">The configured service of an operation.</param>
public sealed class CallTelemetry(Meter meter, ILogger logger, TimeProvider time, Func<Operation, string> serviceOf)
{
    // Seconds; the buckets that OpenTelemetry's HTTP and RPC conventions advise, and two below for a gateway's own share.
    private static readonly double[] Buckets = [0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    // Enum.ToString allocates nothing for named values but looks them up each time.
    private static readonly string[] Codes = Enum.GetNames<StatusCode>();

    private readonly Histogram<double> _duration = meter.CreateHistogram(
        TelemetryNames.CallDuration, "s", "From a call's entry into the spine to its end", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = Buckets });

    private readonly UpDownCounter<long> _active = meter.CreateUpDownCounter<long>(TelemetryNames.ActiveCalls, "{call}", "Calls in the spine");

    /// <summary>Marks the call's begin.</summary>
    /// <returns>A timestamp for <see cref="End"/>.</returns>
    public long Start(GatewayCall call)
    {
        if (_active.Enabled)
            _active.Add(1, new KeyValuePair<string, object?>(TelemetryNames.EdgeTag, call.Edge));
        return time.GetTimestamp();
    }

    /// <summary>Marks the call's end.</summary>
    public void End(GatewayCall call, long started)
    {
        var elapsed = time.GetElapsedTime(started);
        if (_active.Enabled)
            _active.Add(-1, new KeyValuePair<string, object?>(TelemetryNames.EdgeTag, call.Edge));
        if (_duration.Enabled)
            Record(call, elapsed);
        var failed = call.Error is { Blame: not Blame.Caller };
        if (logger.IsEnabled(failed ? LogLevel.Information : LogLevel.Debug))
            Log(call, elapsed.TotalMilliseconds);
    }

    private static string CodeOf(GatewayError? error) => (int)(error?.Code ?? StatusCode.Ok) is >= 0 and < 17 and var code ? Codes[code] : nameof(StatusCode.Unknown);

    private static string BlameOf(GatewayError error) => error.Blame switch { Blame.Caller => "caller", Blame.Backend => "backend", _ => "gateway" };

    private void Record(GatewayCall call, TimeSpan elapsed)
    {
        var tags = new TagList
        {
            { TelemetryNames.EdgeTag, call.Edge },
            { TelemetryNames.ServiceTag, serviceOf(call.Operation) },
            { TelemetryNames.OperationTag, call.Operation.FullName },
            { TelemetryNames.CodeTag, CodeOf(call.Error) },
        };
        if (call.Error is { } error)
            tags.Add(TelemetryNames.BlameTag, BlameOf(error));
        _duration.Record(elapsed.TotalSeconds, tags);
    }

    private void Log(GatewayCall call, double elapsed)
    {
        var service = serviceOf(call.Operation);
        if (call.Error is not { } error)
            GatewayLog.CallSucceeded(logger, call.Edge, call.Operation.FullName, elapsed, service, call.CallerAddress);
        else if (error.Blame == Blame.Caller)
            GatewayLog.CallRefused(logger, call.Edge, call.Operation.FullName, CodeOf(error), error.Reason, elapsed, service, call.CallerAddress, call.IncidentId, error.Message);
        else
            GatewayLog.CallFailed(logger, call.Edge, call.Operation.FullName, CodeOf(error), error.Reason, elapsed, service, call.CallerAddress, BlameOf(error), call.IncidentId, error.Message, error.Cause);
    }
}
