using System.Text.Json;
using MatrixTests.Clients;
using Microsoft.AspNetCore.Builder;
using ProtocolGateway.Samples;
using ProtocolGateway.Samples.Chat;
using ProtocolGateway.TestKit.Backends;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace MatrixTests;

/// <summary>Many clients' WebSockets over few gRPC streams: the chat sample, as two instances behind the gateway.</summary>
public sealed class FanInTests : IAsyncLifetime
{
    private readonly ChatRooms _rooms = new();
    private readonly int[] _ports = [MatrixBackend.FreePort(), MatrixBackend.FreePort()];
    private readonly WebApplication?[] _instances = new WebApplication?[2];
    private GatewayProcess _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        await StartAsync(0);
        await StartAsync(1);
        _gateway = await GatewayProcess.StartAsync(Configuration());
    }

    public async ValueTask DisposeAsync()
    {
        _gateway.Log.ThrowOnUndeclaredErrors();
        await _gateway.DisposeAsync();
        foreach (var instance in _instances)
        {
            if (instance is not null)
                await instance.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_one_says_all_of_the_room_hear_and_late_comers_too()
    {
        using var ada = await OpenAsync("ada");
        using var alan = await OpenAsync("alan");
        using var elsewhere = await OpenAsync("eve", "other");
        await ada.SendAsync("""{"text":"é"}""");
        Assert.Equal("""{"from":"ada","text":"é"}""", await ada.ReceiveAsync());
        Assert.Equal("""{"from":"ada","text":"é"}""", await alan.ReceiveAsync());
        using var late = await OpenAsync("late");
        Assert.Equal("""{"from":"ada","text":"é"}""", await late.ReceiveAsync());
        await elsewhere.SendAsync("nonsense");
        Assert.StartsWith("""{"error":""", await elsewhere.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_service_may_refuse_and_the_gateway_too()
    {
        using var nameless = await OpenAsync("");
        Assert.Equal("closed 4400 A nick and a room have 1 to 40 characters", await nameless.ReceiveAsync());
        using var foreign = await SocketClient.ConnectAsync(_gateway.Address, null, "https://evil.example", "/chat");
        Assert.StartsWith("closed 4403", await foreign.ReceiveAsync(), StringComparison.Ordinal);
        using var large = await OpenAsync("large");
        await large.SendAsync(new byte[5 * 1024 * 1024]);
        Assert.StartsWith("closed 1009", await large.ReceiveAsync(), StringComparison.Ordinal);
        // What services implement for the gateway, clients cannot call.
        using var http = new HttpClient { BaseAddress = _gateway.Address };
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await http.PostAsync("gateway.fanin.v1.Connections/Serve", null, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Nothing_is_lost_and_nothing_comes_twice_where_an_instance_dies()
    {
        const int Clients = 20, Each = 60;
        var people = await Task.WhenAll(Enumerable.Range(0, Clients).Select(i => OpenAsync("p" + i)));
        var hearing = people.Select(HearAsync).ToArray();
        var saying = people.Select(async (socket, i) =>
        {
            for (var n = 0; n < Each; n++)
            {
                await socket.SendAsync($$"""{"text":"{{i}}-{{n}}"}""");
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }).ToArray();
        await Task.Delay(300, TestContext.Current.CancellationToken);
        await KillAsync(0);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        await StartAsync(0);
        await Task.Delay(200, TestContext.Current.CancellationToken);
        await KillAsync(1);
        await Task.WhenAll(saying);
        var heard = await Task.WhenAll(hearing);

        // Everybody has heard the same, in the same order: each message once.
        Assert.Equal(Clients * Each, heard[0].Count);
        Assert.Equal(Clients * Each, heard[0].Distinct().Count());
        Assert.All(heard, one => Assert.Equal(heard[0], one));
        for (var i = 0; i < Clients; i++)
            Assert.Equal(Enumerable.Range(0, Each).Select(n => $"{i}-{n}"), heard[0].Where(t => t.StartsWith($"{i}-", StringComparison.Ordinal)));
        Array.ForEach(people, static p => p.Dispose());

        async Task<List<string>> HearAsync(SocketClient socket)
        {
            var texts = new List<string>();
            while (texts.Count < Clients * Each)
            {
                var message = await socket.ReceiveAsync();
                if (message.StartsWith("closed", StringComparison.Ordinal))
                {
                    texts.Add(message);
                    break;
                }

                texts.Add(JsonDocument.Parse(message).RootElement.GetProperty("text").GetString()!);
            }

            return texts;
        }
    }

    [Fact]
    public async Task One_who_does_not_read_is_disconnected_and_nobody_else_waits()
    {
        using var deaf = await OpenAsync("deaf");
        using var ada = await OpenAsync("ada");
        using var alan = await OpenAsync("alan");
        var text = new string('x', 20_000);
        for (var i = 0; i < 400; i++)
        {
            await ada.SendAsync($$"""{"text":"{{i}} {{text}}"}""");
            Assert.Contains($"\"{i} xx", await ada.ReceiveAsync(), StringComparison.Ordinal);
            Assert.Contains($"\"{i} xx", await alan.ReceiveAsync(), StringComparison.Ordinal);
        }

        // The kernel's buffers hold some of it; then the connection has ended.
        var last = "";
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            while (!(last = await deaf.ReceiveAsync()).StartsWith("closed", StringComparison.Ordinal))
            {
            }

            throw new InvalidOperationException(last);
        });
        Assert.DoesNotContain("\"399 x", last, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dropOldest")]
    [InlineData("latest")]
    public async Task One_who_reads_slowly_is_told_what_was_left_out_where_the_route_says_so(string policy)
    {
        await using var gateway = await GatewayProcess.StartAsync(Configuration("slowConsumer: " + policy));
        using var slow = await OpenAsync("slow", gateway: gateway);
        using var ada = await OpenAsync("ada", gateway: gateway);
        var text = new string('x', 20_000);
        for (var i = 0; i < 600; i++)
        {
            await ada.SendAsync($$"""{"text":"{{i}} {{text}}"}""");
            Assert.Contains($"\"{i} xx", await ada.ReceiveAsync(), StringComparison.Ordinal);
        }

        var (heard, missed, last) = (0, 0, "");
        while (heard + missed < 600)
        {
            var message = JsonDocument.Parse(await slow.ReceiveAsync()).RootElement;
            if (message.TryGetProperty("missed", out var count))
                missed += count.GetInt32();
            else
                (heard, last) = (heard + 1, message.GetProperty("text").GetString()!);
        }

        Assert.True(missed > 0);
        Assert.Equal(600, heard + missed);
        Assert.StartsWith("599 ", last, StringComparison.Ordinal);
        gateway.Log.ThrowOnUndeclaredErrors();
    }

    [Fact]
    public async Task Clients_wait_for_a_service_that_is_not_there_yet()
    {
        await KillAsync(0);
        await KillAsync(1);
        var opening = OpenAsync("early");
        await Task.Delay(500, TestContext.Current.CancellationToken);
        Assert.False(opening.IsCompleted);
        await StartAsync(0);
        using var early = await opening;
        await early.SendAsync("""{"text":"here"}""");
        Assert.Contains("here", await early.ReceiveAsync(), StringComparison.Ordinal);
    }

    private string Configuration(string more = "streams: 2") =>
        Fixture.Listeners + "services:\n  chat:\n" +
        $"    webSockets: [ {{ path: /chat, {more} }} ]\n" +
        $"    upstream: {{ protocol: grpc, instances: [ {{ address: \"http://127.0.0.1:{_ports[0]}\" }}, {{ address: \"http://127.0.0.1:{_ports[1]}\" }} ] }}\n";

    private async Task StartAsync(int index)
    {
        var app = SampleHosts.Chat($"http://127.0.0.1:{_ports[index]}", _rooms);
        await app.StartAsync(TestContext.Current.CancellationToken);
        _instances[index] = app;
    }

    // As a process dies: nothing is said to anybody.
    private async Task KillAsync(int index)
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _instances[index]!.StopAsync(now.Token);
        await _instances[index]!.DisposeAsync();
        _instances[index] = null;
    }

    private Task<SocketClient> OpenAsync(string nick, string room = "lobby", GatewayProcess? gateway = null) =>
        SocketClient.ConnectAsync((gateway ?? _gateway).Address, null, path: "/chat", query: $"nick={nick}&room={room}");
}
