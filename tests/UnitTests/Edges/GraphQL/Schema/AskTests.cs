using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Schema;
using ProtocolGateway.Edges.GraphQL.Schema.Joins;
using UnitTests.Contracts.OpenApi;
using Xunit;

namespace UnitTests.Edges.GraphQL.Schema;

/// <summary>What users of other gateways ask for and do not get, as far as the schema gives it. Each test is named after the ask.</summary>
public sealed class AskTests
{
    [Fact]
    public void Batching_over_REST_and_gRPC_without_code()
    {
        var diagnostics = new List<Diagnostic>();
        var joins = ExtensionReader.Parse("""extend type Post { item(skus: String @require(field: "sku") @is(field: "sku")): Item @lookup(operation: "svc.listItems") }""", "j", diagnostics);
        var stock = Documents.Paths(
            "  /items:\n    get:\n      operationId: listItems\n      parameters: [ { name: skus, in: query, schema: { type: array, items: { type: string } } } ]\n      responses: { '200': { description: ok, content: { application/json: { schema: { type: array, items: { $ref: '#/components/schemas/Item' } } } } } }",
            "components: { schemas: { Item: { type: object, properties: { sku: { type: string } } } } }");
        var posts = Schemas.ProtoContent("message Post { string sku = 1; } message Posts { repeated Post posts = 1; } service S { rpc ListPosts(Post) returns (Posts); }");
        var built = Schemas.Of(new GraphSchemaOptions { Joins = joins }, null, ("svc", stock), ("posts", posts));
        Assert.DoesNotContain(built.Diagnostics.Concat(diagnostics), static d => d.Severity > Severity.Info);
        Assert.True(built.Schema.Find("Post")!.FindField("item")!.Join!.IsBatch);
    }

    [Fact]
    public void Faithful_oneOf_anyOf_discriminator_and_nullable()
    {
        var built = Schemas.OpenApi(TypeTests.Answer("""
            { type: object, required: [maybe], properties: {
              told: { oneOf: [ { type: object, required: [k], properties: { k: { type: string, enum: [a] } } }, { type: object, required: [k], properties: { k: { type: string, enum: [b] } } } ] },
              open: { anyOf: [ { type: string }, { type: string, enum: [x] } ] }, mixed: { oneOf: [ { type: string }, { type: boolean } ] },
              all: { allOf: [ { type: object, properties: { p: { type: string } } }, { type: object, properties: { q: { type: string } } } ] },
              maybe: { type: string, nullable: true } } }
            """));
        Assert.Equal(["told: GetXResponse_Told", "open: String", "mixed: JSON", "all: GetXResponse_All", "maybe: String"], built.Lines("GetXResponse"));
        Assert.Equal(["p: String", "q: String"], built.Lines("GetXResponse_All"));
        Assert.Equal("k", built.Schema.Find("GetXResponse_Told")!.Discriminator);
    }

    [Fact]
    public void Presence_and_nullability_for_proto() => Assert.Equal(
        ["a: String!", "b: String", "c: Boolean", "d: M"],
        Schemas.Proto("message M { string a = 1; optional string b = 2; google.protobuf.BoolValue c = 3; M d = 4; } service S { rpc Get(M) returns (M); }").Lines("M"));

    [Fact]
    public void Typed_maps_and_additionalProperties()
    {
        Assert.Equal(["users: [StringToUEntry!]!"], Schemas.Proto("message U { string id = 1; } message M { map<string, U> users = 1; } service S { rpc Get(M) returns (M); }").Lines("M"));
        Assert.Equal(
            ["[StringToIntListEntry!]"],
            [Schemas.OpenApi(TypeTests.Answer("{ type: object, additionalProperties: { type: array, items: { type: integer, format: int32 } } }")).Schema.Query.Fields[0].Type.ToString()]);
    }

    [Fact]
    public void Query_Mutation_Subscription_are_classified_and_the_wrong_guess_is_mended_in_configuration()
    {
        const string Text = "message M { string a = 1; } service S { rpc CountUsers(M) returns (M); rpc ListenTo(M) returns (stream M); rpc GetOut(M) returns (M); }";
        var built = Schemas.Proto(Text, new GraphSchemaOptions
        {
            Operation = static o => o.Name switch { "CountUsers" => new() { Kind = GraphRoot.Query }, "GetOut" => new() { Kind = GraphRoot.Mutation }, _ => null },
        });
        Assert.Equal(["countUsers(a: String): M"], built.Lines("Query"));
        Assert.Equal(["getOut(input: MInput!): M"], built.Lines("Mutation"));
        Assert.Equal(["listenTo(a: String): M"], built.Lines("Subscription"));
    }

    [Fact]
    public void Names_stay_when_a_contract_with_the_same_names_is_added()
    {
        const string Text = "message User { string id = 1; } service Users { rpc GetUser(User) returns (User); }";
        var one = ("one", Schemas.ProtoContent(Text, "one.v1"));
        var two = ("two", Schemas.ProtoContent(Text, "two.v1"));
        var before = Schemas.Of(null, null, one);
        var after = Schemas.Of(null, before.Schema.Names, two, one);
        Assert.Equal(["usersGetUser(id: String): Two_User", "getUser(id: String): User"], after.Lines("Query"));
    }

    [Fact]
    public void Int64_dates_enums_and_custom_scalars_lose_nothing() => Assert.Equal(
        ["a: Int64!", "b: UInt64!", "c: UInt32!", "d: DateTime", "e: Duration", "f: E!"],
        Schemas.Proto("""
            enum E { A = 0; }
            message M { sfixed64 a = 1; uint64 b = 2; fixed32 c = 3; google.protobuf.Timestamp d = 4; google.protobuf.Duration e = 5; E f = 6; }
            service S { rpc Get(M) returns (M); }
            """).Lines("M"));

    [Fact]
    public void Errors_of_a_service_are_errors_and_no_members_of_a_union()
    {
        var built = Schemas.OpenApi(
            "  /x:\n    get:\n      operationId: getX\n      responses:\n        '200': { description: ok, content: { application/json: { schema: { type: object, properties: { a: { type: string } } } } } }\n"
            + "        '404': { description: no, content: { application/problem+json: { schema: { $ref: '#/components/schemas/Problem' } } } }\n        default: { description: no, content: { application/json: { schema: { $ref: '#/components/schemas/Problem' } } } }\n",
            "components: { schemas: { Problem: { type: object, properties: { detail: { type: string } } } } }");
        Assert.Equal(["getX: GetXResponse"], built.Lines("Query"));
        Assert.Equal(["a: String"], built.Lines("GetXResponse"));
        Assert.False(built.Has("Problem"));
    }

    [Fact]
    public void Headers_and_cookies_that_a_contract_names_are_arguments()
    {
        var built = Schemas.OpenApi("""
              /x:
                get:
                  operationId: getX
                  parameters: [ { name: X-Tenant, in: header, required: true, schema: { type: string } }, { name: session-id, in: cookie, schema: { type: string } } ]
                  responses: { '200': { description: ok, content: { application/json: { schema: { type: string } } } } }
            """);
        Assert.Equal(["getX(X_Tenant: String!, session_id: String): String"], built.Lines("Query"));
        Assert.Equal([FieldLocation.Header, FieldLocation.Cookie], built.Schema.Query.Fields[0].Arguments.Select(static a => a.Contract!.Location));
        Assert.Equal(["X-Tenant", "session-id"], built.Schema.Query.Fields[0].Arguments.Select(static a => a.JsonName));
    }

    [Fact]
    public void What_is_wrong_with_one_service_leaves_the_others_their_schema()
    {
        var diagnostics = new List<Diagnostic>();
        var joins = ExtensionReader.Parse("""extend type Gone { a(id: String @require(field: "id")): M @lookup(operation: "gone.S.Get") }""", "j", diagnostics);
        var good = Schemas.ProtoContent("message M { string a = 1; } service S { rpc Get(M) returns (M); }", "good.v1");
        var odd = Documents.Paths(
            "  /x:\n    get:\n      operationId: getOdd\n      responses: { '200': { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/Loop' } } } } }",
            "components: { schemas: { Loop: { oneOf: [ { type: array, items: { $ref: '#/components/schemas/Loop' } } ] } } }");
        var options = new GraphSchemaOptions { Joins = joins, Operation = static o => o.Name == "Get" ? new() { Name = "no way" } : null };
        var built = Schemas.Of(options, null, ("odd", odd), ("good", good));
        Assert.Equal(2, built.Diagnostics.Count(static d => d.Severity == Severity.Error));
        Assert.Contains("get(a: String): M", built.Lines("Query"));
    }

    [Fact]
    public void A_service_that_fails_nulls_its_own_field_and_no_other()
    {
        var joins = ExtensionReader.Parse("""extend type M { other(a: String @require(field: "a")): M @lookup(operation: "users.v1.S.GetM") }""", "j", []);
        var built = Schemas.Proto("message M { string a = 1; } service S { rpc GetM(M) returns (M); rpc SetM(M) returns (M); rpc WatchM(M) returns (stream M); }", new GraphSchemaOptions { Joins = joins, StreamLists = 3 });
        GraphType[] roots = [built.Schema.Query, built.Schema.Mutation!, built.Schema.Subscription!];
        Assert.All(roots.SelectMany(static r => r.Fields), static f => Assert.False(f.Type.NonNull));
        Assert.False(built.Schema.Find("M")!.FindField("other")!.Type.NonNull);
    }

    [Fact]
    public void What_a_call_costs_is_known_for_joins_too()
    {
        var joins = ExtensionReader.Parse("""extend type M { other(a: String @require(field: "a")): M @lookup(operation: "users.v1.S.GetM") }""", "j", []);
        var built = Schemas.Proto(
            "message M { string a = 1; } service S { rpc GetM(M) returns (M); }",
            new GraphSchemaOptions { Joins = joins, Operation = static _ => new() { Weight = 7 } });
        Assert.Equal(7, built.Schema.Query.FindField("getM")!.Weight);
        Assert.Equal(7, built.Schema.Find("M")!.FindField("other")!.Weight);
    }

    [Fact]
    public void A_read_mask_is_dropped_for_a_copy_of_its_message_too()
    {
        const string Text = "message User { string id = 1; } message Req { google.protobuf.FieldMask read_mask = 1; string id = 2; }";
        var one = ("one", Schemas.ProtoContent(Text + "service A { rpc GetA(Req) returns (User); }"));
        var two = ("two", Schemas.ProtoContent(Text + "service B { rpc GetB(Req) returns (User); }"));
        Assert.Equal(["getA(id: String): User", "getB(id: String): User"], Schemas.Of(null, null, one, two).Lines("Query"));
    }
}
