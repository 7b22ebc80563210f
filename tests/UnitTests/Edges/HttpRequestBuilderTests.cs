using System.Text;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using Xunit;

namespace UnitTests.Edges;

/// <summary>Arguments to HTTP requests, as OpenAPI serializes parameters.</summary>
public sealed class HttpRequestBuilderTests
{
    // OpenAPI 3.1, section 4.8.12.4, "Style Examples".
    [Theory]
    [InlineData("simple", false, "\"blue\"", "/p/blue")]
    [InlineData("simple", false, "[\"blue\",\"black\"]", "/p/blue,black")]
    [InlineData("simple", false, "{\"R\":100,\"G\":200}", "/p/R,100,G,200")]
    [InlineData("simple", true, "{\"R\":100,\"G\":200}", "/p/R=100,G=200")]
    [InlineData("label", true, "[\"blue\",\"black\"]", "/p/.blue.black")]
    [InlineData("label", true, "{\"R\":100,\"G\":200}", "/p/.R=100.G=200")]
    [InlineData("matrix", false, "[\"blue\",\"black\"]", "/p/;x=blue,black")]
    [InlineData("matrix", true, "[\"blue\",\"black\"]", "/p/;x=blue;x=black")]
    [InlineData("matrix", true, "{\"R\":100,\"G\":200}", "/p/;R=100;G=200")]
    public void Path_parameters_are_written_in_their_style(string style, bool explode, string value, string target) =>
        Assert.Equal(target, Target("/p/{x}", Field(FieldLocation.Path, style, explode), value));

    [Theory]
    [InlineData("form", true, "12", "/q?x=12")]
    [InlineData("form", true, "[\"a b\",\"c&d\"]", "/q?x=a%20b&x=c%26d")]
    [InlineData("form", false, "[\"a,b\",\"c\"]", "/q?x=a%2Cb,c")]
    [InlineData("form", true, "[]", "/q")]
    [InlineData("form", true, "{\"R\":100,\"G\":200}", "/q?R=100&G=200")]
    [InlineData("form", false, "{\"R\":100,\"G\":200}", "/q?x=R,100,G,200")]
    [InlineData("spaceDelimited", false, "[1,2]", "/q?x=1%202")]
    [InlineData("pipeDelimited", false, "[1,2]", "/q?x=1%7C2")]
    [InlineData("deepObject", true, "{\"R\":100,\"\\u0047\":\"\\u00e4\"}", "/q?x%5BR%5D=100&x%5BG%5D=%C3%A4")]
    [InlineData("form", true, "null", "/q")]
    public void Query_parameters_are_written_in_their_style(string style, bool explode, string value, string target) =>
        Assert.Equal(target, Target("/q", Field(FieldLocation.Query, style, explode), value));

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\".\"")]
    [InlineData("\"..\"")]
    [InlineData("null")]
    public void A_segment_that_would_lead_elsewhere_is_refused(string value)
    {
        var made = Made("/p/{x}/y", $$"""{"x":{{value}}}""", Field(FieldLocation.Path, "simple", false));
        Assert.Equal("INVALID_INPUT", made.Error?.Reason);
        Assert.Null(made.Head);
    }

    [Fact]
    public void A_slash_in_a_segment_stays_within_it() =>
        Assert.Equal("/p/..%2Fa%3Fb%23c/y", Target("/p/{x}/y", Field(FieldLocation.Path, "simple", false), "\"../a?b#c\""));

    [Fact]
    public void A_variable_of_the_path_that_is_not_declared_is_refused_when_the_operation_is_compiled()
    {
        var thrown = Assert.Throws<ArgumentException>(() => Made("/p/{y}", "{}", Field(FieldLocation.Path, "simple", false)));
        Assert.Contains("\"y\"", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_path_of_the_server_goes_before() =>
        Assert.Equal("/v2/a/1/b", Made("/a/{x}/b", """{"x":1}""", "/v2", [], Field(FieldLocation.Path, "simple", false)).Head?.PathAndQuery);

    [Fact]
    public void A_header_argument_takes_the_place_of_what_the_client_sent()
    {
        var made = Made("/h", """{"x":["new","er"]}""", "", [("x-tenant", "old"), ("other", "1"), ("x-tenant", "older")], Field(FieldLocation.Header, "simple", false, "X-Tenant"));
        Assert.Equal(["other: 1", "x-tenant: new,er"], made.Headers);
    }

    [Fact]
    public void What_the_client_sent_stays_where_the_argument_is_absent()
    {
        var made = Made("/h", "{}", "", [("x-tenant", "old")], Field(FieldLocation.Header, "simple", false, "X-Tenant"));
        Assert.Equal(["x-tenant: old"], made.Headers);
    }

    [Theory]
    [InlineData("Content-Length")]
    [InlineData("Transfer-Encoding")]
    [InlineData("Host")]
    [InlineData("Connection")]
    [InlineData("Upgrade")]
    [InlineData("Expect")]
    [InlineData("Content-Encoding")]
    [InlineData("grpc-timeout")]
    [InlineData("X-Forwarded-For")]
    [InlineData("not a token")]
    public void Headers_that_frame_the_message_or_are_the_gateways_own_are_no_arguments(string name)
    {
        var made = Made("/h", """{"x":"1"}""", "", [("x-forwarded-for", "192.0.2.1")], Field(FieldLocation.Header, "simple", false, name));
        Assert.Null(made.Error);
        Assert.Equal(["x-forwarded-for: 192.0.2.1"], made.Headers);
    }

    [Theory]
    [InlineData("\"a\\r\\nhost: b\"")]
    [InlineData("\"\\u0000\"")]
    [InlineData("\"\\u4e2d\"")]
    public void A_header_takes_no_characters_that_no_header_may_hold(string value) =>
        Assert.Equal("INVALID_INPUT", Made("/h", $$"""{"x":{{value}}}""", Field(FieldLocation.Header, "simple", false)).Error?.Reason);

    [Fact]
    public void Cookies_join_those_of_the_client_and_take_the_place_of_their_namesakes()
    {
        var made = Made("/c", """{"x":"a b;c"}""", "", [("cookie", "session=1; x=old"), ("cookie", "theme=dark")], Field(FieldLocation.Cookie, "form", true));
        Assert.Equal(["cookie: session=1; theme=dark; x=a%20b%3Bc"], made.Headers);
    }

    [Theory]
    [InlineData("""{"x":{"a":[1,2]}}""", false, "application/json", """{"a":[1,2]}""")]
    [InlineData("""{"x":null}""", true, "application/json", "null")]
    [InlineData("""{"x":null}""", false, null, "")]
    [InlineData("{}", true, null, "")]
    public void The_body_is_a_member_of_the_input(string input, bool nullable, string? type, string expected)
    {
        var made = Made("/b", input, new Field { Name = "x", JsonName = "x", Number = 0, Type = new ScalarType(ScalarKind.String), Nullable = nullable });
        Assert.Equal(type, made.Head?.ContentType);
        Assert.Equal(type is not null, made.Head?.HasBody);
        Assert.Equal(type is null ? null : expected.Length, made.Head?.ContentLength);
        Assert.Equal(expected, made.Body);
    }

    [Fact]
    public void A_body_that_must_come_is_asked_for() =>
        Assert.Equal("INVALID_INPUT", Made("/b", "{}", "", [], new Field { Name = "x", JsonName = "x", Number = 0, Type = new ScalarType(ScalarKind.String) }, required: true).Error?.Reason);

    [Fact]
    public void A_body_has_the_JSON_type_that_the_contract_takes()
    {
        var field = new Field { Name = "x", JsonName = "x", Number = 0, Type = new ScalarType(ScalarKind.String) };
        Assert.Equal("application/merge-patch+json", Made("/b", """{"x":1}""", "", [], field, types: ["text/xml", "application/merge-patch+json"]).Head?.ContentType);
        Assert.Equal("application/json", Made("/b", """{"x":1}""", "", [], field, types: ["application/hal+json", "application/json"]).Head?.ContentType);
    }

    private static Field Field(FieldLocation location, string style, bool explode, string name = "x") =>
        new() { Name = name, JsonName = "x", Number = 0, Type = new ScalarType(ScalarKind.String), Location = location, Style = new(style, explode) };

    private static string? Target(string template, Field field, string value) => Made(template, $$"""{"x":{{value}}}""", field).Head?.PathAndQuery;

    private static Request Made(string template, string input, Field field) => Made(template, input, "", [], field);

    private static Request Made(string template, string input, string server, (string, string)[] passedOn, Field field, bool required = false, string[]? types = null)
    {
        var type = new MessageType("t.Input");
        type.Complete([field], []);
        var builder = HttpRequestBuilder.Compile(new Operation
        {
            FullName = "t.op",
            Name = "op",
            ServiceName = "t",
            Kind = ContractKind.Http,
            Shape = Shape.Unary,
            Input = type,
            Output = null,
            HttpRules = [new() { Method = "POST", Template = template, Source = new("t.yaml", "/paths") }],
            Http = new() { ServerPath = server, RequestBodyRequired = required, RequestMediaTypes = types ?? [] },
            Source = new("t.yaml", "/paths"),
        });
        using var body = new PooledBuffer();
        var headers = new CallHeaders();
        foreach (var (name, value) in passedOn)
            headers.TryAdd(name, value);
        var error = builder.Build(Encoding.UTF8.GetBytes(input), body, headers, out var head);
        return new(error, head, Encoding.UTF8.GetString(body.WrittenSpan), [.. headers.Items.ToArray().Select(static h => $"{h.Key}: {h.Value}")]);
    }

    private sealed record Request(GatewayError? Error, HttpRequestHead? Head, string Body, string[] Headers);
}
