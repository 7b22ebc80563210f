using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.Rest.Description;
using Xunit;

namespace UnitTests.Edges.Rest.Description;

public sealed class OpenApiDocumentWriterTests
{
    private static readonly SourceLocation Here = new("test", "");

    [Theory]
    [InlineData("/v1/{name=shelves/*/books/*}:read", "/v1/shelves/{shelf}/books/{book}:read")]
    [InlineData("/v1/{name=files/**}", "/v1/files/{file}")]
    [InlineData("/v1/users/{user.id}", "/v1/users/{user.id}")]
    [InlineData("/v1/{a=x/*/x/*}/*", "/v1/x/{x}/x/{x_2}/{segment}")]
    [InlineData("/{id}", "/{id}")]
    [InlineData("/", "/")]
    public void Templates_are_expanded(string template, string path) => Assert.Equal(path, ExpandedTemplate.Of(template).Path());

    [Fact]
    public void The_document_is_valid_and_complete()
    {
        var bytes = Write(Sample());
        using var document = JsonDocument.Parse(bytes);
        var root = document.RootElement;
        var read = new OpenApiJsonReader().Read(new MemoryStream(bytes), new Uri("file:///d"), new OpenApiReaderSettings());
        Assert.True(read.Diagnostic!.Errors.Count == 0, string.Join("\n", read.Diagnostic.Errors));
        var text = Encoding.UTF8.GetString(bytes);
        var schemas = root.GetProperty("components").GetProperty("schemas");
        foreach (var part in text.Split("\"$ref\": \"#/components/schemas/").Skip(1))
            Assert.True(schemas.TryGetProperty(part[..part.IndexOf('"')], out _), part[..40]);
        var ids = text.Split("\"operationId\": \"").Skip(1).Select(p => p[..p.IndexOf('"')]).ToList();
        Assert.Equal(3, ids.Count);
        Assert.Equal(ids.Count, ids.Distinct().Count());
        var get = root.GetProperty("paths").GetProperty("/v1/nodes/{node}").GetProperty("get");
        Assert.Equal(["node", "size"], get.GetProperty("parameters").EnumerateArray().Select(p => p.GetProperty("name").GetString()));
        Assert.True(get.GetProperty("responses").GetProperty("200").GetProperty("content").TryGetProperty("text/event-stream", out _));
        Assert.True(root.GetProperty("paths").GetProperty("/s.S/Plain").TryGetProperty("post", out _));
        Assert.Equal("string", schemas.GetProperty("s.Node").GetProperty("properties").GetProperty("size").GetProperty("type").GetString());
        Assert.Equal(bytes, Write(Sample()));
    }

    [Fact]
    public void A_rule_that_is_not_served_stays_out()
    {
        using var document = JsonDocument.Parse(Write(Sample(), new RestDescriptionOptions { IsServed = (_, rule) => rule.Method == "GET" }));
        Assert.Equal(["/v1/nodes/{node}"], document.RootElement.GetProperty("paths").EnumerateObject().Select(p => p.Name));
    }

    private static byte[] Write(Catalog catalog, RestDescriptionOptions? options = null)
    {
        var output = new ArrayBufferWriter<byte>();
        OpenApiDocumentWriter.Write(catalog, options ?? new RestDescriptionOptions(), output);
        return output.WrittenSpan.ToArray();
    }

    private static Catalog Sample()
    {
        var node = new MessageType("s.Node");
        node.Complete(
            [
                new Field { Name = "name", JsonName = "name", Number = 1, Type = new ScalarType(ScalarKind.String) },
                new Field { Name = "size", JsonName = "size", Number = 2, Type = new ScalarType(ScalarKind.Int64) },
                new Field { Name = "next", JsonName = "next", Number = 3, Type = node, Documentation = "The next." },
            ],
            []);
        var watch = Make("Watch", node, Shape.ServerStreaming,
            [
                new HttpRule { Method = "GET", Template = "/v1/{name=nodes/*}", Source = Here },
                new HttpRule { Method = "POST", Template = "/v1/nodes/{name}", Body = "*", Source = Here },
            ]);
        return new Catalog([new CatalogService("s", [watch, Make("Plain", node, Shape.Unary, [])])], new Dictionary<string, MessageType>(), []);
    }

    private static Operation Make(string name, MessageType type, Shape shape, IReadOnlyList<HttpRule> rules) => new()
    {
        FullName = "s.S." + name,
        Name = name,
        ServiceName = "s.S",
        Kind = ContractKind.Grpc,
        Shape = shape,
        Input = type,
        Output = type,
        HttpRules = rules,
        Source = Here,
    };
}
