using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Envelope.Calls;

namespace ProtocolGateway.Edges.Grpc;

/// <summary>gRPC, gRPC-Web and Connect on the same paths, <c>/{package.Service}/{Method}</c>; the media type of the request says which of them it speaks.</summary>
public sealed class GrpcEdge
{
    private readonly GrpcProtocol _grpc;
    private readonly ConnectProtocol _connect;

    /// <summary>An edge over the gRPC operations of a catalog.</summary>
    /// <param name="catalog">What is served.</param>
    /// <param name="options">The settings.</param>
    /// <param name="pipeline">The spine.</param>
    /// <param name="log">Where incidents are logged.</param>
    public GrpcEdge(Catalog catalog, GrpcEdgeOptions options, CallHandler pipeline, ILogger<GrpcEdge> log)
    {
        var targets = new RpcTargets(catalog, options);
        var runner = new RpcRunner(pipeline, options.Time, log);
        _grpc = new(targets, options, runner, log);
        _connect = new(targets, options, runner, log);
    }

    /// <summary>Answers a request; null for one of another protocol.</summary>
    public Task? TryHandle(HttpContext context) => _grpc.TryHandle(context) ?? _connect.TryHandle(context);
}
