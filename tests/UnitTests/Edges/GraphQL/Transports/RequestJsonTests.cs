using System.Text;
using ProtocolGateway.Edges.GraphQL.Transports;
using ProtocolGateway.Envelope.Buffers;
using ProtocolGateway.Envelope.Errors;
using Xunit;

namespace UnitTests.Edges.GraphQL.Transports;

/// <summary>Requests as JSON, and as the query of a URL.</summary>
public sealed class RequestJsonTests
{
    [Theory]
    [InlineData("""{"query":"{a}"}""", "{a}|||")]
    [InlineData(""" { "x": [1, {"query": 2}], "query" : "{a(b:\"\\u00e9\uD83C\uDFC3\")}", "operationName":"O", "variables": {"v": [1]} , "extensions":{ } } """, """{a(b:\"\\u00e9\uD83C\uDFC3\")}|O|{"v": [1]}|{ }""")]
    [InlineData("""{"query":"{a}","operationName":null,"variables":null,"extensions":null}""", "{a}|||")]
    [InlineData("""{"qu\u0065ry":"{a}","operationName":""}""", "{a}|||")]
    [InlineData("""{"documentId":"d","query":null}""", "||||d")]
    public void A_request_is_read(string json, string expected)
    {
        Assert.Null(RequestJson.Read(Encoding.UTF8.GetBytes(json), out var request));
        Assert.Equal(expected, Show(request));
    }

    [Theory]
    [InlineData("", 400, "The request has no body; a JSON object with \"query\" is awaited.")]
    [InlineData("{\n x", 400, "The body is not JSON (nested 128 deep at most): line 2, byte 2.")]
    [InlineData("""{"query":"{a}"} x""", 400, "The body is not JSON (nested 128 deep at most): line 1, byte 17.")]
    [InlineData("7", 422, "A request is a JSON object.")]
    [InlineData("""{"query":{"obj":"ect"}}""", 422, "\"query\" is not a text.")]
    [InlineData("""{"query":"{a}","operationName":0}""", 422, "\"operationName\" is not a text.")]
    [InlineData("""{"query":"{a}","variables":"{}"}""", 422, "\"variables\" is not an object.")]
    [InlineData("""{"query":"{a}","extensions":[]}""", 422, "\"extensions\" is not an object.")]
    [InlineData("""{"documentId":[]}""", 422, "\"documentId\" is not a text.")]
    [InlineData("""{"query":"{a}","query":"{b}"}""", 422, "\"query\" is there twice.")]
    [InlineData("""{"variables":null,"query":"{a}","variables":{}}""", 422, "\"variables\" is there twice.")]
    [InlineData("""{"query":"{a(b:\"\uD83C\")}"}""", 422, "\"query\" holds half of a surrogate pair.")]
    [InlineData("""{"query":"{a}","variables":{"a":"\uDFC3\uD83C"}}""", 422, "\"variables\" holds half of a surrogate pair.")]
    [InlineData("""{"query":"{a}","operationName":"\ud83cx"}""", 422, "\"operationName\" holds half of a surrogate pair.")]
    public void A_bad_request_is_named(string json, int status, string expected)
    {
        var error = RequestJson.Read(Encoding.UTF8.GetBytes(json), out _);
        Assert.Equal((status, expected), (error?.EffectiveHttpStatus, error?.Message));
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_named()
    {
        byte[] json = [.. "{\"query\":\"{a}\",\"variables\":{\"a\":\""u8, 0xC3, 0x28, .. "\"}}"u8];
        Assert.Equal("\"variables\" holds bytes that are not UTF-8.", RequestJson.Read(json, out _)?.Message);
    }

    [Fact]
    public void An_escaped_backslash_before_a_u_is_no_escape()
    {
        Assert.Null(RequestJson.Read(Encoding.UTF8.GetBytes("""{"query":"\\uD83C \\\\uDFC3 \u0041"}"""), out var request));
        Assert.Equal("""\\uD83C \\\\uDFC3 \u0041|||""", Show(request));
    }

    [Fact]
    public void Nesting_has_a_bound()
    {
        var json = """{"variables":{"a":""" + new string('[', 1000);
        Assert.StartsWith("The body is not JSON (nested 128 deep at most)", RequestJson.Read(Encoding.UTF8.GetBytes(json), out _)?.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"query":"{a}"},{"query":"{b}"}]""", null)]
    [InlineData("[]", "The array holds no request.")]
    [InlineData("""[{"query":"{a}"},7]""", "[1]: A request is a JSON object.")]
    [InlineData("""[{"query":"{a}"},{"variables":7}]""", "[1]: \"variables\" is not an object.")]
    [InlineData("[{},{},{},{}]", "The array holds 4 requests; 2 are allowed.")]
    [InlineData("[{}", "The body is not JSON (nested 128 deep at most): line 1, byte 4.")]
    public void An_array_is_read(string json, string? expected)
    {
        var requests = new List<IncomingRequest>();
        Assert.True(RequestJson.IsArray(Encoding.UTF8.GetBytes(" " + json)));
        Assert.Equal(expected, RequestJson.ReadArray(Encoding.UTF8.GetBytes(json), 2, requests)?.Message);
        if (expected is null)
            Assert.Equal(["{a}|||", "{b}|||"], requests.ConvertAll(Show));
    }

    [Theory]
    [InlineData("?query=%7Ba(b%3A%22%5Cn%C3%A9%22)%7D", """{a(b:\"\\né\")}|||""")]
    [InlineData("?query=query+Q%7Ba%7D&operationName=Q&variables=%7B%22a%22:+1%7D&extensions=null&x=1", """query Q{a}|Q|{"a": 1}|""")]
    [InlineData("?documentId=d&operationName=&variables=", "||||d")]
    [InlineData("", "|||")]
    public void A_query_is_read(string query, string expected)
    {
        using var buffer = new PooledBuffer();
        Assert.Null(RequestQuery.Read(query, buffer, out var request));
        Assert.Equal(expected, Show(request));
    }

    [Theory]
    [InlineData("?query=%7g", 400, "The parameter query holds a bad escape, or bytes that are not UTF-8.")]
    [InlineData("?query=%C3%28", 400, "The parameter query holds a bad escape, or bytes that are not UTF-8.")]
    [InlineData("?query=%7Ba%7D&query=%7Ba%7D", 422, "The parameter query is there twice.")]
    [InlineData("?query=%7Ba%7D&variables=%7B", 422, "The parameter variables is not JSON.")]
    [InlineData("?query=%7Ba%7D&variables=7", 422, "The parameter variables is not a JSON object.")]
    [InlineData("?query=%7Ba%7D&extensions=%7B%22a%22:%22%5CuD83C%22%7D", 422, "The parameter extensions holds half of a surrogate pair.")]
    public void A_bad_query_is_named(string query, int status, string expected)
    {
        using var buffer = new PooledBuffer();
        var error = RequestQuery.Read(query, buffer, out _);
        Assert.Equal((status, expected), (error?.EffectiveHttpStatus, error?.Message));
    }

    private static string Show(IncomingRequest incoming)
    {
        var request = incoming.Request;
        var text = $"{Encoding.UTF8.GetString(request.Query.Span)}|{request.OperationName}|{Encoding.UTF8.GetString(request.Variables.Span)}|{Encoding.UTF8.GetString(request.Extensions.Span)}";
        return incoming.DocumentId is null ? text : text + "|" + incoming.DocumentId;
    }
}
