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
        new[] { Seed("1", "ada", "card-deck", 2, 999), Seed("2", "alan", "valve", 12, 450), Seed("3", "ada", "valve", 1, 450) }.Select(o => KeyValuePair.Create(o.Id, o)));

    private int _lastId = 3;

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
    public override Task<Order> GetOrder(GetOrderRequest request, ServerCallContext context) => Task.FromResult(Find(request.OrderId));

    /// <inheritdoc />
    public override Task<ListOrdersResponse> ListOrders(ListOrdersRequest request, ServerCallContext context) => Task.FromResult(new ListOrdersResponse
    {
        Orders = { _orders.Values.Where(o => request.UserIds.Count == 0 || request.UserIds.Contains(o.UserId)).OrderByDescending(o => int.Parse(o.Id, CultureInfo.InvariantCulture)) },
    });

    /// <inheritdoc />
    public override async Task Watch(WatchRequest request, IServerStreamWriter<OrderEvent> responseStream, ServerCallContext context)
    {
        Find(request.OrderId);
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

    private static Order Seed(string id, string user, string sku, int quantity, long price) => new()
    {
        Id = id,
        UserId = user,
        State = OrderState.Placed,
        Total = quantity * price,
        Lines = { new OrderLine { Sku = sku, Quantity = quantity, Price = price } },
    };

    private Order Find(string id) =>
        _orders.TryGetValue(id, out var order) ? order : throw new RpcException(new Status(StatusCode.NotFound, $"There is no order \"{id}\"."));

    private Timestamp Now() => Timestamp.FromDateTimeOffset(time.GetUtcNow());
}
