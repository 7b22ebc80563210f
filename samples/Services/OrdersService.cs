using System.Collections.Concurrent;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using ProtocolGateway.Samples.Orders.V1;
using Status = Grpc.Core.Status;

namespace ProtocolGateway.Samples;

/// <summary>orders.v1.Orders: one method of each shape; the state lives as long as the instance, so register it as a singleton.</summary>
public sealed class OrdersService(TimeProvider time) : Orders.V1.Orders.OrdersBase
{
    // Long enough to be seen as a stream, short enough to be watched to its end.
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(300);

    private readonly ConcurrentDictionary<string, Order> _orders = new(
        [KeyValuePair.Create("1", new Order { Id = "1", UserId = "ada", State = OrderState.Placed, Total = 1998, Lines = { new OrderLine { Sku = "card-deck", Quantity = 2, Price = 999 } } })]);

    private int _lastId = 1;

    /// <inheritdoc />
    public override Task<Order> Place(PlaceRequest request, ServerCallContext context)
    {
        if (request.Lines.Count == 0)
            throw new RpcException(new Status(StatusCode.InvalidArgument, "An order needs at least one line."));
        var order = new Order
        {
            Id = Interlocked.Increment(ref _lastId).ToString(CultureInfo.InvariantCulture),
            UserId = request.UserId,
            Lines = { request.Lines },
            State = OrderState.Placed,
            Total = request.Lines.Sum(l => l.Quantity * l.Price),
            PlaceTime = Now(),
        };
        _orders[order.Id] = order;
        return Task.FromResult(order);
    }

    /// <inheritdoc />
    public override async Task Watch(WatchRequest request, IServerStreamWriter<OrderEvent> responseStream, ServerCallContext context)
    {
        if (!_orders.ContainsKey(request.OrderId))
            throw new RpcException(new Status(StatusCode.NotFound, $"There is no order \"{request.OrderId}\"."));
        for (var state = OrderState.Placed; state <= OrderState.Delivered; state++)
        {
            if (state > OrderState.Placed)
                await Task.Delay(Step, time, context.CancellationToken);
            await responseStream.WriteAsync(new OrderEvent { OrderId = request.OrderId, State = state, Time = Now() }, context.CancellationToken);
        }
    }

    /// <inheritdoc />
    public override async Task<UploadSummary> Upload(IAsyncStreamReader<OrderLine> requestStream, ServerCallContext context)
    {
        var summary = new UploadSummary();
        await foreach (var line in requestStream.ReadAllAsync(context.CancellationToken))
        {
            summary.Lines++;
            summary.Quantity += line.Quantity;
            summary.Total += line.Quantity * line.Price;
        }

        return summary;
    }

    /// <inheritdoc />
    public override async Task Chat(IAsyncStreamReader<ChatMessage> requestStream, IServerStreamWriter<ChatMessage> responseStream, ServerCallContext context)
    {
        await foreach (var message in requestStream.ReadAllAsync(context.CancellationToken))
            await responseStream.WriteAsync(new ChatMessage { From = "shop", Text = $"{message.From} said: {message.Text}" }, context.CancellationToken);
    }

    private Timestamp Now() => Timestamp.FromDateTimeOffset(time.GetUtcNow());
}
