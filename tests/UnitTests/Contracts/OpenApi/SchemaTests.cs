using ProtocolGateway.Contracts.Model;
using Xunit;

namespace UnitTests.Contracts.OpenApi;

public sealed class SchemaTests
{
    [Fact]
    public void Scalars_keep_kind_format_and_limits()
    {
        var content = Documents.Schemas("""
                All:
                  type: object
                  required: [plain]
                  description: Everything.
                  properties:
                    plain: { type: integer, minimum: 1, maximum: 10 }
                    small: { type: integer, format: int32, exclusiveMinimum: 0 }
                    ratio: { type: number }
                    single: { type: number, format: float }
                    text: { type: string, minLength: 2, maxLength: 5, pattern: '^a', default: ab }
                    when: { type: string, format: date-time, deprecated: true, description: The time. }
                    raw: { type: string, format: byte }
                    flag: { type: boolean }
                    free: {}
                    loose: { type: object }
                    code: { type: integer, enum: [1, 2] }
            """);
        Assert.Empty(content.Diagnostics);
        var type = content.Types["svc.All"];
        Assert.Equal("Everything.", type.Documentation);
        var kinds = type.Fields.Select(f => ((ScalarType)f.Type).Kind);
        Assert.Equal(
            [ScalarKind.Int64, ScalarKind.Int32, ScalarKind.Double, ScalarKind.Float, ScalarKind.String, ScalarKind.String, ScalarKind.Bytes, ScalarKind.Bool, ScalarKind.Json, ScalarKind.Json, ScalarKind.Int64],
            kinds);
        Assert.Equal(new ScalarLimits { Minimum = 1, Maximum = 10 }, ((ScalarType)type.Fields[0].Type).Limits);
        Assert.Equal(new ScalarLimits { Minimum = 0, ExclusiveMinimum = true }, ((ScalarType)type.Fields[1].Type).Limits);
        Assert.Equal(new ScalarLimits { MinLength = 2, MaxLength = 5, Pattern = "^a" }, ((ScalarType)type.Fields[4].Type).Limits);
        Assert.Equal(Presence.Required, type.Fields[0].Presence);
        Assert.Equal(Presence.Explicit, type.Fields[1].Presence);
        Assert.Equal("\"ab\"", type.Fields[4].Default);
        Assert.Equal("date-time", ((ScalarType)type.Fields[5].Type).Format);
        Assert.True(type.Fields[5].Deprecated);
        Assert.Equal("The time.", type.Fields[5].Documentation);
    }

    [Fact]
    public void Recursive_references_meet_the_same_type()
    {
        var content = Documents.Schemas("""
                Node:
                  type: object
                  properties:
                    next: { $ref: '#/components/schemas/Node' }
                    children: { type: array, items: { $ref: '#/components/schemas/Node' } }
                    byName: { type: object, additionalProperties: { $ref: '#/components/schemas/Node' } }
            """);
        var node = content.Types["svc.Node"];
        Assert.Same(node, content.Field("Node", "next").Type);
        Assert.Same(node, Assert.IsType<ListType>(content.Field("Node", "children").Type).Element);
        var map = Assert.IsType<MapType>(content.Field("Node", "byName").Type);
        Assert.Same(node, map.Value);
        Assert.Equal(ScalarKind.String, map.Key.Kind);
        Assert.Empty(content.Diagnostics);
    }

    [Fact]
    public void AllOf_is_merged_and_circles_in_it_end()
    {
        var content = Documents.Schemas("""
                Base: { type: object, required: [id], properties: { id: { type: string }, kind: { type: string } } }
                Derived:
                  allOf:
                    - $ref: '#/components/schemas/Base'
                    - { type: object, required: [size], properties: { size: { type: integer, format: int32 }, kind: { type: string, enum: [d] } } }
                Loop: { allOf: [ { $ref: '#/components/schemas/Loop' }, { properties: { a: { type: string } } } ] }
                Holder: { type: object, properties: { base: { allOf: [ { $ref: '#/components/schemas/Base' } ], description: Mine. } } }
            """);
        var derived = content.Types["svc.Derived"];
        Assert.Equal(["id", "kind", "size"], derived.Fields.Select(f => f.Name));
        Assert.Equal([Presence.Required, Presence.Explicit, Presence.Required], derived.Fields.Select(f => f.Presence));
        Assert.Equal("d", Assert.Single(Assert.IsType<EnumType>(derived.Fields[1].Type).Values).Name);
        Assert.Equal("a", Assert.Single(content.Types["svc.Loop"].Fields).Name);
        Assert.Same(content.Types["svc.Base"], content.Field("Holder", "base").Type);
        Assert.Equal("Mine.", content.Field("Holder", "base").Documentation);
    }

    [Fact]
    public void OneOf_becomes_a_union_with_discriminator_and_mapping()
    {
        var content = Documents.Schemas("""
                Pet:
                  oneOf: [ { $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' } ]
                  discriminator: { propertyName: kind, mapping: { kitty: '#/components/schemas/Cat' } }
                Cat: { type: object, properties: { kind: { type: string }, friend: { $ref: '#/components/schemas/Pet' } } }
                Dog: { type: object, properties: { kind: { type: string } } }
            """);
        var pet = Assert.IsType<UnionType>(content.Field("Cat", "friend").Type);
        Assert.Equal("svc.Pet", pet.Name);
        Assert.Equal("kind", pet.Discriminator);
        Assert.Equal([content.Types["svc.Cat"], content.Types["svc.Dog"]], pet.Members);
        Assert.Same(content.Types["svc.Cat"], pet.Mapping["kitty"]);
        Assert.Same(content.Types["svc.Dog"], pet.Mapping["Dog"]);
        Assert.Equal(2, pet.Mapping.Count);
    }

    [Theory]
    [InlineData("3.0.3", "{ type: string, nullable: true }")]
    [InlineData("3.0.3", "{ nullable: true, allOf: [ { $ref: '#/components/schemas/Other' } ] }")]
    [InlineData("3.1.0", "{ type: [string, 'null'] }")]
    [InlineData("3.1.0", "{ oneOf: [ { $ref: '#/components/schemas/Other' }, { type: 'null' } ] }")]
    [InlineData("3.1.0", "{ anyOf: [ { type: string }, { type: 'null' } ] }")]
    [InlineData("3.1.0", "{ type: [array, 'null'], items: { type: string } }")]
    public void Null_is_told_in_each_versions_way(string version, string schema)
    {
        var content = Documents.Schemas($"    Holder: {{ type: object, properties: {{ f: {schema}, g: {{ type: string }} }} }}\n    Other: {{ type: object, properties: {{ a: {{ type: string }} }} }}\n", version);
        var field = content.Field("Holder", "f");
        Assert.True(field.Nullable, content.Errors());
        Assert.IsNotType<UnionType>(field.Type);
        Assert.False(field.Type is ScalarType { Kind: ScalarKind.Json });
        Assert.False(content.Field("Holder", "g").Nullable);
    }

    [Fact]
    public void Inline_types_are_named_after_their_place_and_never_take_a_components_name()
    {
        var content = Documents.Schemas("""
                A: { type: object, properties: { b: { type: object, properties: { c: { type: string, enum: [x, y] } } } } }
                A.b: { type: object, properties: { d: { type: string } } }
            """);
        var inline = Assert.IsType<MessageType>(content.Field("A", "b").Type);
        Assert.Equal("svc.A.b_2", inline.FullName);
        Assert.Equal("d", Assert.Single(content.Types["svc.A.b"].Fields).Name);
        var letters = Assert.IsType<EnumType>(inline.Fields[0].Type);
        Assert.Equal([0, 1], letters.Values.Select(v => v.Number));
    }

    [Fact]
    public void Lists_that_hold_themselves_and_endless_chains_become_json()
    {
        var chain = string.Concat(Enumerable.Range(0, 3000).Select(i => $"    L{i}: {{ type: array, items: {{ $ref: '#/components/schemas/L{i + 1}' }} }}\n"));
        var content = Documents.Schemas("    Self: { type: array, items: { $ref: '#/components/schemas/Self' } }\n    R1: { $ref: '#/components/schemas/R2' }\n    R2: { $ref: '#/components/schemas/R1' }\n"
            + "    Holder: { type: object, properties: { s: { $ref: '#/components/schemas/Self' }, l: { $ref: '#/components/schemas/L0' }, r: { $ref: '#/components/schemas/R1' } } }\n"
            + chain + "    L3000: { type: string }\n");
        Assert.True(content.Types.ContainsKey("svc.Holder"), content.Errors());
        Assert.IsType<ListType>(content.Field("Holder", "s").Type);
        Assert.IsType<ListType>(content.Field("Holder", "l").Type);
        Assert.Equal(ScalarKind.Json, Assert.IsType<ScalarType>(content.Field("Holder", "r").Type).Kind);
        Assert.Contains(content.Diagnostics, d => d.Message.Contains("contains itself", StringComparison.Ordinal));
    }

    [Fact]
    public void Alternatives_beside_properties_are_optional_properties_and_mere_restrictions_are_nothing()
    {
        var content = Documents.Schemas("""
                Mixed:
                  type: object
                  properties: { a: { type: string } }
                  oneOf: [ { required: [b], properties: { b: { type: string } } }, { properties: { c: { type: string } } } ]
                Strict:
                  type: object
                  properties: { a: { type: string }, b: { type: string } }
                  anyOf: [ { required: [a] }, { required: [b] } ]
                Open: { anyOf: [ { type: string }, { type: string, enum: [a] } ] }
                Holder: { type: object, additionalProperties: { type: integer }, properties: { o: { $ref: '#/components/schemas/Open' } } }
            """);
        Assert.Equal(["a", "b", "c"], content.Types["svc.Mixed"].Fields.Select(f => f.Name));
        Assert.All(content.Types["svc.Mixed"].Fields, f => Assert.Equal(Presence.Explicit, f.Presence));
        Assert.Equal(2, content.Types["svc.Strict"].Fields.Count);
        Assert.Equal(ScalarKind.String, Assert.IsType<ScalarType>(content.Field("Holder", "o").Type).Kind);
        Assert.Equal(ScalarKind.Int64, Assert.IsType<ScalarType>(content.Types["svc.Holder"].AdditionalProperties).Kind);
    }
}
