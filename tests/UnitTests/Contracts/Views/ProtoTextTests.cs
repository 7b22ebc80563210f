using System.Text;
using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto;
using ProtocolGateway.Contracts.Views;
using ProtocolGateway.TestKit.Running;
using ProtocolGateway.UnitTests.Contracts.Proto;
using UnitTests.Contracts.OpenApi;
using Xunit;

namespace UnitTests.Contracts.Views;

/// <summary>Generated sources as protoc takes them: what it compiles is the file that was written, comments included.</summary>
public sealed class ProtoTextTests
{
    [Theory]
    [InlineData("contracts/samples/inventory.openapi.yaml")]
    [InlineData("tests/MatrixTests/Contracts/items.openapi.yaml")]
    public void The_sources_of_sample_contracts_compile_to_what_they_say(string contract) =>
        AssertCompiles(Views.Of(ContractLoader.LoadFile(Repository.PathOf(contract), "svc", [])));

    [Fact]
    public void Odd_words_and_names_survive()
    {
        var views = Views.Of("""
              /a:
                post:
                  operationId: a
                  deprecated: true
                  summary: "Quotes \" and \\ and */ and // and \t.\nA second line, é.\n\nA third."
                  requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/T' } } } }
                  responses: { '200': { description: ok, content: { application/json: { schema: { type: array, items: { $ref: '#/components/schemas/TagsEntry' } } } } } }
            """, """
                T:
                  type: object
                  description: A thing.
                  deprecated: true
                  properties:
                    "a\"b\\c\nd": { type: string, description: Odd. }
                    tags: { type: object, additionalProperties: { $ref: '#/components/schemas/TagsEntry' } }
                    google: { description: free }
                    package: { type: string, enum: [message, '1', '', 'a b'], description: '  Indented.  ' }
                    optional: { type: string, deprecated: true }
                    é: { type: array, items: { type: integer } }
                TagsEntry: { type: object, properties: { inner: { $ref: '#/components/schemas/T' }, rpc: { type: boolean } } }
            """);
        AssertCompiles(views);
    }

    [Theory]
    [InlineData("google")]
    [InlineData("message")]
    [InlineData("3-d")]
    public void Any_name_of_a_service_makes_a_package(string service) =>
        AssertCompiles(Views.Of("  /a: { get: { operationId: a, responses: { '200': { description: ok, content: { application/json: {} } } } } }", service: service));

    [Fact]
    public void A_large_document_compiles()
    {
        var views = Views.Of(Documents.Read(LargeDocument(), ".json"));
        Assert.Equal(400, views.Services[0].Operations.Count);
        AssertCompiles(views);
    }

    internal static void AssertCompiles(RpcViews views)
    {
        var written = Assert.Single(views.Files);
        using var tree = new TempTree();
        var result = ProtocRunner.Run([tree.Write(written.Name, ProtoText.Write(written))], [tree.Root]);
        Assert.Equal("", string.Join('\n', result.Messages));
        var compiled = Assert.Single(result.Files!, f => f.Proto.Name == written.Name);
        var expected = written.Clone();
        expected.SourceCodeInfo = null;
        Assert.Equal(expected, compiled.Proto);
        var comments = SourceCodeInfo.Parser.ParseFrom(compiled.SourceInfo.Span).Location.Where(static l => l.HasLeadingComments && l.Path.Count > 1).Select(Comment);
        Assert.Equal(written.SourceCodeInfo.Location.Select(Comment).Order(StringComparer.Ordinal), comments.Order(StringComparer.Ordinal));

        static string Comment(SourceCodeInfo.Types.Location location) =>
            $"{string.Join(',', location.Path)}:{string.Join('\n', location.LeadingComments.Split('\n').Select(static l => l.TrimEnd())).TrimEnd()}";
    }

    // As public APIs are: many schemas that refer to each other, in circles too, inline ones, enums of the same values, names that meet when they become identifiers.
    private static string LargeDocument()
    {
        var text = new StringBuilder("{\"openapi\":\"3.0.3\",\"info\":{\"title\":\"t\",\"version\":\"1\"},\"paths\":{");
        for (var i = 0; i < 200; i++)
        {
            text.Append(i == 0 ? "" : ",").Append("""
                "/rNUM/{some-id}":{"get":{"operationId":"things/get-NUM","description":"Gets NUM.","parameters":[{"name":"some-id","in":"path","required":true,"schema":{"type":"integer"}},
                {"name":"some_id","in":"query","schema":{"type":"array","items":{"type":"string","enum":["asc","desc","-created"]}}},{"name":"filter[a]","in":"query","schema":{"type":"object","additionalProperties":{"type":"string"}}}],
                "responses":{"200":{"description":"ok","content":{"application/json":{"schema":{"$ref":"#/components/schemas/SNUM"}}}}}},
                "post":{"description":"No id.","requestBody":{"required":true,"content":{"application/json":{"schema":{"type":"object","required":["a"],"properties":{"a":{"type":"object","properties":{"deep":{"type":"object","properties":{"b":{"type":"number"}}}}},"status":{"type":"string","enum":["open","closed"]}}}}}},
                "parameters":[{"name":"some-id","in":"path","required":true,"schema":{"type":"string"}}],
                "responses":{"201":{"description":"ok","content":{"application/json":{"schema":{"type":"array","items":{"$ref":"#/components/schemas/SNUM"}}}}}}}}
                """.Replace("NEXT", $"{(i + 1) % 200}", StringComparison.Ordinal).Replace("NUM", $"{i}", StringComparison.Ordinal));
        }

        text.Append("},\"components\":{\"schemas\":{");
        for (var i = 0; i < 200; i++)
        {
            text.Append(i == 0 ? "" : ",").Append("""
                "SNUM":{"type":"object","description":"Schema NUM.","required":["id"],"properties":{"id":{"type":"integer","format":"int64"},"node_id":{"type":"string"},"nodeId":{"type":"string"},"+1":{"type":"integer"},"-1":{"type":"integer"},
                "next":{"$ref":"#/components/schemas/SNEXT"},"self":{"$ref":"#/components/schemas/SNUM"},"status":{"type":"string","enum":["open","closed","Open","in progress"]},"either":{"oneOf":[{"type":"string"},{"$ref":"#/components/schemas/S0"}]},
                "labels":{"type":"object","additionalProperties":{"$ref":"#/components/schemas/S0"}},"matrix":{"type":"array","items":{"type":"array","items":{"type":"number"}}},"free":{},"maybe":{"type":"string","nullable":true}}}
                """.Replace("NEXT", $"{(i + 1) % 200}", StringComparison.Ordinal).Replace("NUM", $"{i}", StringComparison.Ordinal));
        }

        return text.Append("}}}").ToString();
    }
}
