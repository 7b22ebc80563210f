using System.Net;
using ProtocolGateway.TestKit.Backends;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace MatrixTests;

/// <summary>The running program takes a new configuration: new calls go by it, calls under way end on the old one, and a bad one changes nothing.</summary>
public sealed class ReloadTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(20) };
    private MatrixBackend _backend = null!;
    private MatrixBackend _other = null!;

    private string Matrix => Fixture.Listeners + "services:\n" + Fixture.MatrixService(_backend);

    private string Both => Fixture.Listeners + "services:\n" + Fixture.MatrixService(_other) + Fixture.ItemsService(_other);

    public async ValueTask InitializeAsync()
    {
        _backend = await MatrixBackend.StartAsync();
        _other = await MatrixBackend.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _backend.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task New_calls_take_the_new_configuration_and_streams_under_way_end_on_the_old(bool signal)
    {
        await using var gateway = await GatewayProcess.StartAsync(Matrix);
        var items = new Uri(gateway.Address, "/items/1");
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(items));

        var waiting = _client.GetAsync(new Uri(gateway.Address, "/v1/rooms/a:say?wait_ms=6000"));
        using var stream = await _client.GetAsync(new Uri(gateway.Address, "/v1/count/600?wait_ms=10"), HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync());
        Assert.Contains("n1", await reader.ReadLineAsync());

        gateway.WriteConfig(Both);
        if (signal)
            gateway.Signal("HUP");
        await UntilAsync(async () => await StatusAsync(items) == HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(new Uri(gateway.Address, "/v1/rooms/b:say")));
        Assert.Single(_other.Calls);
        // Connections of the old snapshot live as long as its calls do, and no longer.
        Assert.True(_backend.GrpcConnections > 0);
        var lines = (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(599, lines.Length);
        Assert.Contains("n600", lines[^1]);
        using var answer = await waiting;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await UntilAsync(() => Task.FromResult(_backend.GrpcConnections == 0));
        Assert.Empty(_backend.Cancelled);
    }

    [Fact]
    public async Task A_bad_file_changes_nothing_and_is_told_with_its_line_and_a_good_one_heals_it()
    {
        await using var gateway = await GatewayProcess.StartAsync(Matrix);
        gateway.Log.Expect("The new configuration is not taken");
        gateway.WriteConfig(Both + "colour: red\n");
        gateway.Signal("HUP");
        await gateway.Log.WaitForAsync(
            $"The new configuration is not taken, the running one stays: {gateway.ConfigFile}:10:1: error: colour: There is no such key.", Patience);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(new Uri(gateway.Address, "/v1/rooms/a:say")));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(new Uri(gateway.Address, "/items/1")));
        Assert.NotEmpty(_backend.Calls);

        gateway.WriteConfig(Both);
        gateway.Signal("HUP");
        await UntilAsync(async () => await StatusAsync(new Uri(gateway.Address, "/items/1")) == HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_changed_contract_is_taken_as_a_changed_configuration_is()
    {
        var folder = Directory.CreateTempSubdirectory("gateway-contract").FullName;
        var contract = Path.Combine(folder, "items.openapi.yaml");
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Contracts", "items.openapi.yaml"), contract);
        await using (var gateway = await GatewayProcess.StartAsync(
            Fixture.Listeners + $"services:\n  items:\n    contract: {contract}\n    upstream: {{ protocol: http, instances: [ {{ address: \"http://127.0.0.1:{_backend.HttpPort}\" }} ] }}\n"))
        {
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(new Uri(gateway.Address, "/items/1")));
            await File.WriteAllTextAsync(contract, (await File.ReadAllTextAsync(contract)).Replace("/items/{", "/things/{", StringComparison.Ordinal));
            await UntilAsync(async () => await StatusAsync(new Uri(gateway.Address, "/items/1")) == HttpStatusCode.NotFound);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_changed_listener_is_told_to_need_a_restart()
    {
        await using var gateway = await GatewayProcess.StartAsync(Matrix);
        gateway.WriteConfig(Both.Replace("LISTEN", "http://127.0.0.1:1", StringComparison.Ordinal));
        gateway.Signal("HUP");
        await gateway.Log.WaitForAsync("they take effect with the next start", Patience);
        await UntilAsync(async () => await StatusAsync(new Uri(gateway.Address, "/items/1")) == HttpStatusCode.OK);
    }

    [Fact]
    public async Task Environment_variables_override_the_file_at_start_and_at_reload()
    {
        await using var gateway = await GatewayProcess.StartAsync(
            Fixture.Listeners.Replace("LISTEN", "http://127.0.0.1:1", StringComparison.Ordinal) + "services:\n" + Fixture.MatrixService(_backend),
            environment: new Dictionary<string, string>
            {
                ["PROTOCOLGATEWAY__listen__0__url"] = "http://127.0.0.1:$PORT",
                ["PROTOCOLGATEWAY__services__matrix__upstream__instances__0__address"] = $"http://127.0.0.1:{_other.GrpcPort}",
                ["PROTOCOLGATEWAY__edges__rest__docs"] = "false",
            });
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(new Uri(gateway.Address, "/v1/rooms/a:say")));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(new Uri(gateway.Address, "/openapi.json")));
        gateway.Signal("HUP");
        await UntilAsync(() => Task.FromResult(Loads(gateway) == 2), () => gateway.Output);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(new Uri(gateway.Address, "/v1/rooms/a:say")));
        Assert.Equal(2, _other.Calls.Count);
        Assert.Empty(_backend.Calls);
    }

    private static int Loads(GatewayProcess gateway) => gateway.Output.Split("Loaded 1 services").Length - 1;

    private static async Task UntilAsync(Func<Task<bool>> holds, Func<string>? seen = null)
    {
        for (var tries = 0; !await holds(); tries++)
        {
            Assert.True(tries < 150, $"It did not come about in 15 s. {seen?.Invoke()}");
            await Task.Delay(100);
        }
    }

    private async Task<HttpStatusCode> StatusAsync(Uri uri)
    {
        using var answer = await _client.GetAsync(uri);
        return answer.StatusCode;
    }
}
