using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Envelope.Telemetry;

namespace ProtocolGateway.Edges.Grpc;

/// <summary>The Connect protocol: what <c>buf curl</c> and Connect's clients speak (connectrpc.com/docs/protocol).</summary>
internal sealed class ConnectProtocol(RpcTargets targets, GrpcEdgeOptions options, RpcRunner runner, CrossOrigin origins, ILogger log)
{
    private readonly ConnectErrorWriter _errors = new(log);
    private readonly ConnectRequestReader _reader = new(options);

    /// <summary>Answers a request; null for one that is not Connect's, or names no operation.</summary>
    public Task? TryHandle(HttpContext context)
    {
        var request = context.Request;
        if (ConnectForm.Of(request) is { } form)
            return targets.TryFind(request.Path.Value, out var target) ? PostAsync(context, target, form) : null;
        return HttpMethods.IsGet(request.Method) && targets.TryFind(request.Path.Value, out var asked) && ConnectQuery.Of(request.QueryString) is { } query
            ? GetAsync(context, asked, query) : null;
    }

    private Task PostAsync(HttpContext context, RpcTarget target, ConnectForm form)
    {
        origins.Answer(context);
        return form.Streams == target.Streams ? RunAsync(context, target, form, null) : RefuseType(context, target);
    }

    private Task GetAsync(HttpContext context, RpcTarget target, ConnectQuery query)
    {
        origins.Answer(context);
        if (target.Streams || target.Operation.Idempotency != Idempotency.NoSideEffects)
        {
            // Whoever follows a link, or fetches it in advance, must change nothing.
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = HttpMethods.Post;
            return Task.CompletedTask;
        }

        // Answers may be kept by caches, if the service says so.
        context.Response.Headers.Append("Vary", "Accept-Encoding");
        return query.Form is { } form ? RunAsync(context, target, form, query) : RefuseType(context, target);
    }

    // The protocol's answer to a media type that the method does not have.
    private static Task RefuseType(HttpContext context, RpcTarget target)
    {
        context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
        context.Response.Headers["Accept-Post"] = target.Streams ? "application/connect+proto, application/connect+json" : "application/proto, application/json";
        return Task.CompletedTask;
    }

    private async Task RunAsync(HttpContext context, RpcTarget target, ConnectForm form, ConnectQuery? query)
    {
        using var call = new ConnectCall(context, target, form, _errors)
        {
            Operation = target.Operation,
            Edge = EdgeNames.Grpc,
            Cancelled = context.RequestAborted,
            CallerAddress = ClientHeaders.CallerAddress(context),
            Messages = target.StreamsRequest ? _reader.Messages(context, target, form) : null,
        };
        await runner.RunAsync(context, call, _reader.ReadAsync(context, target, form, query, call));
    }
}
