using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using MatrixTests.Clients;
using ProtocolGateway.TestKit.Backends;
using ProtocolGateway.TestKit.Matrix;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace MatrixTests;

/// <summary>Clients of every protocol share one stream of the service where the operation says so.</summary>
public sealed class SharedStreamTests : IAsyncLifetime
{
    private const string Open = """{"type":"open","id":1,"operation":"matrix.v1.Matrix/Count","credit":1000,"message":{"to":40,"waitMs":50}}""";

    private MatrixBackend _backend = null!;
    private GatewayProcess _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _backend = await MatrixBackend.StartAsync();
        _gateway = await GatewayProcess.StartAsync(
            Fixture.Listeners + "services:\n" + Fixture.MatrixService(_backend) +
            "    operations: { matrix.v1.Matrix.Count: { share: { headers: [x-tenant], retainLast: true, slowConsumer: dropOldest, queueMessages: 4 } } }\n");
    }

    public async ValueTask DisposeAsync()
    {
        _gateway.Log.ThrowOnUndeclaredErrors();
        await _gateway.DisposeAsync();
        await _backend.DisposeAsync();
    }

    [Fact]
    public async Task Sockets_events_and_gRPC_get_one_stream_and_late_comers_its_last_message()
    {
        using var first = await OpenAsync("blue");
        using var second = await OpenAsync("blue");
        await first.SendAsync(Open);
        Assert.Equal("n1", TextOf(await first.ReceiveAsync()));
        await second.SendAsync(Open);
        var seen = TextOf(await second.ReceiveAsync());
        using var channel = GrpcChannel.ForAddress(_gateway.Address);
        using var call = new Matrix.MatrixClient(channel).Count(new CountRequest { To = 40, WaitMs = 50 }, new Metadata { { "x-tenant", "blue" }, { "x-other", "not seen" } });
        using var events = new HttpRequestMessage(HttpMethod.Get, new Uri(_gateway.Address, "v1/count/40?waitMs=50"));
        events.Headers.Add("x-tenant", "blue");
        events.Headers.Add("Accept", "text/event-stream");
        using var http = new HttpClient();
        var eventual = http.SendAsync(events, TestContext.Current.CancellationToken);
        var (one, two, three) = (await RestAsync(first), await RestAsync(second), new List<string>());
        await foreach (var reply in call.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken))
            three.Add(reply.Text);

        Assert.Equal(Enumerable.Range(2, 39).Select(static i => "n" + i), one);
        // The second began with a message that was there before it: all those after it have come.
        Assert.Equal(Enumerable.Range(int.Parse(seen[1..], System.Globalization.CultureInfo.InvariantCulture) + 1, 40).TakeWhile(static i => i <= 40).Select(static i => "n" + i), two);
        Assert.Equal("n40", three[^1]);
        using var answer = await eventual;
        Assert.Contains("\"n40\"", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var received = Assert.Single(_backend.Calls);
        Assert.Equal("blue", received.Headers.GetValue("x-tenant"));
        Assert.Null(received.Headers.GetValue("x-other"));
    }

    [Fact]
    public async Task Other_requests_and_other_callers_have_streams_of_their_own()
    {
        using var blue = await OpenAsync("blue");
        using var red = await OpenAsync("red");
        await blue.SendAsync(Open);
        await red.SendAsync(Open);
        await blue.SendAsync(Open.Replace("\"id\":1", "\"id\":2", StringComparison.Ordinal).Replace("40", "39", StringComparison.Ordinal));
        await blue.ReceiveAsync();
        await blue.ReceiveAsync();
        await red.ReceiveAsync();
        Assert.Equal(3, _backend.Calls.Count);
    }

    [Fact]
    public async Task The_stream_ends_with_its_last_caller_and_a_slow_one_is_told_what_it_missed()
    {
        using var slow = await OpenAsync("blue");
        using var fast = await OpenAsync("blue");
        await slow.SendAsync(Open.Replace("\"waitMs\":50", "\"waitMs\":20", StringComparison.Ordinal).Replace("1000", "1", StringComparison.Ordinal));
        await fast.SendAsync(Open.Replace("\"waitMs\":50", "\"waitMs\":20", StringComparison.Ordinal));
        Assert.Equal("n1", TextOf(await slow.ReceiveAsync()));
        var last = "";
        while (last != "n40")
            last = TextOf(await fast.ReceiveAsync());
        await slow.SendAsync("""{"type":"credit","id":1,"messages":100}""");
        var (heard, missed) = (1, 0);
        while (heard + missed < 40)
        {
            var frame = JsonDocument.Parse(await slow.ReceiveAsync()).RootElement;
            if (frame.GetProperty("type").GetString() == "gap")
                missed += frame.GetProperty("missed").GetInt32();
            else
                heard++;
        }

        Assert.True(missed > 20, $"{missed} were left out");
        Assert.Single(_backend.Calls);

        using var leaving = await OpenAsync("green");
        await leaving.SendAsync(Open.Replace("40", "100000", StringComparison.Ordinal));
        await leaving.ReceiveAsync();
        leaving.Abort();
        for (var i = 0; i < 500 && _backend.Cancelled.IsEmpty; i++)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Single(_backend.Cancelled);
    }

    private static string TextOf(string frame) => JsonDocument.Parse(frame).RootElement.GetProperty("message").GetProperty("text").GetString()!;

    private static async Task<List<string>> RestAsync(SocketClient socket)
    {
        var texts = new List<string>();
        while (await socket.ReceiveAsync() is var frame && !frame.Contains("\"complete\"", StringComparison.Ordinal))
            texts.Add(TextOf(frame));
        return texts;
    }

    private async Task<SocketClient> OpenAsync(string tenant)
    {
        var socket = await SocketClient.ConnectAsync(_gateway.Address, "gateway.v1.json", path: "/ws", headers: ("x-tenant", tenant));
        await socket.SendAsync("""{"type":"hello"}""");
        await socket.ReceiveAsync();
        return socket;
    }
}
