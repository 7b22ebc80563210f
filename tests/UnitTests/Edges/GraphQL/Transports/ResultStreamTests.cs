using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using ProtocolGateway.Edges.GraphQL.Transports;
using ProtocolGateway.Edges.GraphQL.Transports.Streams;
using Xunit;

namespace UnitTests.Edges.GraphQL.Transports;

public sealed class ResultStreamTests
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(12);

    [Fact]
    public async Task Events_are_those_of_graphql_sse()
    {
        var (type, body) = await WriteAsync(GraphStreamForm.Events, """{"data":{"a":1}}""", "{\"data\":\r\n  {\"a\":2}\n}");
        Assert.Equal("text/event-stream; charset=utf-8", type);
        Assert.Equal(":\n\nevent: next\ndata: {\"data\":{\"a\":1}}\n\nevent: next\ndata: {\"data\":    {\"a\":2} }\n\nevent: complete\ndata: \n\n", body);
    }

    [Fact]
    public async Task Parts_are_those_of_apollos_protocol()
    {
        var (type, body) = await WriteAsync(GraphStreamForm.Multipart, """{"data":{"a":1}}""", """{"data":{"a":2}}""");
        Assert.Equal("multipart/mixed;boundary=\"graphql\";subscriptionSpec=1.0", type);
        const string Head = "\r\ncontent-type: application/json\r\n\r\n";
        Assert.Equal($"--graphql{Head}{{\"payload\":{{\"data\":{{\"a\":1}}}}}}\r\n--graphql{Head}{{\"payload\":{{\"data\":{{\"a\":2}}}}}}\r\n--graphql--\r\n", body);
    }

    [Theory]
    [InlineData(GraphStreamFormName.Events, ":\n\n:\n\n")]
    [InlineData(GraphStreamFormName.Multipart, "--graphql\r\ncontent-type: application/json\r\n\r\n{}\r\n--graphql")]
    public async Task Silence_is_filled(string form, string expected)
    {
        var time = new FakeTimeProvider();
        var (context, body) = Context();
        await using var stream = ResultStream.Create(Enum.Parse<GraphStreamForm>(form), context, KeepAlive, time);
        await stream.StartAsync();
        time.Advance(KeepAlive);
        while (body.Length < expected.Length)
            await Task.Yield();
        Assert.Equal(expected, Encoding.UTF8.GetString(body.ToArray()));
    }

    private static async Task<(string? Type, string Body)> WriteAsync(GraphStreamForm form, params string[] results)
    {
        var (context, body) = Context();
        await using (var stream = ResultStream.Create(form, context, KeepAlive, new FakeTimeProvider()))
        {
            await stream.StartAsync();
            foreach (var result in results)
                await stream.NextAsync(Encoding.UTF8.GetBytes(result));
            await stream.CompleteAsync();
        }

        Assert.Equal("no-cache", context.Response.Headers.CacheControl);
        return (context.Response.ContentType, Encoding.UTF8.GetString(body.ToArray()));
    }

    private static (HttpContext Context, MemoryStream Body) Context()
    {
        var body = new MemoryStream();
        return (new DefaultHttpContext { Response = { Body = body } }, body);
    }

    private static class GraphStreamFormName
    {
        public const string Events = nameof(GraphStreamForm.Events);
        public const string Multipart = nameof(GraphStreamForm.Multipart);
    }
}
