using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Envelope.Calls;

namespace ProtocolGateway.Edges.Grpc;

/// <summary>gRPC, gRPC-Web and Connect on the same paths, <c>/{package.Service}/{Method}</c>; the media type of the request says which of them it speaks.</summary>
public sealed class GrpcEdge
{
    private readonly RpcTargets _targets;
    private readonly CrossOrigin _origins;
    private readonly GrpcProtocol _grpc;
    private readonly ConnectProtocol _connect;

    /// <summary>An edge over the gRPC operations of a catalog.</summary>
    /// <param name="catalog">What is served.</param>
    /// <param name="options">The settings.</param>
    /// <param name="pipeline">The spine.</param>
    /// <param name="log">Where incidents are logged.</param>
    public GrpcEdge(Catalog catalog, GrpcEdgeOptions options, CallHandler pipeline, ILogger<GrpcEdge> log)
    {
        _targets = new(catalog, options.Prefix, options.Timeout);
        _origins = new(new AllowedOrigins(options.Origins), exposesHeaders: true);
        var runner = new RpcRunner(pipeline, options.Time, log);
        _grpc = new(_targets, options, runner, _origins, log);
        _connect = new(_targets, options, runner, _origins, log);
    }

    /// <summary>Answers a request; null for one of another protocol.</summary>
    public Task? TryHandle(HttpContext context)
    {
        if (HttpMethods.IsOptions(context.Request.Method))
            return _targets.TryFind(context.Request.Path.Value, out _) && _origins.Answer(context) ? Task.CompletedTask : null;
        return _grpc.TryHandle(context) ?? _connect.TryHandle(context);
    }
}
