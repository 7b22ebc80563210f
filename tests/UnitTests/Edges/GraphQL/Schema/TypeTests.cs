using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Schema;
using Xunit;

namespace UnitTests.Edges.GraphQL.Schema;

/// <summary>What the types of contracts become.</summary>
public sealed class TypeTests
{
    [Fact]
    public void Proto3_fields_without_presence_are_non_null_and_those_with_it_nullable()
    {
        const string Text = """
            enum E { A = 0; B = 1; }
            message M {
              int32 i = 1; uint32 u = 2; fixed32 f32 = 3; int64 l = 4; fixed64 f64 = 5; double d = 6; bool b = 7; bytes y = 8; E e = 9;
              optional int32 oi = 10; M m = 11; google.protobuf.Int64Value w = 12; google.protobuf.Timestamp t = 13; google.protobuf.Duration du = 14;
              google.protobuf.Struct st = 15; google.protobuf.Any any = 16; google.protobuf.FieldMask mask = 17; google.protobuf.Empty empty = 18;
              repeated M ms = 19; repeated google.protobuf.Value vs = 20; google.protobuf.NullValue nv = 21; repeated google.protobuf.Empty es = 22;
              map<string, int32> ints = 23; map<int64, M> byId = 24; map<string, google.protobuf.Value> values = 25;
              oneof choice { string cs = 26; M cm = 27; google.protobuf.Empty ce = 28; }
            }
            service S { rpc Get(google.protobuf.Empty) returns (M); }
            """;
        var built = Schemas.Proto(Text);
        Assert.Equal(
            [
                "i: Int!", "u: UInt32!", "f32: UInt32!", "l: Int64!", "f64: UInt64!", "d: Float!", "b: Boolean!", "y: Bytes!", "e: E!",
                "oi: Int", "m: M", "w: Int64", "t: DateTime", "du: Duration",
                "st: JSON", "any: JSON", "mask: String", "empty: Boolean",
                "ms: [M!]!", "vs: [JSON]!", "nv: JSON", "es: [JSON!]!",
                "ints: [StringToIntEntry!]!", "byId: [Int64ToMEntry!]!", "values: [StringToNullableJSONEntry!]!",
                "cs: String", "cm: M", "ce: Boolean",
            ],
            built.Lines("M"));
        Assert.Equal(["key: Int64!", "value: M!"], built.Lines("Int64ToMEntry"));
        Assert.Equal(["key: String!", "value: JSON"], built.Lines("StringToNullableJSONEntry"));
        Assert.True(built.Schema.Find("StringToIntEntry")!.IsMapEntry);
        var type = built.Schema.Find("M")!;
        Assert.Equal((GraphSource.Presence, GraphSource.Presence), (type.FindField("empty")!.Source, type.FindField("ce")!.Source));

        Assert.All(Schemas.Proto(Text, new GraphSchemaOptions { AllNullable = true }).Lines("M"), static l => Assert.DoesNotContain('!', l));
        Assert.Contains("ints: JSON!", Schemas.Proto(Text, new GraphSchemaOptions { MapsAsJson = true }).Lines("M"));
        Assert.Contains("d: Double!", Schemas.Proto(Text, new GraphSchemaOptions { NonFiniteFloats = true }).Lines("M"));
    }

    [Fact]
    public void A_oneof_is_a_union_too_on_request_and_one_input_of_which_exactly_one_is_given()
    {
        const string Text = """
            message M { string id = 1; oneof pay_by { string card = 2; M other = 3; google.protobuf.Empty cash = 4; } }
            service S { rpc Pay(M) returns (M); rpc GetPay(M) returns (M); }
            """;
        var built = Schemas.Proto(Text, new GraphSchemaOptions { OneofUnions = true });
        Assert.Equal(["id: String!", "card: String", "other: M", "cash: Boolean", "payBy: MPayBy"], built.Lines("M"));
        Assert.Equal(["union MPayBy = MPayByCard | MPayByOther | MPayByCash"], built.Lines("MPayBy"));
        Assert.Equal(["card: String!"], built.Lines("MPayByCard"));
        Assert.Equal(["cash: Boolean"], built.Lines("MPayByCash"));
        Assert.Equal(["card"], built.Schema.Find("MPayBy")!.Members[0].Required);
        Assert.Equal(GraphSource.Self, built.Schema.Find("M")!.FindField("payBy")!.Source);
        Assert.Equal(["id: String", "payBy: MPayByInput"], built.Lines("MInput"));
        Assert.Contains("input MPayByInput @oneOf {\n  card: String\n  other: MInput\n  cash: Boolean\n}", built.Sdl, StringComparison.Ordinal);
        Assert.Equal(["getPay(id: String, payBy: MPayByInput): M"], built.Lines("Query"));
        Assert.True(built.Schema.Query.Fields[0].Arguments[1].Spreads);
    }

    [Fact]
    public void Enum_values_keep_their_names_and_lose_a_shared_prefix_on_request()
    {
        const string Text = """
            enum Role { option allow_alias = true; ROLE_NONE = 0; ROLE_ADMIN = 1; ROLE_ROOT = 1 [deprecated = true]; }
            enum Odd { ODD_1 = 0; ODD_2 = 1; } enum Odder { true = 0; X_null = 1; }
            message M { Role r = 1; Odd o = 2; Odder d = 3; } service S { rpc Get(M) returns (M); }
            """;
        var kept = Schemas.Proto(Text);
        Assert.Equal(["ROLE_NONE", "ROLE_ADMIN", "ROLE_ROOT @deprecated(reason: \"No longer supported\")"], kept.Lines("Role"));
        Assert.Equal(["_true", "X_null"], kept.Lines("Odder"));
        var stripped = Schemas.Proto(Text, new GraphSchemaOptions { StripEnumPrefixes = true });
        Assert.Equal(["NONE", "ADMIN", "ROOT"], stripped.Schema.Find("Role")!.Values.Select(static v => v.Name));
        Assert.Equal(["ROLE_NONE", "ROLE_ADMIN", "ROLE_ROOT"], stripped.Schema.Find("Role")!.Values.Select(static v => v.JsonName));
        Assert.Equal(["ODD_1", "ODD_2"], stripped.Lines("Odd"));
    }

    [Fact]
    public void Enums_of_OpenApi_with_any_text_have_names_that_lead_back()
    {
        var built = Schemas.OpenApi(Answer("{ type: string, enum: ['+1', '-1', a-b, a_b, '', 'null', 1st, __x, ok] }"));
        var values = Assert.Single(built.Schema.Types, static t => t.Kind == GraphKind.Enum).Values;
        Assert.Equal(["plus_1", "minus_1", "a_b_2", "a_b", "EMPTY", "_null", "_1st", "_x", "ok"], values.Select(static v => v.Name));
        Assert.Equal(["+1", "-1", "a-b", "a_b", "", "null", "1st", "__x", "ok"], values.Select(static v => v.JsonName));
    }

    [Fact]
    public void Required_properties_of_OpenApi_are_non_null_unless_they_may_be_null()
    {
        var built = Schemas.OpenApi(Answer("""
            { type: object, required: [a, n, l, '@type'], properties: {
              a: { type: string }, n: { type: string, nullable: true }, o: { type: string, format: date-time }, l: { type: array, items: { type: string, nullable: true } },
              i: { type: integer }, i32: { type: integer, format: int32 }, small: { type: integer, minimum: 0, maximum: 100 }, b: { type: string, format: byte }, u: { type: string, format: uuid },
              '@type': { type: string }, type: { type: string }, _type: { type: string }, any: {}, m: { type: object, additionalProperties: { type: integer, format: int32 } }, ll: { type: array, items: { type: array, items: { type: number } } } } }
            """));
        Assert.Equal(
            [
                "a: String!", "n: String", "o: DateTime", "l: [String]!", "i: Int64", "i32: Int", "small: Int", "b: Bytes", "u: String",
                "_type_2: String!", "type: String", "_type: String", "any: JSON", "m: [StringToIntEntry!]", "ll: [[Float!]!]",
            ],
            built.Lines("GetXResponse"));
        Assert.Equal("@type", built.Schema.Find("GetXResponse")!.FindField("_type_2")!.JsonName);
    }

    [Fact]
    public void The_same_message_both_ways_has_an_input_type_and_one_called_so_does_not_clash()
    {
        var built = Schemas.Proto("""
            message Foo { string a = 1; } message FooInput { int32 b = 1; FooInput self = 2; } message Query { string c = 1; }
            service S { rpc Set(Foo) returns (Foo); rpc Put(FooInput) returns (FooInput); rpc Ask(Query) returns (Query); }
            """);
        Assert.Equal(["a: String!"], built.Lines("Foo"));
        Assert.Equal(["b: Int!", "self: FooInput"], built.Lines("FooInput"));
        Assert.Equal(["set(input: Foo_Input!): Foo", "put(input: FooInputInput!): FooInput", "ask(input: QueryInput!): Users_Query"], built.Lines("Mutation"));
        Assert.Equal(["b: Int", "self: FooInputInput"], built.Lines("FooInputInput"));
    }

    [Fact]
    public void Fields_that_callers_must_give_are_non_null_unless_a_part_of_their_message_can_be_sent()
    {
        var built = Schemas.Proto("""
            message User { string name = 1 [(google.api.field_behavior) = REQUIRED]; string note = 2 [(google.api.field_behavior) = OPTIONAL]; }
            message Tag { string text = 1 [(google.api.field_behavior) = IMMUTABLE, (google.api.field_behavior) = REQUIRED]; }
            message UpdateReq { User user = 1 [(google.api.field_behavior) = REQUIRED]; google.protobuf.FieldMask update_mask = 2; }
            message TagReq { Tag tag = 1 [(google.api.field_behavior) = REQUIRED]; repeated Tag more = 2; }
            message GetReq { string id = 1 [(google.api.field_behavior) = REQUIRED]; }
            service S { rpc Update(UpdateReq) returns (User); rpc Create(User) returns (User); rpc AddTag(TagReq) returns (Tag); rpc GetUser(GetReq) returns (User); }
            """);
        Assert.Equal(["user: UserInput!", "updateMask: String"], built.Lines("UpdateReqInput"));
        Assert.Equal(["name: String", "note: String"], built.Lines("UserInput"));
        Assert.Equal(["tag: TagInput!", "more: [TagInput!]"], built.Lines("TagReqInput"));
        Assert.Equal(["text: String!"], built.Lines("TagInput"));
        Assert.Equal(["getUser(id: String!): User"], built.Lines("Query"));
        Assert.Equal(["text: String!"], built.Lines("Tag"));
    }

    [Fact]
    public void Copies_of_one_file_are_one_type_and_two_versions_of_it_stay_apart()
    {
        const string Money = "message Money { string code = 1; } message Price { Money money = 1; }";
        var a = ("a", Schemas.ProtoContent(Money + "service A { rpc GetA(Price) returns (Price); }"));
        var b = ("b", Schemas.ProtoContent(Money + "service B { rpc GetB(Price) returns (Price); }"));
        var c = ("c", Schemas.ProtoContent(Money.Replace("= 1", "= 2", StringComparison.Ordinal) + "service C { rpc GetC(Price) returns (Price); }"));
        var same = Schemas.Of(null, null, a, b);
        Assert.Equal(["getA(money: MoneyInput): Price", "getB(money: MoneyInput): Price"], same.Lines("Query"));
        var mixed = Schemas.Of(null, null, a, c);
        Assert.Equal(2, mixed.Schema.Query.Fields.Select(static f => f.Type.Named).Distinct().Count());
        Assert.All(mixed.Schema.Query.Fields, static f => Assert.Same(f.Operation!.Output, f.Type.Named!.Source));
    }

    [Fact]
    public void An_input_that_requires_itself_can_be_left_out_somewhere()
    {
        var built = Schemas.OpenApi(
            "  /x:\n    post:\n      requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/A' } } } }\n      responses: { '204': { description: ok } }",
            "components: { schemas: { A: { type: object, required: [b], properties: { b: { $ref: '#/components/schemas/B' } } }, B: { type: object, required: [a], properties: { a: { $ref: '#/components/schemas/A' } } } } }");
        Assert.Equal(["b: BInput!"], built.Lines("AInput"));
        Assert.Equal(["a: AInput"], built.Lines("BInput"));
    }

    [Fact]
    public void What_is_hidden_goes_with_all_that_only_leads_to_it()
    {
        var built = Schemas.Proto(
            """
            message Secret { string key = 1; } message Box { Secret secret = 1; repeated Secret more = 2; } message User { string id = 1; string email = 2; Box box = 3; oneof o { Secret s = 4; string t = 5; } }
            service S { rpc GetUser(User) returns (User); rpc GetBox(User) returns (Box); rpc SetBox(Box) returns (User); }
            service Admin { rpc GetAll(User) returns (User); }
            """,
            new GraphSchemaOptions { Service = static _ => new GraphServiceOptions { Hidden = ["users.v1.Secret", "users.v1.User.email", "users.v1.Admin", "users.v1.Nope"] } });
        Assert.Equal(["id: String!", "t: String"], built.Lines("User"));
        Assert.Equal(["getUser(id: String, o: UserOInput): User"], built.Lines("Query"));
        Assert.Equal(["setBox: User"], built.Lines("Mutation"));
        Assert.False(built.Has("Box") || built.Has("Secret"));
        Assert.Contains(built.Diagnostics, static d => d.Severity == Severity.Warning && d.Message.Contains("users.v1.Nope", StringComparison.Ordinal));
    }

    [Fact]
    public void Documentation_and_deprecation_are_carried()
    {
        var built = Schemas.Proto(""""
            // A "user".
            // With """quotes""" and \ back.
            message User {
              option deprecated = true;
              // The id.
              string id = 1 [deprecated = true];
            }
            service S {
              // Gets it.
              rpc Get(User) returns (User) { option deprecated = true; }
            }
            """");
        Assert.Contains("type Query {\n  \"Gets it.\"\n  get(\n    \"The id.\"\n    id: String @deprecated(reason: \"No longer supported\")\n  ): User @deprecated", built.Sdl, StringComparison.Ordinal);
        Assert.Contains("\"\"\"\nA \"user\".\nWith \\\"\"\"quotes\\\"\"\" and \\ back.\n\nDeprecated.\n\"\"\"\ntype User", built.Sdl, StringComparison.Ordinal);
    }

    internal static string Answer(string schema) =>
        "  /x:\n    get:\n      operationId: getX\n      responses:\n        '200':\n          description: ok\n          content:\n            application/json:\n              schema: " + schema.ReplaceLineEndings(" ");
}
