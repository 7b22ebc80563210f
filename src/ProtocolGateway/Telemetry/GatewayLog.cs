using Microsoft.Extensions.Logging;

namespace ProtocolGateway.Telemetry;

/// <summary>Every line that the program itself logs; ids are stable, 1000 to 1099.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(1000, LogLevel.Information, "Listening on {Urls}")]
    public static partial void Listening(ILogger logger, string urls);

    [LoggerMessage(1001, LogLevel.Information, "Loaded {Services} services, {Operations} operations, {Routes} routes in {Elapsed:0} ms")]
    public static partial void Loaded(ILogger logger, int services, int operations, int routes, double elapsed);

    [LoggerMessage(1002, LogLevel.Error, "The new configuration is not taken, the running one stays: {Error}")]
    public static partial void ReloadRefused(ILogger logger, string error);

    [LoggerMessage(1003, LogLevel.Warning, "Contract: {Diagnostic}")]
    public static partial void ContractProblem(ILogger logger, string diagnostic);

    [LoggerMessage(1004, LogLevel.Warning, "Reflection of {Service} at {Address} failed, asking again: {Why}")]
    public static partial void ReflectionFailed(ILogger logger, string service, Uri address, string why);

    [LoggerMessage(1005, LogLevel.Information, "The contract of {Service} at {Address} is new or has changed")]
    public static partial void ReflectionChanged(ILogger logger, string service, Uri address);

    [LoggerMessage(1006, LogLevel.Error, "A request was not answered by its edge; the connection is closed")]
    public static partial void EdgeFailed(ILogger logger, Exception exception);

    [LoggerMessage(1007, LogLevel.Warning, "HTTP/2 without TLS is off: this framework version has no way to choose the protocol per connection")]
    public static partial void NoCleartextHttp2(ILogger logger);

    [LoggerMessage(1008, LogLevel.Warning, "listen, admin or limits.maxHeaderBytes have changed; they take effect with the next start")]
    public static partial void NeedsRestart(ILogger logger);

    [LoggerMessage(1014, LogLevel.Error, "The new configuration is not taken, the running one stays: loading it failed")]
    public static partial void ReloadFailed(ILogger logger, Exception exception);

    [LoggerMessage(1013, LogLevel.Information, "Draining: readiness says no, calls are still taken for {Seconds:0.###} s")]
    public static partial void Draining(ILogger logger, double seconds);

    [LoggerMessage(1009, LogLevel.Information, "Stopping; calls under way may still end")]
    public static partial void Stopping(ILogger logger);

    [LoggerMessage(1010, LogLevel.Debug, "{Edge} {Operation} Ok in {Elapsed:0.0} ms, service {Service}, caller {Caller}")]
    public static partial void CallSucceeded(ILogger logger, string edge, string operation, double elapsed, string service, string? caller);

    [LoggerMessage(1011, LogLevel.Debug, "{Edge} {Operation} {Code} {Reason} in {Elapsed:0.0} ms, service {Service}, caller {Caller}, incident {Incident}: {Message}")]
    public static partial void CallRefused(ILogger logger, string edge, string operation, string code, string reason, double elapsed, string service, string? caller, string? incident, string message);

    [LoggerMessage(1012, LogLevel.Information, "{Edge} {Operation} {Code} {Reason} in {Elapsed:0.0} ms, service {Service}, caller {Caller}, blame {Blame}, incident {Incident}: {Message} ({Cause})")]
    public static partial void CallFailed(ILogger logger, string edge, string operation, string code, string reason, double elapsed, string service, string? caller, string blame, string? incident, string message, string? cause);
}
