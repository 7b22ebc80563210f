using System.Net;
using System.Text;
using ProtocolGateway.Edges.GraphQL.Transports;
using Xunit;

namespace UnitTests.Edges.GraphQL.Transports;

/// <summary>What browsers are told of pages of other origins.</summary>
public sealed class CrossOriginTests
{
    private const string App = "https://app.example.com";

    [Fact]
    public async Task A_preflight_of_a_configured_origin_is_answered()
    {
        await using var host = await GraphHost.StartAsync(new GraphTransportOptions { Origins = [App] });
        using var answer = await AskAsync(host, HttpMethod.Options, App, ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "content-type,authorization"));
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal((App, "true", "GET, POST", "content-type,authorization"), (One(answer, "Access-Control-Allow-Origin"), One(answer, "Access-Control-Allow-Credentials"), One(answer, "Access-Control-Allow-Methods"), One(answer, "Access-Control-Allow-Headers")));
        Assert.Contains("Origin", One(answer, "Vary"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://evil.example.com", App)]
    [InlineData("https://app.example.com.evil.example", App)]
    [InlineData("null", App)]
    [InlineData(App, null)]
    public async Task Other_origins_are_told_nothing(string origin, string? configured)
    {
        await using var host = await GraphHost.StartAsync(new GraphTransportOptions { Origins = configured is null ? [] : [configured] });
        using var preflight = await AskAsync(host, HttpMethod.Options, origin, ("Access-Control-Request-Method", "POST"));
        Assert.DoesNotContain(preflight.Headers, static h => h.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
        using var answer = await AskAsync(host, HttpMethod.Post, origin);
        Assert.DoesNotContain(answer.Headers, static h => h.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Answers_and_errors_can_be_read_by_configured_origins()
    {
        await using var host = await GraphHost.StartAsync(new GraphTransportOptions { Origins = [App] });
        using var answer = await AskAsync(host, HttpMethod.Post, App);
        Assert.Equal(App, One(answer, "Access-Control-Allow-Origin"));
        using var error = await AskAsync(host, HttpMethod.Put, App);
        Assert.Equal((HttpStatusCode.MethodNotAllowed, App), (error.StatusCode, One(error, "Access-Control-Allow-Origin")));
    }

    [Fact]
    public async Task Where_all_origins_are_allowed_no_credentials_go_along()
    {
        await using var host = await GraphHost.StartAsync(new GraphTransportOptions { Origins = ["*"] });
        using var answer = await AskAsync(host, HttpMethod.Post, "https://anyone.example");
        Assert.Equal("*", One(answer, "Access-Control-Allow-Origin"));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    private static string One(HttpResponseMessage answer, string name) => Assert.Single(answer.Headers.GetValues(name));

    private static async Task<HttpResponseMessage> AskAsync(GraphHost host, HttpMethod method, string origin, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, "/graphql");
        request.Headers.Add("Origin", origin);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        if (method == HttpMethod.Post)
            request.Content = new StringContent("""{"query":"{ a }"}""", Encoding.UTF8, "application/json");
        return await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
