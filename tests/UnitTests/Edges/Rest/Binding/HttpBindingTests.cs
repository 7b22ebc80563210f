using Microsoft.AspNetCore.Http;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.Rest.Binding;
using ProtocolGateway.Edges.Rest.Routing;
using UnitTests.Edges.Rest.Routing;
using Xunit;

namespace UnitTests.Edges.Rest.Binding;

public sealed class HttpBindingTests
{
    [Theory]
    [InlineData("/inv/pets/7?limit=5", "/base/pets/7?limit=5")]
    [InlineData("/inv/pets/7?limit=5&tag=a&tag=b", "/base/pets/7?limit=5&tag=a&tag=b")]
    [InlineData("/inv/%70ets/7?limit=5&q=a%20b", "/base/pets/7?limit=5&q=a%20b")]
    public void Gives_the_backends_path(string target, string path) => Assert.Equal(path, Bind(target));

    [Theory]
    [InlineData("/inv/pets/x?limit=5", "The path parameter \"petId\" is not an integer of its range.")]
    [InlineData("/inv/pets/7", "The parameter \"limit\" is missing.")]
    [InlineData("/inv/pets/7?q=1", "The parameter \"limit\" is missing.")]
    [InlineData("/inv/pets/7?limit=0", "The parameter \"limit\" must be at least 1.")]
    [InlineData("/inv/pets/7?limit=101", "The parameter \"limit\" must be at most 100.")]
    [InlineData("/inv/pets/7?limit=1e1", "The parameter \"limit\" is not an integer of its range.")]
    [InlineData("/inv/pets/7?limit=5&limit=6", "The parameter \"limit\" is given more than once.")]
    [InlineData("/inv/pets/7?limit=5&nope=1", "There is no parameter \"nope\".")]
    [InlineData("/inv/pets/7?limit=5&tag=c", "The parameter \"tag\" is not one of the allowed values.")]
    [InlineData("/inv/pets/7?limit=5&q=%ff", "A parameter of the query has a bad percent escape or is not UTF-8.")]
    [InlineData("/inv/pets/7?limit=5&q=12345678901", "The parameter \"q\" must have at most 10 characters.")]
    [InlineData("/inv/pets/7?limit=5&q=x!", "The parameter \"q\" does not have the required form.")]
    public void Checks_against_the_contract(string target, string error) => Assert.Equal(error, Bind(target));

    [Theory]
    [InlineData("/inv/files/..")]
    [InlineData("/inv/files/%2e%2E")]
    [InlineData("/inv/files/a%2f..%2fb")]
    [InlineData("/inv/files/..%5Cb")]
    [InlineData("/inv/files/.")]
    public void Lets_no_value_lead_to_another_path(string target) =>
        Assert.Equal("The path parameter \"name\" would lead to another path.", Bind(target));

    [Theory]
    [InlineData("/inv/files/a..b.txt", "/base/files/a..b.txt")]
    [InlineData("/inv/files/a%2Fb", "/base/files/a%2Fb")]
    [InlineData("/inv/files/a|b", "/base/files/a%7Cb")]
    public void Forwards_other_values_as_they_came(string target, string path) => Assert.Equal(path, Bind(target));

    [Fact]
    public void Misses_a_required_header() => Assert.Equal("The header \"X-Tenant\" is missing.", Bind("/inv/pets/7?limit=5", tenant: null));

    private static string Bind(string target, string? tenant = "t")
    {
        var text = new ScalarType(ScalarKind.String);
        var pets = new MessageType("pets");
        pets.Complete(
            [
                Parameter("petId", new ScalarType(ScalarKind.Int64), FieldLocation.Path, true),
                Parameter("limit", new ScalarType(ScalarKind.Int32) { Limits = new() { Minimum = 1, Maximum = 100 } }, FieldLocation.Query, true),
                Parameter("tag", new ListType(new EnumType("tags", [new("a", 0), new("b", 1)])), FieldLocation.Query, false),
                Parameter("q", new ScalarType(ScalarKind.String) { Limits = new() { MaxLength = 10, Pattern = "^[a-z0-9 ]*$" } }, FieldLocation.Query, false),
                Parameter("X-Tenant", text, FieldLocation.Header, true),
            ],
            []);
        var files = new MessageType("files");
        files.Complete([Parameter("name", text, FieldLocation.Path, true)], []);
        var catalog = Routes.Of(
            Routes.Http("pet", pets, Routes.Rule("GET /pets/{petId}")),
            Routes.Http("file", files, Routes.Rule("GET /files/{name}")));
        var table = RouteTable.Build(catalog, new() { ServicePrefix = _ => "/inv" }, []);
        Assert.Equal(RouteOutcome.Found, table.Match("GET", target, out var match));
        var headers = new HeaderDictionary();
        if (tenant is not null)
            headers["x-tenant"] = tenant;
        var error = HttpBinding.Compile(match.Route!, new(), []).Bind(match, target, headers, out var path);
        return error?.Message ?? path;
    }

    private static Field Parameter(string name, DataType type, FieldLocation location, bool required) => new()
    {
        Name = name,
        JsonName = name,
        Number = 0,
        Type = type,
        Location = location,
        Presence = required ? Presence.Required : Presence.Explicit,
    };
}
