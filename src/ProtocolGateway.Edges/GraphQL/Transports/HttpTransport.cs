using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.GraphQL.Planning;
using ProtocolGateway.Edges.GraphQL.Transports.Documents;
using ProtocolGateway.Edges.GraphQL.Transports.Streams;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.GraphQL.Transports;

/// <summary>GraphQL over HTTP: one request by POST or GET, or several by POST; one whole answer, or a stream of them.</summary>
internal sealed class HttpTransport
{
    private readonly GraphDispatcher _dispatcher;
    private readonly DocumentResolver _documents;
    private readonly GraphEdgeServices _services;
    private readonly ILogger _log;
    private readonly CrossSiteGuard _guard;
    private readonly GraphRequestReader _reader;
    private readonly GraphAnswerWriter _answers;
    private readonly BatchTransport _batches;
    private readonly StreamTransport _streams;

    /// <param name="dispatcher">What runs operations.</param>
    /// <param name="documents">Where documents are found.</param>
    /// <param name="guard">Keeps other sites' pages out.</param>
    /// <param name="options">The settings.</param>
    /// <param name="services">What the program lends.</param>
    /// <param name="log">Where incidents are logged.</param>
    public HttpTransport(
        GraphDispatcher dispatcher, DocumentResolver documents, CrossSiteGuard guard, GraphTransportOptions options, GraphEdgeServices services, ILogger log)
    {
        (_dispatcher, _documents, _guard, _services, _log) = (dispatcher, documents, guard, services, log);
        _reader = new(options, services.Time);
        _answers = new(options.StatusProfile);
        _batches = new(dispatcher, documents, options);
        _streams = new(dispatcher, options, services);
    }

    /// <summary>Answers a request. Never throws.</summary>
    public async Task HandleAsync(HttpContext context, GraphAccept accept)
    {
        using var body = new PooledBuffer();
        try
        {
            if (await AnswerAsync(context, accept, body) is { } error)
                _answers.Reject(context, accept, error);
        }
        catch (Exception gone) when (context.RequestAborted.IsCancellationRequested && gone is OperationCanceledException or IOException)
        {
            // The client has gone, and there is nobody to answer.
        }
        catch (Exception bug)
        {
            await FailAsync(context, accept, bug);
        }
    }

    private async ValueTask<GatewayError?> AnswerAsync(HttpContext context, GraphAccept accept, PooledBuffer body)
    {
        var method = context.Request.Method;
        var isPost = HttpMethods.IsPost(method);
        if (!isPost && !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method))
            return TransportErrors.Method();
        if (accept.Json is null && accept.Stream == GraphStreamForm.None)
            return TransportErrors.NotAcceptable();
        var caller = new CallerContext(context, _services.Time, context.RequestAborted);
        if (caller.Error is not null)
            return caller.Error;
        if (!isPost)
        {
            return !_guard.AllowsGet(context.Request.Headers) ? TransportErrors.CrossSite()
                : RequestQuery.Read(context.Request.QueryString.Value, body, out var asked) ?? await RunAsync(context, accept, caller, asked);
        }

        var error = GraphRequestReader.CheckType(context.Request, out var isDocument) ?? await _reader.ReadBodyAsync(context, caller.Deadline, body);
        if (error is not null)
            return error;
        if (!isDocument && RequestJson.IsArray(body.WrittenSpan))
            return await _batches.HandleAsync(context, accept, caller, body.WrittenMemory);
        return GraphRequestReader.Read(body, isDocument, out var posted) ?? await RunAsync(context, accept, caller, posted);
    }

    private async ValueTask<GatewayError?> RunAsync(HttpContext context, GraphAccept accept, CallerContext caller, IncomingRequest incoming)
    {
        if (_documents.Resolve(incoming, out var request) is { } error)
            return error;
        using var prepared = _dispatcher.Prepare(request);
        if (prepared.Failure is { } failure && accept.Json is not null)
        {
            _answers.Failure(context, accept, failure, prepared.FailureKind);
            return null;
        }

        if (prepared.Failure is null && prepared.Kind == GraphOperationKind.Mutation && !HttpMethods.IsPost(context.Request.Method))
            return TransportErrors.MutationByGet();
        if (accept.Json is null || prepared.Kind == GraphOperationKind.Subscription)
        {
            if (accept.Stream == GraphStreamForm.None)
                return TransportErrors.NeedsStream();
            await _streams.RunAsync(context, accept.Stream, prepared);
            return null;
        }

        using var map = new PooledBuffer();
        var result = await _dispatcher.Execute(prepared, caller, map);
        _answers.Result(context, accept, result, caller, map.WrittenSpan);
        return null;
    }

    private ValueTask FailAsync(HttpContext context, GraphAccept accept, Exception bug)
    {
        var error = GatewayErrors.Bug(bug);
        var incident = Incidents.Note(_log, error, null, "a GraphQL request");
        if (ClientAnswer.HasBegun(context))
            return ClientAnswer.BreakOffAsync(context, _services.Time);
        context.Response.Headers.Clear();
        _answers.Reject(context, accept, error, incident);
        return default;
    }
}
