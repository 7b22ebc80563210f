using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.Rest.Binding;
using ProtocolGateway.Edges.Rest.Routing;
using Xunit;

namespace UnitTests.Edges.Rest.Routing;

public sealed class RouteTableTests
{
    private static readonly string[] Rules =
    [
        "GET /users/{id}", "DELETE /users/{id}", "GET /users/me", "GET /v3/files", "GET /v3/files/{path=**}", "POST /orgs", "POST /orgs:sync",
        "GET /orgs/{id}", "GET /orgs/{id}:show", "GET /{name=shelves/*/books/*}", "GET /x/{a}/lit", "GET /x/fix/{b}", "* /any/{x}", "GET /rest/**",
    ];

    [Theory]
    [InlineData("GET", "/users/me", "GET /users/me")]
    [InlineData("DELETE", "/users/me", "DELETE /users/{id}", "me")]
    [InlineData("GET", "/users/a%2Fb?x=1", "GET /users/{id}", "a%2Fb")]
    [InlineData("GET", "/%75sers/me", "GET /users/me")]
    [InlineData("GET", "/v3/files", "GET /v3/files")]
    [InlineData("GET", "/v3/files/a/b/", "GET /v3/files/{path=**}", "a/b/")]
    [InlineData("POST", "/orgs:sync", "POST /orgs:sync")]
    [InlineData("GET", "/orgs/urn:x", "GET /orgs/{id}", "urn:x")]
    [InlineData("GET", "/orgs/urn:x:show", "GET /orgs/{id}:show", "urn:x")]
    [InlineData("GET", "/shelves/1/books/2", "GET /{name=shelves/*/books/*}", "shelves/1/books/2")]
    [InlineData("GET", "/x/fix/lit", "GET /x/fix/{b}", "lit")]
    [InlineData("GET", "/x/other/lit", "GET /x/{a}/lit", "other")]
    [InlineData("PURGE", "/any/1", "* /any/{x}", "1")]
    [InlineData("GET", "/rest", "GET /rest/**")]
    [InlineData("GET", "http://h:1/users/7?q", "GET /users/{id}", "7")]
    [InlineData("GET", "/v3/files/", "GET /v3/files/{path=**}", "")]
    [InlineData("GET", "/v3/files//a", "GET /v3/files/{path=**}", "/a")]
    [InlineData("GET", "/rest/", "GET /rest/**")]
    public void Takes_the_most_specific_rule_of_the_method(string method, string target, string rule, string? value = null)
    {
        foreach (var rules in new[] { Rules, [.. Rules.Reverse()] })
        {
            Assert.Equal(RouteOutcome.Found, Routes.Table(rules).Match(method, target, out var match));
            Assert.Equal(rule, match.Route!.Text);
            if (value is not null)
                Assert.Equal(value, match.Raw(0, target).ToString());
        }
    }

    [Theory]
    [InlineData("http://h")]
    [InlineData("http://h:1")]
    [InlineData("http://h?a=1")]
    [InlineData("http://h/")]
    [InlineData("/")]
    public void An_absolute_target_without_a_path_is_the_root(string target)
    {
        var table = Routes.Table("GET /{name=**}");
        Assert.Equal(RouteOutcome.Found, table.Match("GET", target, out var match));
        Assert.Equal("", match.Raw(0, target).ToString());
        Assert.Equal(target.Contains('?', StringComparison.Ordinal) ? "a=1" : "", match.Query(target).ToString());
    }

    [Theory]
    [InlineData("/users/")]
    [InlineData("/users//")]
    [InlineData("/users/1/")]
    [InlineData("/users")]
    [InlineData("/")]
    [InlineData("*")]
    [InlineData("")]
    [InlineData("users/1")]
    [InlineData("/users%2F1")]
    public void Finds_nothing(string target) => Assert.Equal(RouteOutcome.NotFound, Routes.Table(Rules).Match("GET", target, out _));

    [Theory]
    [InlineData("/users/%zz")]
    [InlineData("/users/%f")]
    [InlineData("/users/%ff")]
    [InlineData("/users/%c0%af")]
    [InlineData("/users/a b")]
    [InlineData("/users/\u00e9")]
    [InlineData("/users/a#b")]
    public void Refuses_malformed_targets(string target) => Assert.Equal(RouteOutcome.Malformed, Routes.Table(Rules).Match("GET", target, out _));

    [Fact]
    public void Names_the_methods_of_a_path()
    {
        Assert.Equal(RouteOutcome.MethodNotAllowed, Routes.Table(Rules).Match("PUT", "/users/me", out var match));
        Assert.Equal("DELETE, GET, HEAD, OPTIONS", match.Allow);
    }

    [Fact]
    public void Serves_head_from_get_unless_it_has_a_rule()
    {
        Routes.Table(Rules).Match("HEAD", "/users/1", out var match);
        Assert.True(match.HeadFromGet);
        Routes.Table("GET /a", "HEAD /a").Match("HEAD", "/a", out match);
        Assert.Equal("HEAD /a", match.Route!.Text);
        Assert.False(match.HeadFromGet);
    }

    [Fact]
    public void Reports_conflicts_with_both_rules()
    {
        var diagnostics = new List<Diagnostic>();
        var table = RouteTable.Build(Routes.Catalog("GET /a/{x}/{y=**}", "GET /a/*/{z=**}"), new(), diagnostics);
        var finding = Assert.Single(diagnostics);
        Assert.Equal(Severity.Error, finding.Severity);
        Assert.Contains("GET /a/{x}/{y=**}", finding.Message, StringComparison.Ordinal);
        Assert.Contains("GET /a/*/{z=**}", finding.Message, StringComparison.Ordinal);
        Assert.Equal("GET /a/{x}/{y=**}", Assert.Single(table.Routes).Text);
    }

    [Theory]
    [InlineData("GET /a/{x")]
    [InlineData("GET /a/{x=**}/b/**")]
    [InlineData("GET /a/{unfit}")]
    [InlineData("GET /a/b")]
    public void A_rule_that_cannot_be_served_hides_no_other(string bad)
    {
        var diagnostics = new List<Diagnostic>();
        var operation = Routes.Grpc("Get", new("In"), Routes.Rule(bad), Routes.Rule("GET /a/{x}"), Routes.Rule("GET /c"));
        var table = RouteTable.Build(Routes.Of(operation), new(), diagnostics, r => r.Text == bad ? "it does not fit" : null);
        Assert.Equal(["GET /a/{x}", "GET /c"], table.Routes.Select(r => r.Text));
        Assert.Equal([0, 1], table.Routes.Select(r => r.Index));
        Assert.Equal(RouteOutcome.Found, table.Match("GET", "/a/b", out var match));
        Assert.Equal("GET /a/{x}", match.Route!.Text);
        Assert.Contains($"\"{bad}\"", Assert.Single(diagnostics).Message, StringComparison.Ordinal);
        var rejected = Assert.Single(RouteExplainer.Explain(table, "GET", "http://h/a/b").Rejected);
        Assert.Equal(bad, rejected.Rule);
        Assert.StartsWith("it cannot be served: ", rejected.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Gives_methods_without_rules_a_path_below_the_prefix()
    {
        var operation = Routes.Grpc("Get", new("In"));
        var catalog = new Catalog([new("s", [operation])], new Dictionary<string, MessageType>(), []);
        var table = RouteTable.Build(catalog, new() { PathPrefix = "/api/", ServicePrefix = _ => "own" }, []);
        Assert.Equal(RouteOutcome.Found, table.Match("POST", "/api/own/test.S/Get", out var match));
        Assert.True(match.Route!.IsImplicit);
        Assert.Equal("*", match.Route.Rule.Body);
    }

    [Theory]
    [InlineData("/inv/pets/7.json", "GET /inv/pets/{pet-id}.json", "7")]
    [InlineData("/inv/pets/7.txt", "GET /inv/pets/{any}", "7.txt")]
    [InlineData("/inv/pets/a-b", "GET /inv/pets/{x}-{y}", "a")]
    [InlineData("/inv/pets/", "GET /inv/pets/")]
    [InlineData("/inv/pets/7:feed", "GET /inv/pets/{id}:feed", "7")]
    public void Serves_openapi_paths(string target, string rule, string? value = null)
    {
        var table = RouteTable.Build(
            Routes.HttpCatalog("/pets/{any}", "/pets/{pet-id}.json", "/pets/{x}-{y}", "/pets/", "/pets/{id}:feed"), new() { ServicePrefix = _ => "inv" }, []);
        Assert.Equal(RouteOutcome.Found, table.Match("GET", target, out var match));
        Assert.Equal(rule, match.Route!.Text);
        if (value is not null)
            Assert.Equal(value, match.Raw(0, target).ToString());
    }

    [Fact]
    public void A_hostile_target_costs_little()
    {
        var table = Routes.Table([.. Rules]);
        var target = "/orgs/" + new string(':', 100_000);
        Assert.Equal(RouteOutcome.Found, table.Match("GET", target, out _));
        Assert.Equal(RouteOutcome.NotFound, table.Match("GET", string.Concat(Enumerable.Repeat("/a", 50_000)), out _));
    }

    [Fact]
    public void Captures_more_variables_than_fit_in_line()
    {
        var template = string.Concat(Enumerable.Range(0, 12).Select(i => $"/{{v{i}}}"));
        var table = Routes.Table("GET " + template);
        var target = string.Concat(Enumerable.Range(0, 12).Select(i => $"/{i}"));
        Assert.Equal(RouteOutcome.Found, table.Match("GET", target, out var match));
        Assert.Equal("11", match.Raw(11, target).ToString());
    }
}
