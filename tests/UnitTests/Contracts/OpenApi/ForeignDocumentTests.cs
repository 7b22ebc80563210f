using System.Text.Json.Nodes;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.OpenApi;
using Xunit;

namespace UnitTests.Contracts.OpenApi;

/// <summary>What documents of well-known companies hold, cut down to the part that mattered.</summary>
public sealed class ForeignDocumentTests
{
    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    [InlineData("")]
    public void A_schema_that_is_no_object_costs_nothing_but_its_own_type(string bare)
    {
        // "additionalProperties" among the properties is a mistake of a real document; the others are ordinary 3.1.
        var content = Documents.Schemas($"""
                Connection:
                  type: object
                  properties:
                    additionalProperties: {bare}
                    any: {bare}
                    nullable: {bare}
                    all: {bare} 
                    list: {bare}
                    schemas: {bare}
                    id: ! string
            """.Replace("id: ! string", "id: { type: string }", StringComparison.Ordinal).Replace("list: " + bare, "list: { type: array, items: " + Inline(bare) + " }", StringComparison.Ordinal)
            .Replace("all: " + bare, "all: { allOf: [ " + Inline(bare) + " ] }", StringComparison.Ordinal));
        Assert.Equal("", content.Errors());
        Assert.Equal(ScalarKind.String, Assert.IsType<ScalarType>(content.Field("Connection", "id").Type).Kind);
        Assert.IsType<ListType>(content.Field("Connection", "list").Type);

        static string Inline(string bare) => bare.Length == 0 ? "null" : bare;
    }

    [Fact]
    public void Keywords_among_the_names_of_properties_mean_nothing()
    {
        var content = Documents.Schemas("""
                Shape:
                  type: object
                  properties:
                    properties: { type: [object, 'null'], additionalProperties: true, deprecated: true }
                    items: { type: string, deprecated: true }
            """);
        Assert.Equal("", content.Errors());
        Assert.True(content.Field("Shape", "properties").Nullable);
        Assert.True(content.Field("Shape", "properties").Deprecated);
        Assert.True(content.Field("Shape", "items").Deprecated);
    }

    [Fact]
    public void Parts_that_cannot_be_read_are_taken_out_and_named()
    {
        var document = JsonNode.Parse("""
            {
              "openapi": "3.1.0",
              "paths": { "/good": {}, "/odd": { "odd": 1 } },
              "components": { "schemas": { "Good": {}, "a/b": { "odd": 1 } }, "responses": { "Fine": {} } }
            }
            """)!.AsObject();
        var diagnostics = new DiagnosticList("odd.json");
        void Read(JsonNode part)
        {
            Assert.Equal("3.1.0", part["openapi"]!.GetValue<string>());
            if (part.ToJsonString().Contains("odd\":1", StringComparison.Ordinal))
                throw new InvalidOperationException("Odd.");
        }

        Assert.True(new DocumentSalvage(document, Read, diagnostics).TakeOut());
        Assert.Equal(["odd.json:/paths/~1odd", "odd.json:/components/schemas/a~1b"], diagnostics.ToList().Select(d => d.Place.ToString()));
        Assert.Contains("Odd.", diagnostics.ToList()[0].Message, StringComparison.Ordinal);
        Read(document);
        Assert.Equal(["Good"], document["components"]!["schemas"]!.AsObject().Select(s => s.Key));
        Assert.False(new DocumentSalvage(document, Read, diagnostics).TakeOut());
    }

    [Fact]
    public void A_document_whose_paths_all_hold_fragments_is_an_error()
    {
        var content = Documents.Paths("""
              /#X-Target=A: { post: { operationId: a, responses: { '200': { description: ok } } } }
              /#X-Target=B: { post: { operationId: b, responses: { '200': { description: ok } } } }
            """);
        var error = Assert.Single(content.Diagnostics, d => d.Severity == Severity.Error);
        Assert.Equal("/paths", error.Place.Location);
        Assert.Contains("None of the document's 2 operations", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, content.Diagnostics.Count(d => d.Severity == Severity.Warning));
    }
}
