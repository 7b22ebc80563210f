using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Schema;
using UnitTests.Contracts.OpenApi;
using Xunit;

namespace UnitTests.Edges.GraphQL.Schema;

/// <summary>Unions of OpenAPI: by discriminator, by what is required, else JSON.</summary>
public sealed class UnionTests
{
    private const string Cat = "Cat: { type: object, required: [kind, meows], properties: { kind: { type: string, enum: [cat] }, meows: { type: boolean }, age: { type: integer } } }";
    private const string Dog = "Dog: { type: object, required: [kind, barks], properties: { kind: { type: string, enum: [dog, hound] }, barks: { type: boolean } } }";

    [Fact]
    public void A_discriminator_tells_by_its_mapping()
    {
        var union = Pet(
            "oneOf: [ { $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' } ], discriminator: { propertyName: kind, mapping: { c: '#/components/schemas/Cat', d: '#/components/schemas/Dog', h: '#/components/schemas/Dog' } }",
            Cat, Dog);
        Assert.Equal("kind", union!.Discriminator);
        Assert.Equal(["Cat: c", "Dog: d,h"], union.Members.Select(static m => $"{m.Type}: {string.Join(',', m.DiscriminatorValues)}"));
    }

    [Fact]
    public void A_property_with_other_values_in_each_member_is_a_discriminator_though_none_is_declared()
    {
        var union = Pet("anyOf: [ { $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' } ]", Cat, Dog);
        Assert.Equal("kind", union!.Discriminator);
        Assert.Equal(["cat", "dog,hound"], union.Members.Select(static m => string.Join(',', m.DiscriminatorValues)));
    }

    [Fact]
    public void Required_properties_tell_the_most_specific_member_first()
    {
        var union = Pet(
            "oneOf: [ { $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' }, { $ref: '#/components/schemas/C' } ]",
            "A: { type: object, required: [id], properties: { id: { type: string } } }",
            "B: { type: object, required: [id, name], properties: { id: { type: string }, name: { type: string } } }",
            "C: { type: object, required: [url], properties: { url: { type: string } } }");
        Assert.Null(union!.Discriminator);
        Assert.Equal(["B: id,name", "A: id", "C: url"], union.Members.Select(static m => $"{m.Type}: {string.Join(',', m.Required)}"));
    }

    [Theory]
    [InlineData("A: { type: object, required: [id], properties: { id: { type: string }, x: { type: string } } }", "B: { type: object, required: [x], properties: { id: { type: string }, x: { type: string } } }")]
    [InlineData("A: { type: object, properties: { id: { type: string } } }", "B: { type: object, properties: { x: { type: string } } }")]
    [InlineData("A: { type: object, required: [id], properties: { id: { type: string } } }", "B: { type: string }")]
    [InlineData("A: { type: object, required: [id], properties: { id: { type: string } } }", "B: { type: array, items: { type: string } }")]
    public void What_cannot_be_told_apart_is_JSON(string a, string b) =>
        Assert.Null(Pet("oneOf: [ { $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' } ]", a, b));

    [Fact]
    public void Null_beside_one_member_is_that_member_or_null()
    {
        var built = Build("anyOf: [ { $ref: '#/components/schemas/Cat' }, { type: 'null' } ]", Cat);
        Assert.Equal("pet: Cat", built.Lines("GetXResponse")[0]);
    }

    [Fact]
    public void A_union_in_input_is_JSON()
    {
        var built = Schemas.Of(null, null, ("svc", Documents.Read($$"""
            openapi: 3.1.0
            info: { title: t, version: '1' }
            paths: { /x: { post: { operationId: setX, requestBody: { content: { application/json: { schema: { oneOf: [ { $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' } ] } } } }, responses: { '204': { description: ok } } } } }
            components: { schemas: { {{Cat}}, {{Dog}} } }
            """)));
        Assert.Equal(["setX(input: JSON): Boolean"], built.Lines("Mutation"));
    }

    [Fact]
    public void Unions_and_messages_may_hold_each_other()
    {
        var union = Pet(
            "oneOf: [ { $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' } ]",
            "A: { type: object, required: [a], properties: { a: { $ref: '#/components/schemas/A' }, u: { oneOf: [ { $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' } ] } } }",
            "B: { type: object, required: [b], properties: { b: { type: array, items: { $ref: '#/components/schemas/A' } } } }");
        Assert.Equal(2, union!.Members.Count);
    }

    private static GraphType? Pet(string schema, params string[] components)
    {
        var built = Build(schema, components);
        var type = built.Schema.Find("GetXResponse")!.FindField("pet")!.Type;
        if (type.Named is { Kind: GraphKind.Union } union)
            return union;
        Assert.Equal("JSON", type.Innermost.Name);
        Assert.DoesNotContain(built.Diagnostics, static d => d.Severity == Severity.Error);
        return null;
    }

    private static BuiltSchema Build(string schema, params string[] components) => Schemas.Of(null, null, ("svc", Documents.Read($$"""
        openapi: 3.1.0
        info: { title: t, version: '1' }
        paths: { /x: { get: { operationId: getX, responses: { '200': { description: ok, content: { application/json: { schema: { type: object, properties: { pet: { {{schema}} } } } } } } } } } }
        components: { schemas: { {{string.Join(", ", components)}} } }
        """)));
}
