using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Views;
using Xunit;

namespace UnitTests.Contracts.Views;

/// <summary>OpenAPI operations as gRPC methods: names, types, numbers.</summary>
public sealed class RpcViewsTests
{
    private const string Ok = "responses: { '204': { description: ok } }";

    [Fact]
    public void An_operation_is_a_unary_method_of_the_configured_services_package()
    {
        var views = Views.Of("""
              /items/{sku}:
                get:
                  operationId: getItem
                  summary: Gets one.
                  parameters: [ { name: sku, in: path, required: true, schema: { type: string } }, { name: minStock, in: query, schema: { type: integer } } ]
                  responses: { '200': { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/Item' } } } } }
            """, "    Item: { type: object, required: [sku], properties: { sku: { type: string }, price: { type: integer, format: int64 } } }");
        var method = views.Operation("GetItem");

        Assert.Equal(("svc.Svc.GetItem", "svc.Svc", "/svc.Svc/GetItem"), (method.FullName, method.ServiceName, method.GrpcPath));
        Assert.Equal((ContractKind.Grpc, Shape.Unary, Idempotency.NoSideEffects), (method.Kind, method.Shape, method.Idempotency));
        Assert.Equal("Gets one.", method.Documentation);
        Assert.Equal("svc.getItem", method.View!.Native.FullName);
        Assert.Equal(["sku = 1", "min_stock = 2"], method.Input.Fields.Select(static f => f.ToString()));
        Assert.Equal(["sku", "minStock"], method.Input.Fields.Select(static f => f.JsonName));
        Assert.Equal("svc.Item", Assert.IsType<MessageType>(method.Output).FullName);
        Assert.Equal("string sku = 1; optional int64 price = 2", views.Fields("Item"));
        Assert.Equal("svc/svc.proto", Assert.Single(views.Files).Name);
    }

    [Theory]
    [InlineData("{ type: array, items: { type: integer } }", "repeated int64 items = 1")]
    [InlineData("{ type: string }", "optional string value = 1")]
    [InlineData("{ type: object, additionalProperties: { type: number } }", "repeated .svc.AResponse.EntriesEntry entries = 1")]
    [InlineData("{}", ".google.protobuf.Value value = 1")]
    public void An_answer_that_is_no_object_is_the_one_field_of_a_message(string schema, string field)
    {
        var views = Views.Of($"  /a: {{ get: {{ operationId: a, responses: {{ '200': {{ description: ok, content: {{ application/json: {{ schema: {schema} }} }} }} }} }} }}");
        Assert.Equal(field, views.Fields("AResponse"));
        Assert.NotNull(views.Operation("A").View!.Wrapped);
    }

    [Fact]
    public void No_answer_is_Empty()
    {
        var views = Views.Of($"  /a: {{ post: {{ operationId: do-it!, {Ok} }} }}");
        Assert.Equal("google.protobuf.Empty", ((MessageType)views.Operation("DoIt").Output!).FullName);
        Assert.Null(views.Operation("DoIt").View!.Output);
    }

    [Fact]
    public void What_protobuf_has_no_form_for_is_free_JSON()
    {
        var views = Views.Of(Post("T"), """
                T:
                  type: object
                  required: [count, kind, gone]
                  properties:
                    either: { oneOf: [ { type: string }, { type: object, properties: { a: { type: string } } } ] }
                    any: {}
                    grid: { type: array, items: { type: array, items: { type: number } } }
                    lists: { type: object, additionalProperties: { type: array, items: { type: string } } }
                    holes: { type: array, items: { type: string, nullable: true } }
                    maps: { type: array, items: { type: object, additionalProperties: { type: string } } }
                    count: { type: integer, format: int32 }
                    gone: { type: integer, format: int32, nullable: true }
                    kind: { type: string, enum: [in-stock, 'sold out', In-Stock] }
                    self: { $ref: '#/components/schemas/T' }
                    raw: { type: string, format: binary }
                    data: { type: string, format: byte }
            """);
        Assert.Equal(
            ".google.protobuf.Value either = 1; .google.protobuf.Value any = 2; repeated .google.protobuf.ListValue grid = 3; repeated .svc.T.ListsEntry lists = 4; "
            + "repeated .google.protobuf.Value holes = 5; repeated .google.protobuf.Struct maps = 6; int32 count = 7; optional int32 gone = 8; .svc.TKind kind = 9; "
            + ".svc.T self = 10; optional string raw = 11; optional bytes data = 12",
            views.Fields("T"));
        var kind = Assert.Single(Assert.Single(views.Files).EnumType);
        Assert.Equal(["T_KIND_UNSPECIFIED 0", "T_KIND_IN_STOCK 1", "T_KIND_SOLD_OUT 2", "T_KIND_IN_STOCK_2 3"], kind.Value.Select(static v => $"{v.Name} {v.Number}"));
    }

    [Fact]
    public void Names_that_are_no_identifiers_or_meet_each_other_get_others_and_json_name_keeps_them()
    {
        var views = Views.Of(Post("Svc"), """
                Svc: { type: object, properties: { foo_bar: { type: string }, fooBar: { type: string }, '@type': { type: string }, '9': { type: string }, 'é': { type: string }, '[a]': { type: string } } }
            """);
        var message = Assert.Single(Assert.Single(views.Files).MessageType, static m => m.Name == "Svc2");
        Assert.Equal(["foo_bar", "foo_bar_2", "type", "x9", "x", "a"], message.Field.Select(static f => f.Name));
        Assert.Equal(["foo_bar", "fooBar", "@type", "9", "é", "a"], message.Field.Select(static f => f.JsonName));
    }

    [Fact]
    public void A_package_that_contracts_declare_things_in_is_left_to_them()
    {
        var path = $"  /a: {{ post: {{ operationId: a, {Ok} }} }}";
        Assert.Equal("svc_http.Svc.A", Views.Of(path, declared: "svc.v1.Real").Operation("A").FullName);
        Assert.Equal("svc.Svc.A", Views.Of(path, declared: "svcs.Real").Operation("A").FullName);
        Assert.Equal("my_svc_2.MySvc2.A", Views.Of(path, service: "my-svc 2").Operation("A").FullName);
    }

    [Theory]
    [InlineData("requestBody: { required: true, content: { image/png: {} } }, responses: { '204': { description: ok } }", "image/png")]
    [InlineData("responses: { '200': { description: ok, content: { text/csv: {} } } }", "text/csv")]
    public void What_is_not_JSON_is_left_out_and_named(string operation, string reason)
    {
        var content = OpenApi.Documents.Paths($"  /a: {{ post: {{ operationId: a, {operation} }} }}\n  /b: {{ post: {{ operationId: b, {Ok} }} }}");
        var diagnostics = new List<Diagnostic>();
        var views = RpcViews.Build([new("svc", content.Operations)], [], ProtocolGateway.Contracts.NameManifest.Empty, diagnostics);
        Assert.Equal("B", Assert.Single(views.Services[0].Operations).Name);
        Assert.Contains(reason, Assert.Single(diagnostics).Message, StringComparison.Ordinal);
    }

    private static string Post(string schema) =>
        $"  /a: {{ post: {{ operationId: a, requestBody: {{ content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/{schema}' }} }} }} }}, {Ok} }} }}";
}
