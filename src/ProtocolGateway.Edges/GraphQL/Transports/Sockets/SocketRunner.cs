using Microsoft.Extensions.Logging;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.GraphQL.Planning;
using ProtocolGateway.Edges.GraphQL.Transports.Documents;
using ProtocolGateway.Edges.Sockets;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.GraphQL.Transports.Sockets;

/// <summary>Runs the operations of sockets, and sends what comes of them.</summary>
internal sealed class SocketRunner(GraphDispatcher dispatcher, DocumentResolver documents, GraphTransportOptions options, GraphEdgeServices services, ILogger log)
{
    public GraphTransportOptions Options => options;

    public GraphEdgeServices Services => services;

    public ILogger Log => log;

    /// <summary>Runs an operation to its end; never throws.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="incoming">Its request.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="writer">Where results go.</param>
    /// <param name="operations">The operations among which it counts.</param>
    public async Task RunAsync(SocketOperation operation, IncomingRequest incoming, CallerContext caller, SocketWriter writer, SocketOperations operations)
    {
        IReadOnlyList<GraphError>? errors;
        try
        {
            errors = await AnswerAsync(operation, incoming, caller, writer);
        }
        catch (Exception gone) when (operation.Cancelled.IsCancellationRequested && ClientSocket.IsGone(gone))
        {
            errors = null;
        }
        catch (Exception bug)
        {
            var error = GatewayErrors.Bug(bug);
            errors = [new() { Message = error.Message, Code = error.Reason, IncidentId = Incidents.Note(log, error, null, "a GraphQL operation") }];
        }

        // Before the client is told: it may use the id again as soon as it knows.
        operations.Free(operation);
        if (operation.Cancelled.IsCancellationRequested)
            return;
        try
        {
            await (errors is null ? writer.CompleteAsync(operation) : writer.ErrorAsync(operation, errors));
        }
        catch (Exception gone) when (ClientSocket.IsGone(gone))
        {
            // Whoever reads from the socket finds out too, and ends all that runs on it.
        }
    }

    // The errors of an operation that could not run.
    private async ValueTask<IReadOnlyList<GraphError>?> AnswerAsync(SocketOperation operation, IncomingRequest incoming, CallerContext caller, SocketWriter writer)
    {
        if (caller.Error is not null)
            return [TransportErrors.ToGraph(caller.Error)];
        if (documents.Resolve(incoming, out var request) is { } error)
            return [TransportErrors.ToGraph(error)];
        using var prepared = dispatcher.Prepare(request);
        if (prepared.Failure is { } failure)
            return failure;
        if (prepared.Kind == GraphOperationKind.Subscription)
        {
            operation.IsStream = true;
            await dispatcher.Subscribe(prepared, caller, result => NextAsync(writer, operation, result));
            return null;
        }

        using var map = new PooledBuffer();
        await dispatcher.Execute(prepared, caller, map);
        await NextAsync(writer, operation, map.WrittenMemory);
        return null;
    }

    private static async ValueTask NextAsync(SocketWriter writer, SocketOperation operation, ReadOnlyMemory<byte> result)
    {
        // What a source says of its own cancellation is for nobody.
        if (operation.Cancelled.IsCancellationRequested)
            return;
        try
        {
            await writer.NextAsync(operation, result);
        }
        catch (Exception gone) when (ClientSocket.IsGone(gone))
        {
            operation.Cancel();
        }
    }
}
