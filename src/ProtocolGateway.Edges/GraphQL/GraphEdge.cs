using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.Contracts.Codec.Formatting;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.GraphQL.Planning;
using ProtocolGateway.Edges.GraphQL.Schema;
using ProtocolGateway.Edges.GraphQL.Transports;
using ProtocolGateway.Edges.GraphQL.Transports.Documents;
using ProtocolGateway.Edges.GraphQL.Transports.Graphiql;
using ProtocolGateway.Edges.GraphQL.Transports.Sockets;
using ProtocolGateway.Edges.Sockets;
using ProtocolGateway.Envelope.Calls;

namespace ProtocolGateway.Edges.GraphQL;

/// <summary>GraphQL in, calls out: one path for HTTP, WebSockets and the page for browsers. One per catalog snapshot.</summary>
public sealed class GraphEdge
{
    private readonly string _path;
    private readonly GraphiqlPage? _page;
    private readonly CrossOrigin _origins;
    private readonly HttpTransport _http;
    private readonly SocketTransport _sockets;

    /// <summary>An edge over a schema.</summary>
    /// <param name="schema">What clients may ask for.</param>
    /// <param name="catalog">The contracts that it was made of.</param>
    /// <param name="options">The settings of execution.</param>
    /// <param name="transport">The settings of the ways in.</param>
    /// <param name="pipeline">The spine.</param>
    /// <param name="services">What the program lends.</param>
    public GraphEdge(GraphSchema schema, Catalog catalog, GraphEdgeOptions options, GraphTransportOptions transport, CallHandler pipeline, GraphEdgeServices services)
        : this(GraphDispatcher.Of(ExecutorOf(schema, catalog, options, pipeline, services)), transport, services)
    {
    }

    private static GraphExecutor ExecutorOf(GraphSchema schema, Catalog catalog, GraphEdgeOptions options, CallHandler pipeline, GraphEdgeServices services)
    {
        var details = new StatusDetails(
            catalog.FindType,
            type => JsonFormatPlan.Compile(type, CodecOptions.Default, catalog.FindType).Format,
            options.ErrorDetails.Contains("*") ? null : options.ErrorDetails.Contains);
        var plans = new SchemaPlans(schema, catalog, options.Limits) { TimeoutOf = options.TimeoutOf };
        return new GraphExecutor(plans, new CallRunner(pipeline, options, services.Loggers.CreateLogger<GraphEdge>(), details), options);
    }

    /// <summary>An edge that a dispatcher answers.</summary>
    /// <param name="dispatcher">What runs operations.</param>
    /// <param name="options">The settings.</param>
    /// <param name="services">What the program lends.</param>
    internal GraphEdge(GraphDispatcher dispatcher, GraphTransportOptions options, GraphEdgeServices services)
    {
        _path = options.Path;
        _page = options.Graphiql ? new(options.Path) : null;
        var origins = new AllowedOrigins(options.Origins);
        _origins = new(origins);
        var log = services.Loggers.CreateLogger<GraphEdge>();
        var documents = new DocumentResolver(options);
        var guard = new CrossSiteGuard(origins);
        _http = new(dispatcher, documents, guard, options, services, log);
        _sockets = new(dispatcher, documents, origins, options, services, log, AnswerAsync);
    }

    /// <summary>Answers a request; null for one of another path.</summary>
    public Task? TryHandle(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (path == _path)
            return SocketHandshake.MayBe(context) ? _sockets.HandleAsync(context) : AnswerAsync(context);
        return _page?.HasPart(path) is true ? _page.WritePartAsync(context) : null;
    }

    private Task AnswerAsync(HttpContext context)
    {
        if (_origins.Answer(context))
            return Task.CompletedTask;
        var request = context.Request;
        var accept = GraphAccept.Read(request.Headers.Accept);
        if (accept.Page && _page is not null && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)))
            return _page.WriteAsync(context);
        if (!HttpMethods.IsOptions(request.Method))
            return _http.HandleAsync(context, accept);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        context.Response.Headers.Allow = TransportErrors.Methods;
        return Task.CompletedTask;
    }
}
