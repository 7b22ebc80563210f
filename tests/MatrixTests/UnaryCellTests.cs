using System.Text;
using System.Text.Json;
using MatrixTests.Clients;
using Xunit;

namespace MatrixTests;

/// <summary>
/// Every edge without a client library of its own x every upstream, the same five things of a unary call: the answer with what the backend received, metadata
/// back, the error, the deadline, the cancellation. gRPC and gRPC-Web have theirs in <see cref="GrpcTests"/> and <see cref="RpcToHttpTests"/>.
/// </summary>
public sealed class UnaryCellTests(Fixture fixture) : MatrixTest(fixture)
{
    private const string Rest = "REST", GraphQl = "GraphQL", Multiplexed = "WebSocket multiplexed", Direct = "WebSocket direct", Connect = "Connect";
    private const string Grpc = "gRPC", Http = "HTTP";

    public static TheoryData<string, string> Cells =>
    [
        (Rest, Grpc), (Rest, Http), (GraphQl, Grpc), (GraphQl, Http), (Multiplexed, Grpc), (Multiplexed, Http), (Direct, Grpc), (Direct, Http), (Connect, Grpc), (Connect, Http),
    ];

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task The_answer_comes_and_the_backend_has_the_callers_metadata(string edge, string upstream)
    {
        Assert.Equal("7", await CallAsync(edge, upstream, "7"));
        var tenant = upstream == Grpc ? Assert.Single(_fixture.Backend.Calls).Headers.GetValue("x-tenant") : Assert.Single(_fixture.Backend.Requests).Headers["x-tenant"];
        Assert.Equal("blue", tenant);
    }

    [Theory]
    [InlineData(Rest, Grpc)]
    [InlineData(Rest, Http)]
    [InlineData(Multiplexed, Grpc)]
    [InlineData(Multiplexed, Http)]
    [InlineData(Connect, Grpc)]
    [InlineData(Connect, Http)]
    public async Task The_backends_metadata_comes_back(string edge, string upstream)
    {
        await CallAsync(edge, upstream, "7");
        Assert.Equal(upstream == Grpc ? "yes" : "items", _metadata);
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task The_error_is_that_of_the_backend(string edge, string upstream)
    {
        if (upstream == Http && edge != Rest)
            _fixture.Gateway.Log.Expect("The service items answered 500.");
        Assert.Equal(upstream == Grpc ? "NOT_FOUND" : "INTERNAL", await CallAsync(edge, upstream, "broken"));
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task A_deadline_ends_the_call_on_both_sides(string edge, string upstream)
    {
        Assert.Equal("DEADLINE_EXCEEDED", await CallAsync(edge, upstream, "slow", milliseconds: 400));
        await UntilCancelledAsync();
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task A_client_that_goes_ends_the_backends_work(string edge, string upstream)
    {
        using var gone = new CancellationTokenSource();
        var calling = CallAsync(edge, upstream, "slow", gone: gone.Token);
        for (var i = 0; i < 500 && _fixture.Backend.Calls.IsEmpty && _fixture.Backend.Requests.IsEmpty; i++)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        await gone.CancelAsync();
        await Record.ExceptionAsync(() => calling);
        await UntilCancelledAsync();
    }

    private string? _metadata;

    // The id of the answer, or the code of the error.
    private Task<string> CallAsync(string edge, string upstream, string id, int milliseconds = 20_000, CancellationToken gone = default) => edge switch
    {
        Rest when upstream == Grpc => RestAsync(new(HttpMethod.Post, "/v1/say") { Content = Json(Say(id)) }, milliseconds, gone),
        Rest => RestAsync(new(HttpMethod.Get, "/items/" + id), milliseconds, gone),
        GraphQl => GraphQlAsync(upstream == Grpc ? $$"""{ say(name: "rooms/{{id}}", {{Arguments(id)}}) { text } }""" : $$"""{ getItem(id: "{{id}}") { id } }""", milliseconds, gone),
        Connect => ConnectAsync(Path(upstream), upstream == Grpc ? Say(id) : Item(id), milliseconds, gone),
        Multiplexed => MultiplexedAsync(Path(upstream), upstream == Grpc ? Say(id) : Item(id), milliseconds, gone),
        _ => DirectAsync(Path(upstream), upstream == Grpc ? Say(id) : Item(id), milliseconds, gone),
    };

    private static string Path(string upstream) => upstream == Grpc ? "matrix.v1.Matrix/Say" : "items.Items/GetItem";

    private static string Item(string id) => $$"""{"id":"{{id}}"}""";

    private static string Say(string id) => $$"""{"name":"{{id}}","failCode":{{(id == "broken" ? 5 : 0)}},"waitMs":{{(id == "slow" ? 20_000 : 0)}}}""";

    private static string Arguments(string id) => $"failCode: {(id == "broken" ? 5 : 0)}, waitMs: {(id == "slow" ? 20_000 : 0)}";

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static string IdOf(JsonElement message) => message.TryGetProperty("text", out var text) ? text.GetString()!["hello ".Length..].Replace("rooms/", "", StringComparison.Ordinal) : message.GetProperty("id").GetString()!;

    private async Task<(int Status, JsonElement Body)> SendAsync(HttpRequestMessage ask, string header, string timeout, CancellationToken gone)
    {
        ask.Headers.Add("x-tenant", "blue");
        ask.Headers.Add(header, timeout);
        using var answer = await _fixture.Client.SendAsync(ask, gone);
        _metadata = answer.Headers.TryGetValues("x-answer", out var values) || answer.Headers.TryGetValues("x-backend", out values) ? values.First() : null;
        var text = await answer.Content.ReadAsStringAsync(gone);
        return ((int)answer.StatusCode, text.StartsWith('{') ? JsonDocument.Parse(text).RootElement : default);
    }

    private async Task<string> RestAsync(HttpRequestMessage ask, int milliseconds, CancellationToken gone)
    {
        var (status, body) = await SendAsync(ask, "X-Request-Timeout", $"{milliseconds}ms", gone);
        return status switch { 200 => IdOf(body), 404 => "NOT_FOUND", 500 => "INTERNAL", 504 => "DEADLINE_EXCEEDED", _ => $"status {status}" };
    }

    private async Task<string> GraphQlAsync(string document, int milliseconds, CancellationToken gone)
    {
        var body = JsonSerializer.Serialize(new { query = document });
        var (_, answer) = await SendAsync(new(HttpMethod.Post, "/graphql") { Content = Json(body) }, "X-Request-Timeout", $"{milliseconds}ms", gone);
        return answer.TryGetProperty("errors", out var errors)
            ? errors[0].GetProperty("extensions").GetProperty("code").GetString()!
            : IdOf(answer.GetProperty("data").EnumerateObject().Single().Value);
    }

    private async Task<string> ConnectAsync(string path, string message, int milliseconds, CancellationToken gone)
    {
        var ask = new HttpRequestMessage(HttpMethod.Post, "/" + path) { Content = Json(message) };
        ask.Headers.Add("Connect-Protocol-Version", "1");
        var (status, body) = await SendAsync(ask, "Connect-Timeout-Ms", $"{milliseconds}", gone);
        return status == 200 ? IdOf(body) : body.GetProperty("code").GetString()!.ToUpperInvariant();
    }

    private async Task<string> MultiplexedAsync(string operation, string message, int milliseconds, CancellationToken gone)
    {
        using var socket = await SocketClient.ConnectAsync(_fixture.Gateway.Address, "gateway.v1.json", path: "/ws", headers: ("x-tenant", "blue"));
        await socket.SendAsync("""{"type":"hello"}""");
        await socket.ReceiveAsync();
        await socket.SendAsync($$"""{"type":"open","id":1,"operation":"{{operation}}","timeout":"{{milliseconds}}ms","message":{{message}}}""");
        using var cancel = gone.Register(() => _ = socket.SendAsync("""{"type":"cancel","id":1}"""));
        while (!gone.IsCancellationRequested)
        {
            var frame = JsonDocument.Parse(await socket.ReceiveAsync().WaitAsync(gone)).RootElement;
            switch (frame.GetProperty("type").GetString())
            {
                case "head":
                    _metadata = frame.GetProperty("metadata").TryGetProperty("x-answer", out var value) ? value.GetString() : frame.GetProperty("metadata").GetProperty("x-backend").GetString();
                    break;
                case "complete":
                    return IdOf(frame.GetProperty("message"));
                case "error":
                    return frame.GetProperty("code").GetString()!;
            }
        }

        return "";
    }

    private async Task<string> DirectAsync(string path, string message, int milliseconds, CancellationToken gone)
    {
        using var socket = await SocketClient.ConnectAsync(_fixture.Gateway.Address, null, path: "/ws/" + path, headers: [("x-tenant", "blue"), ("X-Request-Timeout", $"{milliseconds}ms")]);
        await socket.SendAsync(message);
        using var close = gone.Register(() => _ = socket.CloseAsync(1000, ""));
        var first = await socket.ReceiveAsync();
        return first.StartsWith("closed 40", StringComparison.Ordinal) ? first.Split(' ')[2].TrimEnd(':') : IdOf(JsonDocument.Parse(first).RootElement);
    }

    private async Task UntilCancelledAsync()
    {
        for (var i = 0; i < 500 && _fixture.Backend.Cancelled.IsEmpty; i++)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Single(_fixture.Backend.Cancelled);
    }
}
