using System.IO.Compression;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ProtocolGateway.Edges.GraphQL.Transports.Graphiql;
using Xunit;

namespace UnitTests.Edges.GraphQL.Transports;

public sealed class GraphiqlPageTests
{
    private static readonly string _script = string.Concat(Enumerable.Range(0, 100_000).Select(static n => n + ";"));
    private static readonly Dictionary<string, GraphiqlPart> _parts = new()
    {
        ["graphiql.js"] = new("graphiql.js", Compress(_script)),
        ["graphiql.css"] = new("graphiql.css", Compress("a{}")),
    };

    [Theory]
    [InlineData("/graphql", "./graphql/", "/graphql/graphiql.js")]
    [InlineData("/graphql/", "./", "/graphql/graphiql.js")]
    [InlineData("/", "./", "/graphiql.js")]
    [InlineData("/api/graphql", "./graphql/", "/api/graphql/graphiql.js")]
    // Without the dot before it this would be a scheme.
    [InlineData("/a:b", "./a%3Ab/", "/a:b/graphiql.js")]
    [InlineData("/a&\"b", "./a%26%22b/", "/a&\"b/graphiql.js")]
    public async Task The_page_finds_its_parts_wherever_the_edge_stands(string path, string folder, string part)
    {
        var page = new GraphiqlPage(path, _parts);
        var (context, body) = Context("GET", path);
        await page.WriteAsync(context);
        var html = Encoding.UTF8.GetString(body.ToArray());
        Assert.Contains($"src=\"{folder}graphiql.js\"", html, StringComparison.Ordinal);
        Assert.Contains($"href=\"{folder}graphiql.css\"", html, StringComparison.Ordinal);
        Assert.Equal(part, Uri.UnescapeDataString(new Uri(new Uri("http://x" + Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal)), folder + "graphiql.js").AbsolutePath));
        Assert.True(page.HasPart(part));
        Assert.False(page.HasPart(part + "x"));
        Assert.False(page.HasPart(path));
        Assert.Contains("script-src 'self'", context.Response.Headers.ContentSecurityPolicy.ToString(), StringComparison.Ordinal);
        Assert.Equal(body.Length, context.Response.ContentLength);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("gzip", false)]
    [InlineData("gzip, br", true)]
    [InlineData("BR;q=0.5", true)]
    [InlineData("gzip, br;q=0", false)]
    [InlineData("brotli", false)]
    public async Task A_part_is_whole_in_the_encoding_that_is_taken(string? accept, bool compressed)
    {
        var (context, body) = Context("GET", "/graphql/graphiql.js");
        context.Request.Headers.AcceptEncoding = accept;
        await new GraphiqlPage("/graphql", _parts).WritePartAsync(context);
        Assert.Equal(compressed ? "br" : "", context.Response.Headers.ContentEncoding.ToString());
        Assert.Equal("Accept-Encoding", context.Response.Headers.Vary);
        Assert.Equal("text/javascript; charset=utf-8", context.Response.ContentType);
        Assert.Equal(body.Length, context.Response.ContentLength);
        body.Position = 0;
        using Stream plain = compressed ? new BrotliStream(body, CompressionMode.Decompress) : body;
        Assert.Equal(_script, new StreamReader(plain).ReadToEnd());
    }

    [Fact]
    public async Task Each_encoding_has_its_own_tag_and_the_right_one_saves_the_body()
    {
        var page = new GraphiqlPage("/graphql", _parts);
        var tags = new List<string>();
        foreach (var accept in new[] { "br", "identity" })
        {
            var (first, _) = Context("GET", "/graphql/graphiql.js");
            first.Request.Headers.AcceptEncoding = accept;
            await page.WritePartAsync(first);
            tags.Add(first.Response.Headers.ETag.ToString());
        }

        Assert.NotEqual(tags[0], tags[1]);
        foreach (var (condition, status) in new[] { (tags[0], 304), ("W/" + tags[0], 304), ($"\"x\", {tags[0]}", 304), ("*", 304), (tags[1], 200), ("\"x\"", 200) })
        {
            var (again, body) = Context("GET", "/graphql/graphiql.js");
            again.Request.Headers.AcceptEncoding = "br";
            again.Request.Headers.IfNoneMatch = condition;
            await page.WritePartAsync(again);
            Assert.Equal((status, tags[0]), (again.Response.StatusCode, again.Response.Headers.ETag.ToString()));
            Assert.Equal(status == 304, body.Length == 0);
        }
    }

    [Fact]
    public async Task A_large_part_is_on_its_way_before_it_is_all_written()
    {
        var (context, _) = Context("GET", "/graphql/graphiql.js");
        // A client that takes nothing: the pipe is full after the first pieces.
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 64 * 1024, resumeWriterThreshold: 32 * 1024, useSynchronizationContext: false));
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(pipe.Writer.AsStream()));
        var writing = new GraphiqlPage("/graphql", _parts).WritePartAsync(context);
        Assert.False(writing.IsCompleted);
        Assert.True(pipe.Reader.TryRead(out var read));
        Assert.InRange(read.Buffer.Length, 1, 128 * 1024);
        pipe.Reader.AdvanceTo(read.Buffer.End);
        await pipe.Reader.CompleteAsync();
        await writing;
    }

    [Theory]
    [InlineData("HEAD", 200)]
    [InlineData("POST", 405)]
    public async Task Other_methods_have_no_body(string method, int status)
    {
        var (context, body) = Context(method, "/graphql/graphiql.css");
        await new GraphiqlPage("/graphql", _parts).WritePartAsync(context);
        Assert.Equal((status, 0L), (context.Response.StatusCode, body.Length));
        Assert.Equal(status == 200 ? 3 : null, context.Response.ContentLength);
    }

    [Fact]
    public async Task A_build_without_the_page_says_so_and_names_no_key_of_the_configuration()
    {
        var page = new GraphiqlPage("/graphql", new Dictionary<string, GraphiqlPart>());
        var (context, body) = Context("GET", "/graphql");
        await page.WriteAsync(context);
        var html = Encoding.UTF8.GetString(body.ToArray());
        Assert.Contains("not in this build", html, StringComparison.Ordinal);
        Assert.DoesNotContain("edges.", html, StringComparison.Ordinal);
        Assert.False(page.HasPart("/graphql/graphiql.js"));
    }

    private static (DefaultHttpContext Context, MemoryStream Body) Context(string method, string path)
    {
        var body = new MemoryStream();
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Request.Path = path;
        context.Response.Body = body;
        return (context, body);
    }

    private static byte[] Compress(string text)
    {
        using var compressed = new MemoryStream();
        using (var brotli = new BrotliStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            brotli.Write(Encoding.UTF8.GetBytes(text));
        return compressed.ToArray();
    }
}
