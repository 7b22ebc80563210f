using System.Buffers;
using Microsoft.AspNetCore.Http;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.GraphQL.Planning;
using ProtocolGateway.Edges.GraphQL.Transports.Documents;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.GraphQL.Transports;

/// <summary>Several requests in one array, answered by an array in the same order. They run side by side, as if they had come alone.</summary>
internal sealed class BatchTransport(GraphDispatcher dispatcher, DocumentResolver documents, GraphTransportOptions options)
{
    /// <summary>Answers an array.</summary>
    /// <param name="context">The request.</param>
    /// <param name="accept">What the client takes.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="body">The array.</param>
    /// <returns>Why there is no answer yet.</returns>
    public async ValueTask<GatewayError?> HandleAsync(HttpContext context, GraphAccept accept, CallerContext caller, ReadOnlyMemory<byte> body)
    {
        if (options.MaxBatch == 0)
            return TransportErrors.Batch(0, 0);
        if (accept.Json is null)
            return TransportErrors.NotAcceptable();
        var requests = new List<IncomingRequest>();
        if (RequestJson.ReadArray(body, options.MaxBatch, requests) is { } error)
            return error;
        var maps = requests.ConvertAll(static _ => new PooledBuffer());
        try
        {
            await Task.WhenAll(requests.Select((request, index) => RunAsync(request, caller, maps[index])));
            using var all = new PooledBuffer();
            for (var i = 0; i < maps.Count; i++)
            {
                all.Write(i == 0 ? "["u8 : ","u8);
                all.Write(maps[i].WrittenSpan);
            }

            all.Write("]"u8);
            GraphAnswerWriter.Results(context, accept, caller, all.WrittenSpan);
            return null;
        }
        finally
        {
            maps.ForEach(static map => map.Dispose());
        }
    }

    private async Task RunAsync(IncomingRequest incoming, CallerContext caller, PooledBuffer map)
    {
        if (documents.Resolve(incoming, out var request) is { } error)
        {
            GraphErrorWriter.WriteRequestErrors(map, [TransportErrors.ToGraph(error)]);
            return;
        }

        using var prepared = dispatcher.Prepare(request);
        if (prepared.Failure is { } failure)
            GraphErrorWriter.WriteRequestErrors(map, failure);
        else if (prepared.Kind == GraphOperationKind.Subscription)
            GraphErrorWriter.WriteRequestErrors(map, [TransportErrors.ToGraph(TransportErrors.SubscriptionInBatch())]);
        else
            await dispatcher.Execute(prepared, caller, map);
    }
}
