using ProtocolGateway.Samples;
using ProtocolGateway.TestKit.Backends;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace MatrixTests;

/// <summary>GraphiQL in a browser, before the sample services with the samples' joins.</summary>
public sealed class GraphqlPageTests
{
    [Theory]
    [InlineData("{ listUsers { users { name orders { total user { name } lines { item { name } } } } } }", "Ada Lovelace", "\"1998\"", "Punched cards, one deck")]
    [InlineData("""subscription { watch(orderId: "1") { state order { user { name } } } }""", "ORDER_STATE_DELIVERED", "Ada Lovelace")]
    public async Task A_browser_shows_the_answer_of_joined_services_and_of_a_stream(string query, params string[] expected)
    {
        var browser = new[] { "/usr/bin/chromium-headless-shell", "/usr/bin/chromium" }.FirstOrDefault(File.Exists);
        Assert.SkipWhen(browser is null, "There is no Chromium on this machine.");
        var scripts = Path.Combine(AppContext.BaseDirectory, "Clients");
        var missing = await NodeScript.InstallAsync(scripts);
        Assert.SkipWhen(missing is not null, missing ?? "");
        var ports = (Users: MatrixBackend.FreePort(), Orders: MatrixBackend.FreePort(), Inventory: MatrixBackend.FreePort());
        await using var users = SampleHosts.Users($"http://127.0.0.1:{ports.Users}");
        await using var orders = SampleHosts.Orders($"http://127.0.0.1:{ports.Orders}");
        await using var inventory = SampleHosts.Inventory($"http://127.0.0.1:{ports.Inventory}");
        await Task.WhenAll(users.StartAsync(), orders.StartAsync(), inventory.StartAsync());
        var yaml = (await File.ReadAllTextAsync(Repository.PathOf("samples/gateway.yaml")))
            .Replace("../contracts", Repository.PathOf("contracts"), StringComparison.Ordinal)
            .Replace("http://127.0.0.1:8080", "LISTEN", StringComparison.Ordinal)
            .Replace("http://127.0.0.1:8081", "ADMIN", StringComparison.Ordinal)
            .Replace(":5001", $":{ports.Users}", StringComparison.Ordinal)
            .Replace(":5002", $":{ports.Orders}", StringComparison.Ordinal)
            .Replace(":5003", $":{ports.Inventory}", StringComparison.Ordinal);
        await using var gateway = await GatewayProcess.StartAsync(yaml);
        var screenshot = Path.Combine(scripts, "graphiql.png");
        var (_, output) = await NodeScript.RunAsync("node", scripts, ["graphiql.mjs", browser, $"{gateway.Address}graphql", screenshot, query, .. expected]);
        Assert.Equal("shown", output.Trim());
    }
}
