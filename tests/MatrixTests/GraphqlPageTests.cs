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
        var (browser, scripts) = await SampleGateway.BrowserAsync();
        await using var samples = await SampleGateway.StartAsync();
        var screenshot = Path.Combine(scripts, "graphiql.png");
        var (_, output) = await NodeScript.RunAsync("node", scripts, ["graphiql.mjs", browser, $"{samples.Gateway.Address}graphql", screenshot, query, .. expected]);
        Assert.Equal("shown", output.Trim());
    }
}
