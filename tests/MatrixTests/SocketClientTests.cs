using ProtocolGateway.TestKit.Backends;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace MatrixTests;

/// <summary>The sample client of the multiplexed socket, as a page or a program uses it.</summary>
public sealed class SocketClientTests(Fixture fixture) : MatrixTest(fixture)
{
    private static readonly string _folder = Path.Combine(AppContext.BaseDirectory, "Clients");

    [Fact]
    public async Task It_calls_every_shape_and_goes_on_where_its_connection_breaks()
    {
        var output = await RunAsync($"ws://127.0.0.1:{_fixture.Gateway.Port}/ws");
        Assert.Equal(
            """
            say hello a {"x-answer":"yes"} {"x-late":"too"}
            count 500 n500
            sum 45150
            echo hello x
            echo hello y
            echo true
            error GatewayError FAILED_PRECONDITION BACKEND_STATUS
            deadline GatewayError DEADLINE_EXCEEDED DEADLINE_EXCEEDED
            abort AbortError 20 undefined
            taken 50
            resumed true 400 80200 true 3
            closed GatewayError UNAVAILABLE CLOSED
            """,
            output.Trim());
        Assert.All(_fixture.Backend.Calls, static call => Assert.Equal("blue", call.Headers.GetValue("x-tenant")));
        for (var i = 0; i < 500 && _fixture.Backend.Cancelled.Count < 3; i++)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Equal(3, _fixture.Backend.Cancelled.Count);
    }

    [Fact]
    public async Task It_comes_back_when_it_is_told_to_go_and_what_runs_ends_where_it_began()
    {
        await using var backend = await MatrixBackend.StartAsync();
        var config = Fixture.Listeners + "edges: { webSocket: { reconnectSpread: 200ms } }\nservices:\n" + Fixture.MatrixService(backend);
        await using var gateway = await GatewayProcess.StartAsync(config);
        var running = RunAsync($"ws://127.0.0.1:{gateway.Port}/ws", "leaving");
        for (var i = 0; i < 1000 && backend.Calls.IsEmpty; i++)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        gateway.Signal("HUP");
        Assert.Equal("new hello after\nold 200 2", (await running).Trim().ReplaceLineEndings("\n"));
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        var missing = await NodeScript.InstallAsync(_folder);
        Assert.SkipWhen(missing is not null, missing ?? "");
        var (code, output) = await NodeScript.RunAsync("node", _folder, ["gateway-socket.mjs", .. arguments]);
        Assert.True(code == 0, output);
        return output;
    }
}
