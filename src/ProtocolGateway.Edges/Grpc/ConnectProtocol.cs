using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.Envelope.Telemetry;

namespace ProtocolGateway.Edges.Grpc;

/// <summary>
/// The Connect protocol: what <c>buf curl</c> and Connect's clients speak (connectrpc.com/docs/protocol). Neither its GET form nor compression of
/// requests is taken.
/// </summary>
internal sealed class ConnectProtocol(RpcTargets targets, GrpcEdgeOptions options, RpcRunner runner, CrossOrigin origins, ILogger log)
{
    private const string TimeoutHeader = "Connect-Timeout-Ms";

    private readonly ConnectErrorWriter _errors = new(log);

    /// <summary>Answers a request; null for one that is not Connect's, or names no gRPC operation.</summary>
    public Task? TryHandle(HttpContext context) =>
        ConnectForm.Of(context.Request) is { } form && targets.TryFind(context.Request.Path.Value, out var target) ? HandleAsync(context, target, form) : null;

    private async Task HandleAsync(HttpContext context, RpcTarget target, ConnectForm form)
    {
        origins.Answer(context);
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
            Messages = target.StreamsRequest ? new EnvelopeReader(context.Request.BodyReader, target, form.Json, options.MaxRequestBytes).ReadAsync : null,
        };
        await runner.RunAsync(context, call, ReadyAsync(context, target, form, call));
    }

    private async ValueTask<GatewayError?> ReadyAsync(HttpContext context, RpcTarget target, ConnectForm form, ConnectCall call)
    {
        if (call.Messages is not null)
            ClientBody.PrepareStream(context);
        if (TimeOf(context.Request.Headers, target.Timeout, out var own) is { } wrong)
            return wrong;
        var error = call.TakeHeaders(own, options.Time);
        return error is null && call.Messages is null ? await ReadSingleAsync(context, target, form, call) : error;
    }

    private static GatewayError? TimeOf(IHeaderDictionary headers, TimeSpan? operations, out TimeSpan? own)
    {
        own = operations;
        if (headers.TryGetValue(ConnectForm.VersionHeader, out var version) && version != "1")
            return GatewayErrors.InvalidInput($"The header {ConnectForm.VersionHeader} must be 1, the only version that there is.");
        if (!headers.TryGetValue(TimeoutHeader, out var asked))
            return null;
        // At most ten digits, says the protocol.
        if (asked.ToString() is not { Length: <= 10 } text || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
            return GatewayErrors.InvalidInput($"The header {TimeoutHeader} must be up to 10 digits.");
        if (milliseconds == 0)
            return GatewayErrors.NoTimeLeft(TimeoutHeader);
        var span = TimeSpan.FromMilliseconds(milliseconds);
        own = own < span ? own : span;
        return null;
    }

    private async ValueTask<GatewayError?> ReadSingleAsync(HttpContext context, RpcTarget target, ConnectForm form, ConnectCall call)
    {
        if (context.Request.Headers.ContentEncoding is { Count: > 0 } coding && coding != "identity")
            return GatewayErrors.UnsupportedEncoding("compressed messages");
        using var bounds = new TimedBody(options.MaxRequestBytes, call.Deadline, options.Pace, options.Time);
        if (!form.Streams)
            return await ClientBody.ReadWholeAsync(context, bounds, (target, form, call), static (body, to) => to.target.Read(to.form.Json, body, to.call.Request));
        var messages = new EnvelopeReader(context.Request.BodyReader, target, form.Json, options.MaxRequestBytes) { Bounds = bounds };
        return await ClientBody.AsErrorAsync(context, messages.ReadOnlyOneAsync(call.Request, context.RequestAborted));
    }
}
