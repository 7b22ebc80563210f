using System.Net.WebSockets;
using Microsoft.Extensions.Time.Testing;
using ProtocolGateway.Edges.GraphQL.Transports;
using ProtocolGateway.Envelope.Calls;
using Xunit;

namespace UnitTests.Edges.GraphQL.Transports;

/// <summary>graphql-transport-ws, by the words of its protocol document.</summary>
public sealed class SocketSessionTests
{
    private const string Init = """{"type":"connection_init"}""";
    private const string Ack = """{"type":"connection_ack"}""";

    [Fact]
    public async Task A_query_is_answered_and_completed()
    {
        await using var host = await GraphHost.StartAsync();
        using var socket = await host.InitialiseAsync();
        Assert.Equal("graphql-transport-ws", socket.SubProtocol);
        await socket.SubscribeAsync("a", "{ok}");
        await socket.ExpectAsync("""{"id":"a","type":"next","payload":{"data":{"ran":"{ok}"}}}""", """{"id":"a","type":"complete"}""");
    }

    [Fact]
    public async Task A_subscription_comes_in_pieces()
    {
        await using var host = await GraphHost.StartAsync();
        using var socket = await host.InitialiseAsync();
        await socket.SubscribeAsync("a", "subscription{two}");
        await socket.ExpectAsync(
            """{"id":"a","type":"next","payload":{"data":{"n":1}}}""", """{"id":"a","type":"next","payload":{"data":{"n":2}}}""", """{"id":"a","type":"complete"}""");
    }

    [Fact]
    public async Task An_operation_that_cannot_run_is_an_error_message()
    {
        await using var host = await GraphHost.StartAsync();
        using var socket = await host.InitialiseAsync();
        await socket.SubscribeAsync("a", "{unknown}");
        await socket.ExpectAsync("""{"id":"a","type":"error","payload":[{"message":"a Validation error","extensions":{"code":"CODE"}}]}""");
        await socket.SubscribeAsync("a", "{ok}");
        Assert.StartsWith("""{"id":"a","type":"next",""", await socket.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_operations_run_at_a_time()
    {
        await using var host = await GraphHost.StartAsync();
        using var socket = await host.InitialiseAsync();
        await socket.SubscribeAsync("slow", "{slow}");
        await socket.SubscribeAsync("b", "{ok}");
        await socket.ExpectAsync("""{"id":"b","type":"next","payload":{"data":{"ran":"{ok}"}}}""", """{"id":"b","type":"complete"}""");
        host.Executor.Gate.SetResult();
        await socket.ExpectAsync("""{"id":"slow","type":"next","payload":{"data":{"ran":"{slow}"}}}""", """{"id":"slow","type":"complete"}""");
    }

    [Fact]
    public async Task A_client_that_subscribes_and_completes_without_end_is_read_from_only_at_its_pace()
    {
        var time = new FakeTimeProvider();
        await using var host = await GraphHost.StartAsync(new() { MaxSocketOperations = 10, KeepAlive = TimeSpan.FromDays(1), KeepAliveTimeout = TimeSpan.FromDays(1) }, time);
        using var socket = await host.InitialiseAsync();
        for (var id = 1; id <= 20; id++)
        {
            await socket.SubscribeAsync($"{id}", "subscription{wait}");
            if (id <= 11)
                Assert.Contains("next", await socket.ReceiveAsync(), StringComparison.Ordinal);
            await socket.SendAsync($$"""{"id":"{{id}}","type":"complete"}""");
        }

        // What a second allows, and the one that was the first too many.
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.Equal(11, host.Executor.Callers.Count);
        while (host.Executor.Callers.Count < 20)
        {
            time.Advance(TimeSpan.FromMilliseconds(101));
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Complete_cancels_the_operation_and_frees_its_id()
    {
        await using var host = await GraphHost.StartAsync();
        using var socket = await host.InitialiseAsync();
        await socket.SubscribeAsync("a", "subscription{silent}");
        await socket.ExpectAsync("""{"id":"a","type":"next","payload":{"data":{"n":1}}}""");
        await socket.SendAsync("""{"id":"a","type":"complete"}""");
        await host.Executor.Cancelled.Task.WaitAsync(TestContext.Current.CancellationToken);
        await socket.SubscribeAsync("a", "{ok}");
        await socket.ExpectAsync("""{"id":"a","type":"next","payload":{"data":{"ran":"{ok}"}}}""", """{"id":"a","type":"complete"}""");
    }

    [Fact]
    public async Task What_runs_is_cancelled_when_the_client_goes()
    {
        await using var host = await GraphHost.StartAsync();
        var socket = await host.InitialiseAsync();
        await socket.SubscribeAsync("a", "{stuck}");
        while (host.Executor.Callers.IsEmpty)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        socket.Dispose();
        await host.Executor.Cancelled.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_client_that_does_not_read_holds_the_source_back()
    {
        await using var host = await GraphHost.StartAsync();
        using var socket = await host.InitialiseAsync();
        await socket.SubscribeAsync("a", "subscription{endless}");
        // Until the buffers between us are full and nothing moves any more.
        for (var (before, same) = (-1, 0); same < 5; before = host.Executor.Taken)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            same = before == host.Executor.Taken ? same + 1 : 0;
        }

        var taken = host.Executor.Taken;
        Assert.InRange(taken, 1, 1000);
        for (var i = 0; i < taken; i++)
            await socket.ReceiveAsync();
        while (host.Executor.Taken == taken)
            await socket.ReceiveAsync();
    }

    [Fact]
    public async Task Pings_are_answered_with_their_payload()
    {
        await using var host = await GraphHost.StartAsync();
        using var socket = await host.ConnectAsync();
        await socket.SendAsync("""{"type":"ping","payload":{"n":1}}""");
        await socket.ExpectAsync("""{"type":"pong","payload":{"n":1}}""");
        await socket.SendAsync("""{"type":"pong"}""");
        await socket.SendAsync(Init);
        await socket.ExpectAsync(Ack);
    }

    [Fact]
    public async Task Headers_of_the_init_payload_go_to_backends()
    {
        await using var host = await GraphHost.StartAsync();
        using var socket = await host.InitialiseAsync("""{"type":"connection_init","payload":{"Authorization":"Bearer t"}}""");
        await socket.SubscribeAsync("a", "{ok}");
        await socket.ReceiveAsync();
        Assert.True(host.Executor.Callers.TryPeek(out var caller));
        var headers = new CallHeaders();
        Assert.Null(caller.AddHeaders(grpc: true, headers));
        Assert.Equal("Bearer t", headers.Find("authorization"));
    }

    [Fact]
    public async Task A_header_of_the_init_payload_that_is_none_closes_the_socket()
    {
        await using var host = await GraphHost.StartAsync();
        using var socket = await host.ConnectAsync();
        await socket.SendAsync("""{"type":"connection_init","payload":{"authorization":"a\nb"}}""");
        await socket.ExpectAsync("closed 4400 Invalid message: the value of authorization is none that a header can have");
    }

    [Theory]
    [InlineData("nonsense", "closed 4400 Invalid message: not JSON")]
    [InlineData("""{"type":"start"}""", "closed 4400 Invalid message: \"type\" is none that a client sends")]
    [InlineData("""{"type":"subscribe","id":"a","payload":{"query":7}}""", "closed 4400 Invalid message: \"query\" is not a text.")]
    [InlineData("""{"type":"connection_init"}""", "closed 4429 Too many initialisation requests")]
    public async Task Bad_messages_close_the_socket(string message, string expected)
    {
        await using var host = await GraphHost.StartAsync();
        using var socket = await host.InitialiseAsync();
        await socket.SendAsync(message);
        await socket.ExpectAsync(expected);
    }

    [Fact]
    public async Task A_binary_message_closes_the_socket()
    {
        await using var host = await GraphHost.StartAsync();
        using var socket = await host.InitialiseAsync();
        await socket.SendAsync([1, 2], WebSocketMessageType.Binary);
        await socket.ExpectAsync("closed 4400 Invalid message: a message is a text, not binary");
    }

    [Fact]
    public async Task A_message_that_is_too_large_closes_the_socket()
    {
        await using var host = await GraphHost.StartAsync(new() { MaxRequestBytes = 5000 });
        using var socket = await host.InitialiseAsync();
        await socket.SendAsync(new string(' ', 5001));
        await socket.ExpectAsync("closed 1009 A message is larger than 5000 bytes");
    }

    [Fact]
    public async Task Subscribing_before_the_acknowledgement_closes_the_socket()
    {
        await using var host = await GraphHost.StartAsync();
        using var socket = await host.ConnectAsync();
        await socket.SubscribeAsync("a", "{ok}");
        await socket.ExpectAsync("closed 4401 Unauthorized");
    }

    [Fact]
    public async Task An_id_in_use_closes_the_socket()
    {
        await using var host = await GraphHost.StartAsync();
        using var socket = await host.InitialiseAsync();
        await socket.SubscribeAsync("a", "{slow}");
        await socket.SubscribeAsync("a", "{ok}");
        await socket.ExpectAsync("closed 4409 Subscriber for a already exists");
    }

    [Fact]
    public async Task Silence_at_the_beginning_closes_the_socket()
    {
        var time = new FakeTimeProvider();
        await using var host = await GraphHost.StartAsync(time: time);
        using var socket = await host.ConnectAsync();
        var received = socket.ReceiveAsync();
        // The timer is set after the handshake, so it may need more than one push.
        while (!received.IsCompleted)
        {
            time.Advance(new GraphTransportOptions().InitTimeout);
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.Equal("closed 4408 Connection initialisation timeout", await received);
    }

    [Theory]
    [InlineData("graphql-ws")]
    [InlineData(null)]
    public async Task Another_sub_protocol_closes_the_socket(string? protocol)
    {
        await using var host = await GraphHost.StartAsync();
        using var socket = await host.ConnectAsync(protocol);
        await socket.ExpectAsync("closed 4406 Subprotocol not acceptable");
    }

    [Fact]
    public async Task A_foreign_page_is_refused()
    {
        await using var host = await GraphHost.StartAsync();
        using var socket = await host.ConnectAsync(headers: ("Origin", "https://evil.example"));
        await socket.ExpectAsync("closed 4403 Forbidden");
    }

    [Fact]
    public async Task More_operations_than_allowed_are_refused_one_by_one()
    {
        await using var host = await GraphHost.StartAsync(new() { MaxSocketOperations = 1 });
        using var socket = await host.InitialiseAsync();
        await socket.SubscribeAsync("a", "{slow}");
        await socket.SubscribeAsync("b", "{ok}");
        Assert.Contains("\"id\":\"b\",\"type\":\"error\",\"payload\":[{\"message\":\"1 operations run", await socket.ReceiveAsync(), StringComparison.Ordinal);
        host.Executor.Gate.SetResult();
        Assert.Contains("\"id\":\"a\",\"type\":\"next\"", await socket.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_of_our_own_ends_the_operation_alone()
    {
        await using var host = await GraphHost.StartAsync();
        host.Log.Expect("the gateway failed on");
        using var socket = await host.InitialiseAsync();
        await socket.SubscribeAsync("a", "{bug}");
        Assert.Matches("^\\{\"id\":\"a\",\"type\":\"error\",\"payload\":\\[\\{\"message\":\"The gateway failed.\",.*\"incidentId\":\"[0-9a-f]{16}\"", await socket.ReceiveAsync());
        await socket.SubscribeAsync("a", "{ok}");
        Assert.Contains("next", await socket.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_answers_queries_and_ends_streams_without_saying_that_they_are_complete()
    {
        await using var host = await GraphHost.StartAsync();
        using var socket = await host.InitialiseAsync();
        await socket.SubscribeAsync("s", "subscription{silent}");
        await socket.ReceiveAsync();
        await socket.SubscribeAsync("q", "mutation{slow}");
        while (host.Executor.Callers.Count < 2)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        await host.Stopping.CancelAsync();
        host.Executor.Gate.SetResult();
        await socket.ExpectAsync("""{"id":"q","type":"next","payload":{"data":{"ran":"mutation{slow}"}}}""", """{"id":"q","type":"complete"}""", "closed 1001 Going away");
        await host.Executor.Cancelled.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_retired_edge_closes_sockets_when_nothing_runs()
    {
        await using var host = await GraphHost.StartAsync();
        using var idle = await host.InitialiseAsync();
        using var busy = await host.InitialiseAsync();
        await busy.SubscribeAsync("s", "subscription{silent}");
        await busy.ReceiveAsync();
        await host.Retired.CancelAsync();
        await idle.ExpectAsync("closed 1012 Configuration changed; connect again");
        await busy.SendAsync("""{"id":"s","type":"complete"}""");
        await busy.ExpectAsync("closed 1012 Configuration changed; connect again");
    }

    [Fact]
    public async Task A_client_that_closes_is_answered_with_its_code()
    {
        await using var host = await GraphHost.StartAsync();
        using var socket = await host.InitialiseAsync();
        await socket.CloseAsync(4999);
    }
}
