using System.Collections.Frozen;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.Envelope.Telemetry;

namespace ProtocolGateway.Edges.Grpc;

/// <summary>
/// The Connect protocol for gRPC operations, at <c>POST /{package.Service}/{Method}</c>: what <c>buf curl</c> and Connect's clients speak
/// (connectrpc.com/docs/protocol). Neither its GET form nor compression of requests is taken.
/// </summary>
public sealed class ConnectEdge
{
    private const string TimeoutHeader = "Connect-Timeout-Ms";

    private readonly FrozenDictionary<string, ConnectTarget> _targets;
    private readonly ConnectEdgeOptions _options;
    private readonly CallHandler _pipeline;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ConnectErrorWriter _errors;

    /// <summary>An edge over the gRPC operations of a catalog.</summary>
    /// <param name="catalog">What is served.</param>
    /// <param name="options">The settings.</param>
    /// <param name="pipeline">The spine.</param>
    /// <param name="log">Where incidents are logged.</param>
    public ConnectEdge(Catalog catalog, ConnectEdgeOptions options, CallHandler pipeline, ILogger<ConnectEdge> log)
    {
        (_options, _pipeline, _time, _log, _errors) = (options, pipeline, options.Time, log, new(log));
        Func<string, MessageType?> find = name => catalog.FindType(name) ?? BuiltInTypes.Find(name);
        var targets = new Dictionary<string, ConnectTarget>(StringComparer.Ordinal);
        foreach (var service in catalog.Services)
        {
            var prefix = options.Prefix(service.Name);
            foreach (var operation in service.Operations.Where(o => o is { Kind: ContractKind.Grpc, Output: MessageType }))
                targets.TryAdd(prefix + operation.GrpcPath, new(operation, service.Name, options.Timeout(operation), find));
        }

        _targets = targets.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Answers a request; null for one that is not Connect's, or names no gRPC operation.</summary>
    public Task? TryHandle(HttpContext context) =>
        ConnectForm.Of(context.Request) is { } form && _targets.TryGetValue(context.Request.Path.Value ?? "", out var target) ? HandleAsync(context, target, form) : null;

    private async Task HandleAsync(HttpContext context, ConnectTarget target, ConnectForm form)
    {
        if (form.Streams != target.Streams)
        {
            // The protocol's answer to a media type that the method does not have.
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            context.Response.Headers["Accept-Post"] = target.Streams ? "application/connect+proto, application/connect+json" : "application/proto, application/json";
            return;
        }

        using var call = new ConnectCall(context, target, form, _errors)
        {
            Operation = target.Operation,
            Edge = EdgeNames.Grpc,
            Cancelled = context.RequestAborted,
            CallerAddress = ClientHeaders.CallerAddress(context),
            Messages = target.StreamsRequest ? new ConnectMessages(context, target, form, _options.MaxRequestBytes, null).ReadAsync : null,
        };
        try
        {
            var error = Prepare(context, target, call);
            if (error is null && call.Messages is null)
                error = await ReadSingleAsync(context, target, form, call);
            if (error is null)
                await _pipeline(call);
            else
                await call.FailAsync(error);
        }
        catch (Exception bug)
        {
            await BugAsync(context, call, GatewayErrors.Bug(bug));
        }
    }

    private async ValueTask BugAsync(HttpContext context, ConnectCall call, GatewayError error)
    {
        if (!ClientAnswer.HasBegun(context))
        {
            await call.FailAsync(error);
            return;
        }

        Incidents.Note(_log, error, call, call.Operation.FullName);
        EdgeLog.BrokenOff(_log, call.Operation.FullName, error.Reason);
        await ClientAnswer.BreakOffAsync(context, _time);
    }

    private GatewayError? Prepare(HttpContext context, ConnectTarget target, ConnectCall call)
    {
        if (call.Messages is not null)
            ClientBody.PrepareStream(context);
        var headers = context.Request.Headers;
        if (headers.TryGetValue(ConnectForm.VersionHeader, out var version) && version != "1")
            return GatewayErrors.InvalidInput($"The header {ConnectForm.VersionHeader} must be 1, the only version that there is.");
        var own = target.Timeout;
        if (headers.TryGetValue(TimeoutHeader, out var asked))
        {
            // At most ten digits, says the protocol.
            if (asked.ToString() is not { Length: <= 10 } text || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
                return GatewayErrors.InvalidInput($"The header {TimeoutHeader} must be up to 10 digits.");
            if (milliseconds == 0)
                return GatewayErrors.NoTimeLeft(TimeoutHeader);
            var span = TimeSpan.FromMilliseconds(milliseconds);
            own = own < span ? own : span;
        }

        var error = CallTimeouts.Read(headers, own, _time, out var deadline);
        call.Deadline = deadline;
        return error ?? ClientHeaders.ToBackend(context, call.Headers, call.CallerAddress, grpc: true);
    }

    private async ValueTask<GatewayError?> ReadSingleAsync(HttpContext context, ConnectTarget target, ConnectForm form, ConnectCall call)
    {
        if (context.Request.Headers.ContentEncoding is { Count: > 0 } coding && coding != "identity")
            return GatewayErrors.UnsupportedEncoding("compressed messages");
        using var bounds = new TimedBody(_options.MaxRequestBytes, call.Deadline, _options.Pace, _time);
        if (!form.Streams)
            return await ClientBody.ReadWholeAsync(context, bounds, (target, form, call), static (body, to) => to.target.Read(to.form, body, to.call.Request));
        var messages = new ConnectMessages(context, target, form, _options.MaxRequestBytes, bounds);
        return await ClientBody.AsErrorAsync(context, messages.ReadOnlyOneAsync(call.Request, context.RequestAborted));
    }
}
