using Microsoft.AspNetCore.Http;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.GraphQL.Planning;

namespace ProtocolGateway.Edges.GraphQL.Transports.Streams;

/// <summary>
/// Answers over HTTP in pieces: subscriptions, and whatever a client asks for that takes nothing but a stream. When the program stops, a subscription ends
/// without the record that says so: its client takes that for a broken connection, and asks another instance.
/// </summary>
internal sealed class StreamTransport(GraphDispatcher dispatcher, GraphTransportOptions options, GraphEdgeServices services)
{
    /// <summary>Answers with a stream, errors of the request in it.</summary>
    public async ValueTask RunAsync(HttpContext context, GraphStreamForm form, GraphPrepared prepared)
    {
        var isEndless = prepared.Failure is null && prepared.Kind == GraphOperationKind.Subscription;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, isEndless ? services.Stopping : CancellationToken.None);
        var caller = new CallerContext(context, services.Time, stop.Token);
        await using var stream = ResultStream.Create(form, context, options.KeepAlive, services.Time);
        await stream.StartAsync();
        if (isEndless)
            await dispatcher.Subscribe(prepared, caller, result => NextAsync(stream, stop, result));
        else
            await AnswerAsync(stream, prepared, caller);
        if (!stop.IsCancellationRequested)
            await stream.CompleteAsync();
    }

    private async ValueTask AnswerAsync(ResultStream stream, GraphPrepared prepared, CallerContext caller)
    {
        using var map = new PooledBuffer();
        if (prepared.Failure is { } failure)
            GraphErrorWriter.WriteRequestErrors(map, failure);
        else
            await dispatcher.Execute(prepared, caller, map);
        await stream.NextAsync(map.WrittenMemory);
    }

    // What a source says of its own cancellation is for nobody.
    private static async ValueTask NextAsync(ResultStream stream, CancellationTokenSource stop, ReadOnlyMemory<byte> result)
    {
        if (stop.IsCancellationRequested)
            return;
        try
        {
            await stream.NextAsync(result);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            await stop.CancelAsync();
        }
    }
}
