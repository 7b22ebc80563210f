using ProtocolGateway.Edges.Rest.Binding;
using ProtocolGateway.Edges.Rest.Routing;
using UnitTests.Edges.Rest.Routing;
using Xunit;

namespace UnitTests.Edges.Rest.Binding;

public sealed class RouteExplainerTests
{
    private static readonly RouteTable Table = RouteTable.Build(
        Routes.Of(
            Routes.Grpc("Get", BindingModel.Input, Routes.Rule("GET /a/{inner.id}")),
            Routes.Grpc("Any", BindingModel.Input, Routes.Rule("GET /a/{id=**}")),
            Routes.Grpc("Put", BindingModel.Input, Routes.Rule("PUT /a/{id}"))),
        new(),
        []);

    [Fact]
    public void Names_rule_fields_and_runners_up()
    {
        var explanation = RouteExplainer.Explain(Table, "GET", "/a/x%20y?pageSize=3&tags=1&tags=2&nope=1");
        Assert.Equal("test.S.Get", explanation.Operation);
        Assert.Equal("GET /a/{inner.id}", explanation.Rule);
        Assert.Null(explanation.Status);
        Assert.Equal("x y", explanation.Fields["inner.id"]);
        Assert.Equal("3", explanation.Fields["page_size"]);
        Assert.Equal("1,2", explanation.Fields["tags"]);
        Assert.Equal(["nope"], explanation.UnknownParameters);
        Assert.Equal(
            [new("test.S.Put", "PUT /a/{id}", "it takes PUT, not GET"), new("test.S.Any", "GET /a/{id=**}", "it is less specific")],
            explanation.Rejected);
    }

    [Theory]
    [InlineData("GET", "/b", 404)]
    [InlineData("DELETE", "/a/x", 405)]
    [InlineData("GET", "/a/%", 400)]
    public void Gives_the_status_where_nothing_matches(string method, string url, int status)
    {
        var explanation = RouteExplainer.Explain(Table, method, url);
        Assert.Null(explanation.Operation);
        Assert.Equal(status, explanation.Status);
    }

    [Theory]
    [InlineData("GET /v1/{name=a/**}/b", "/v1/a/x/y/b?q=/c", true)]
    [InlineData("GET /v1/{name=a/**}/b", "/v1/a/b", true)]
    [InlineData("GET /v1/{name=a/**}/b", "/v1/a/x/c", false)]
    [InlineData("GET /v1/{parent=a/*/**}/{id}:go", "/v1/a/1/2/3:go", true)]
    [InlineData("GET /v1/{parent=a/*/**}/{id}:go", "/v1/a/1/2/3:stop", false)]
    [InlineData("GET /v1/{unclosed/a", "/v1/other", true)]
    [InlineData("GET /v1//double", "/v1/other", false)]
    public void Names_a_rule_that_is_not_served_only_where_it_has_the_path(string rule, string url, bool named)
    {
        var table = RouteTable.Build(Routes.Of(Routes.Grpc("Bad", BindingModel.Input, Routes.Rule(rule))), new(), []);
        Assert.Empty(table.Routes);
        Assert.Equal(named, RouteExplainer.Explain(table, "GET", url).Rejected.Any(r => r.Rule == rule));
    }
}
