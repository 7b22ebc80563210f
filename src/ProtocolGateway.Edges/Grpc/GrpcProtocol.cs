using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.Envelope.Telemetry;

namespace ProtocolGateway.Edges.Grpc;

/// <summary>gRPC over HTTP/2 and gRPC-Web over any HTTP (github.com/grpc/grpc, PROTOCOL-HTTP2 and PROTOCOL-WEB).</summary>
internal sealed class GrpcProtocol(RpcTargets targets, GrpcEdgeOptions options, RpcRunner runner, CrossOrigin origins, ILogger log)
{
    private const string Encodings = "identity,gzip";

    private readonly GrpcErrorWriter _errors = new(log);

    /// <summary>Answers a request; null for one of another protocol.</summary>
    public Task? TryHandle(HttpContext context)
    {
        var request = context.Request;
        if (!GrpcForm.IsGrpc(request.ContentType))
            return null;
        origins.Answer(context);
        // The three answers of HTTP that the protocol knows besides its own.
        if (!GrpcForm.TryRead(request.ContentType!, out var form))
            return Refuse(context, StatusCodes.Status415UnsupportedMediaType);
        if (!HttpMethods.IsPost(request.Method))
            return Refuse(context, StatusCodes.Status405MethodNotAllowed, ("Allow", HttpMethods.Post));
        if (!form.Web && !HttpProtocol.IsHttp2(request.Protocol) && !HttpProtocol.IsHttp3(request.Protocol))
            return Refuse(context, StatusCodes.Status426UpgradeRequired, ("Upgrade", "h2c"));
        if (targets.TryFind(request.Path.Value, out var target))
            return HandleAsync(context, target, form);
        _errors.WriteEnd(context, form, null, GatewayErrors.NoSuchMethod(request.Path.Value), null, begun: false);
        return Task.CompletedTask;
    }

    private static Task Refuse(HttpContext context, int status, params ReadOnlySpan<(string Name, string Value)> headers)
    {
        context.Response.StatusCode = status;
        foreach (var (name, value) in headers)
            context.Response.Headers[name] = value;
        return Task.CompletedTask;
    }

    private async Task HandleAsync(HttpContext context, RpcTarget target, GrpcForm form)
    {
        using var text = form.Text ? new Base64Body(context.Request.BodyReader) : null;
        PipeReader body = text is null ? context.Request.BodyReader : text;
        var compression = !form.Json && target.Operation.ReachesGrpc ? CompressionOf(context.Request.Headers) : null;
        using var call = new GrpcCall(context, target, form, _errors)
        {
            Operation = target.Operation,
            Edge = EdgeNames.Grpc,
            Cancelled = context.RequestAborted,
            CallerAddress = ClientHeaders.CallerAddress(context),
            Compression = compression,
            Messages = target.StreamsRequest ? new EnvelopeReader(body, target, form.Json, options.MaxRequestBytes) { Gzip = IsGzip(context), Passing = compression }.ReadAsync : null,
        };
        await runner.RunAsync(context, call, ReadyAsync(context, target, form, body, call));
    }

    // What the gateway does not read it need not understand: its service says whether it does.
    private static MessageCompression? CompressionOf(IHeaderDictionary headers)
    {
        var encoding = headers.GrpcEncoding.ToString();
        var accepted = headers.GrpcAcceptEncoding.ToString();
        var request = encoding is not ("" or CompressedMessage.Identity) && MessageCompression.IsName(encoding) ? encoding : null;
        var answers = accepted is not ("" or CompressedMessage.Identity) && MessageCompression.IsList(accepted) ? accepted : null;
        return request is null && answers is null ? null : new() { Request = request, Accepted = answers };
    }

    private static bool IsGzip(HttpContext context) => context.Request.Headers.GrpcEncoding == CompressedMessage.Gzip;

    private async ValueTask<GatewayError?> ReadyAsync(HttpContext context, RpcTarget target, GrpcForm form, PipeReader body, GrpcCall call)
    {
        if (call.Messages is not null)
            ClientBody.PrepareStream(context);
        if (context.Request.Headers.GrpcEncoding is { Count: > 0 } encoding && encoding != CompressedMessage.Identity && !IsGzip(context) && call.Compression?.Request is null)
        {
            // So that the client can choose one that is taken (gRPC compression, "Compression Method Negotiation").
            context.Response.Headers.GrpcAcceptEncoding = Encodings;
            return GatewayErrors.UnsupportedEncoding($"messages in another encoding than {Encodings}");
        }

        var error = call.TakeHeaders(target.Timeout, options.Time);
        if (error is not null || call.Messages is not null)
            return error;
        using var bounds = new TimedBody(options.MaxRequestBytes, call.Deadline, options.Pace, options.Time);
        var messages = new EnvelopeReader(body, target, form.Json, options.MaxRequestBytes) { Bounds = bounds, Gzip = IsGzip(context), Passing = call.Compression };
        return await ClientBody.AsErrorAsync(context, messages.ReadOnlyOneAsync(call.Request, context.RequestAborted));
    }
}
