using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Schema;
using UnitTests.Contracts.OpenApi;
using Xunit;

namespace UnitTests.Edges.GraphQL.Schema;

/// <summary>Contracts may nest their types in circles and thousands deep; a stack that overflows would end the process.</summary>
public sealed class NestingTests
{
    private const int Many = 20_000;

    [Theory]
    // What a query language's filter looks like.
    [InlineData("{ oneOf: [ { $ref: '#/components/schemas/Cond' }, { type: array, items: { $ref: '#/components/schemas/Filter' } } ] }")]
    [InlineData("{ oneOf: [ { type: array, items: { $ref: '#/components/schemas/Filter' } } ] }")]
    [InlineData("{ anyOf: [ { type: object, additionalProperties: { $ref: '#/components/schemas/Filter' } } ] }")]
    [InlineData("{ anyOf: [ { $ref: '#/components/schemas/Filter' }, { type: array, items: { type: array, items: { $ref: '#/components/schemas/Filter' } } } ] }")]
    public void A_union_that_holds_lists_of_itself_is_JSON(string filter)
    {
        var built = Schemas.Of(null, null, ("svc", Documents.Read($$"""
            openapi: 3.1.0
            info: { title: t, version: '1' }
            paths: { /x: { post: { operationId: setX, requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Search' } } } }, responses: { '200': { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/Search' } } } } } } } }
            components: { schemas: {
              Cond: { type: object, required: [field], properties: { field: { type: string } } },
              Search: { type: object, properties: { filter: { $ref: '#/components/schemas/Filter' } } },
              Filter: {{filter}} } }
            """)));
        var field = built.Schema.Mutation!.Fields[0];
        Assert.Contains("JSON", field.Type.Named!.FindField("filter")!.Type.Innermost.Name, StringComparison.Ordinal);
        Assert.Contains("JSON", field.Arguments[0].Type.Named!.InputFields[0].Type.Innermost.Name, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_circle_is_does_not_depend_on_where_it_is_entered()
    {
        var union = new UnionType("s.Loop");
        var list = new ListType(union);
        union.Complete([list], null, new Dictionary<string, DataType>());
        foreach (var order in new DataType[][] { [union, list], [list, union] })
            Assert.Equal(["JSON", "JSON"], SchemaOf(order).Query.Fields[0].Type.Named!.Fields.Select(static f => f.Type.ToString()));
    }

    [Fact]
    public void Lists_are_lists_as_deep_as_anyone_writes_them_and_JSON_below()
    {
        Assert.Equal("[[[String!]!]!]", SchemaOf(Nest(3, static t => new ListType(t))).Query.Fields[0].Type.Named!.Fields[0].Type.ToString());
        var type = SchemaOf(Nest(Many, static t => new ListType(t))).Query.Fields[0].Type.Named!.Fields[0].Type.ToString();
        Assert.InRange(type.Count(static c => c == '['), 0, 32);
        Assert.Contains("JSON", type, StringComparison.Ordinal);
    }

    [Fact]
    public void Chains_of_maps_unions_and_messages_end()
    {
        var hidden = new GraphSchemaOptions { Service = static _ => new GraphServiceOptions { Hidden = ["other.Type"] } };
        foreach (var options in new[] { new GraphSchemaOptions(), hidden, new GraphSchemaOptions { MapsAsJson = true } })
        {
            _ = GraphSdlWriter.Write(SchemaOf(options, Nest(Many, static t => new MapType(new ScalarType(ScalarKind.String), t))));
            _ = GraphSdlWriter.Write(SchemaOf(options, Nest(Many, static t => new ListType(t))));
        }

        var number = 0;
        _ = GraphSdlWriter.Write(SchemaOf(Nest(1000, t => UnionOf("s.U" + number++, new ListType(t)))));
        _ = GraphSdlWriter.Write(SchemaOf(Nest(Many, t => MessageOf("s.M" + number++, t))));
    }

    private static DataType Nest(int depth, Func<DataType, DataType> around)
    {
        DataType type = new ScalarType(ScalarKind.String);
        for (var i = 0; i < depth; i++)
            type = around(type);
        return type;
    }

    private static UnionType UnionOf(string name, DataType only)
    {
        var union = new UnionType(name);
        union.Complete([only], null, new Dictionary<string, DataType>());
        return union;
    }

    private static MessageType MessageOf(string name, params DataType[] types)
    {
        var message = new MessageType(name);
        message.Complete([.. types.Select(static (t, i) => new Field { Name = "f" + i, JsonName = "f" + i, Number = 0, Type = t, Presence = Presence.Explicit })], []);
        return message;
    }

    private static GraphSchema SchemaOf(params DataType[] types) => SchemaOf(new GraphSchemaOptions(), types);

    private static GraphSchema SchemaOf(GraphSchemaOptions options, params DataType[] types)
    {
        var operations = new[] { "getX", "setX" }.Select(name => new Operation
        {
            FullName = "s." + name,
            Name = name,
            ServiceName = "s",
            Kind = ContractKind.Http,
            Shape = Shape.Unary,
            Input = MessageOf($"s.{name}.Input", types),
            Output = MessageOf($"s.{name}.Output", types),
            HttpRules = [new HttpRule { Method = name == "getX" ? "GET" : "POST", Template = "/x", Source = new SourceLocation("", "") }],
            Source = new SourceLocation("", ""),
        });
        return GraphSchemaBuilder.Build(new Catalog([new CatalogService("s", [.. operations])], new Dictionary<string, MessageType>(), []), options, null, []);
    }
}
