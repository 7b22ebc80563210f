using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Schema;
using Xunit;

namespace UnitTests.Edges.GraphQL.Schema;

/// <summary>Which operations are fields, of which root type, with which names and arguments.</summary>
public sealed class RootFieldTests
{
    [Theory]
    [InlineData("GetUser", "Query")]
    [InlineData("ListUsers", "Query")]
    [InlineData("SearchUsers", "Query")]
    [InlineData("FindUser", "Query")]
    [InlineData("LookupUser", "Query")]
    [InlineData("BatchGetUsers", "Query")]
    [InlineData("WatchUser", "Query")]
    [InlineData("Get", "Query")]
    [InlineData("get_user", "Query")]
    [InlineData("Getaway", "Mutation")]
    [InlineData("GetOrCreateUser", "Mutation")]
    [InlineData("GetAndDelete", "Mutation")]
    [InlineData("Listen", "Mutation")]
    [InlineData("CreateUser", "Mutation")]
    [InlineData("BatchCreate", "Mutation")]
    public void A_method_is_classified_by_its_name(string method, string root) =>
        Assert.Single(Schemas.Proto($"message M {{ string a = 1; }} service S {{ rpc {method}(M) returns (M); }}").Schema.Find(root)!.Fields, f => f.Operation is not null);

    [Fact]
    public void A_promise_of_the_contract_comes_before_the_name()
    {
        var built = Schemas.Proto("""
            message M { string a = 1; }
            service S {
              rpc Count(M) returns (M) { option idempotency_level = NO_SIDE_EFFECTS; }
              rpc Fetch(M) returns (M) { option (google.api.http) = { post: "/x" body: "*" additional_bindings { get: "/x" } }; }
              rpc Do(M) returns (M) { option (google.api.http) = { post: "/y" body: "*" }; }
            }
            """);
        Assert.Equal(["count(a: String): M", "fetch(a: String): M"], built.Lines("Query"));
        Assert.Equal(["do(input: MInput!): M"], built.Lines("Mutation"));
    }

    [Fact]
    public void Streams_are_subscriptions_and_lists_on_request_and_what_clients_cannot_send_is_left_out()
    {
        const string Text = """
            message M { string a = 1; }
            service S { rpc Watch(M) returns (stream M); rpc Up(stream M) returns (M); rpc Chat(stream M) returns (stream M); }
            """;
        var built = Schemas.Proto(Text);
        Assert.Equal(["watch(a: String): M"], built.Lines("Subscription"));
        Assert.Equal(["_noQueries: Boolean"], built.Lines("Query"));
        Assert.Equal(2, built.Diagnostics.Count(static d => d.Severity == Severity.Info && d.Message.Contains("cannot send a stream", StringComparison.Ordinal)));

        var lists = Schemas.Proto(Text, new GraphSchemaOptions { StreamLists = 20 });
        Assert.Equal(["watch(a: String): [M!]"], lists.Lines("Query"));
        Assert.Equal(20, lists.Schema.Query.FindField("watch")!.StreamLimit);
        Assert.Equal(["watch(a: String): M"], lists.Lines("Subscription"));

        var only = Schemas.Proto(Text, new GraphSchemaOptions { Operation = static _ => new GraphOperationOptions { Kind = GraphRoot.Query, StreamLimit = 7 } });
        Assert.Equal(7, only.Schema.Query.FindField("watch")!.StreamLimit);
        Assert.Null(only.Schema.Subscription);
    }

    [Fact]
    public void Configuration_overrides_kind_name_and_weight_and_hides()
    {
        var built = Schemas.Proto(
            "message M { string a = 1; } service S { rpc Count(M) returns (M); rpc Drop(M) returns (M); rpc Get(M) returns (M); }",
            new GraphSchemaOptions
            {
                Operation = static o => o.Name switch
                {
                    "Count" => new GraphOperationOptions { Kind = GraphRoot.Query, Name = "howMany", Weight = 9 },
                    "Drop" => new GraphOperationOptions { Hidden = true },
                    _ => null,
                },
            });
        Assert.Equal(["howMany(a: String): M", "get(a: String): M"], built.Lines("Query"));
        Assert.Equal(9, built.Schema.Query.FindField("howMany")!.Weight);
        Assert.Null(built.Schema.Mutation);
    }

    [Fact]
    public void Names_that_configuration_gives_wrongly_are_errors_and_the_rest_serves()
    {
        var built = Schemas.Proto(
            "message M { string a = 1; } service S { rpc GetA(M) returns (M); rpc GetB(M) returns (M); rpc GetC(M) returns (M); }",
            new GraphSchemaOptions { Operation = static o => new GraphOperationOptions { Name = o.Name == "GetA" ? "no way" : "x" } });
        Assert.Equal(["getA", "x", "getC"], built.Schema.Query.Fields.Select(static f => f.Name));
        Assert.Equal(2, built.Diagnostics.Count(static d => d.Severity == Severity.Error));
    }

    [Fact]
    public void A_prefix_keeps_services_apart()
    {
        const string Text = "message M { string a = 1; } service S { rpc GetUser(M) returns (M); }";
        Assert.Equal(["usersGetUser(a: String): M"], Schemas.Proto(Text, WithPrefix("users")).Lines("Query"));
        Assert.Equal(["users_getUser(a: String): M"], Schemas.Proto(Text, WithPrefix("users_")).Lines("Query"));

        static GraphSchemaOptions WithPrefix(string prefix) => new() { Service = _ => new GraphServiceOptions { Prefix = prefix } };
    }

    [Fact]
    public void Of_equal_names_each_has_its_service_before_it_whatever_the_order()
    {
        var a = ("a", Schemas.ProtoContent("message M { string a = 1; } service Shop { rpc GetUser(M) returns (M); }", "shop.v1"));
        var b = ("b", Schemas.ProtoContent("message M { int32 a = 1; } service Users { rpc GetUser(M) returns (M); }", "users.v1"));
        var c = ("c", Schemas.ProtoContent("message M { bool a = 1; } service Users { rpc GetUser(M) returns (M); }", "old.users.v2"));
        var built = Schemas.Of(null, null, a, b, c);
        Assert.Equal(
            ["shopGetUser(a: String): Shop_M", "usersV1UsersGetUser(a: Int): UsersV1_M", "oldUsersV2UsersGetUser(a: Boolean): UsersV2_M"],
            built.Lines("Query"));
        Assert.Equal(built.Sdl.Split('\n').Order(), Schemas.Of(null, null, c, b, a).Sdl.Split('\n').Order());
    }

    [Fact]
    public void An_empty_input_has_no_argument_and_an_empty_answer_is_a_boolean()
    {
        var built = Schemas.Proto("""
            message M { string a = 1; } message Nothing {}
            service S { rpc GetAll(google.protobuf.Empty) returns (M); rpc Drop(Nothing) returns (google.protobuf.Empty); rpc Ping(M) returns (Nothing); }
            """);
        Assert.Equal(["getAll: M"], built.Lines("Query"));
        Assert.Equal(["drop: Boolean", "ping(input: MInput!): Boolean"], built.Lines("Mutation"));
        Assert.All(built.Schema.Mutation!.Fields, static f => Assert.Equal(GraphSource.Operation, f.Source));
        Assert.True(Assert.Single(built.Schema.Mutation.FindField("ping")!.Arguments).Spreads);
    }

    [Fact]
    public void A_read_mask_is_filled_from_the_selection_and_an_update_mask_is_the_clients()
    {
        var built = Schemas.Proto("""
            message User { string id = 1; repeated User friends = 2; }
            message GetReq { string id = 1; google.protobuf.FieldMask read_mask = 2; }
            message ListReq { int32 page_size = 1; google.protobuf.FieldMask field_mask = 2; }
            message ListUsersResponse { repeated User users = 1; string next_page_token = 2; }
            message UpdateReq { User user = 1; google.protobuf.FieldMask update_mask = 2; google.protobuf.FieldMask read_mask = 3; }
            message PatchReq { User user = 1; google.protobuf.FieldMask field_mask = 2; }
            service S {
              rpc GetUser(GetReq) returns (User); rpc ListUsers(ListReq) returns (ListUsersResponse);
              rpc UpdateUser(UpdateReq) returns (User); rpc PatchUser(PatchReq) returns (User);
            }
            """);
        Assert.Equal(["getUser(id: String): User", "listUsers(pageSize: Int): ListUsersResponse"], built.Lines("Query"));
        Assert.Null(built.Schema.Query.FindField("getUser")!.ReadMask!.Element);
        Assert.Equal("users", built.Schema.Query.FindField("listUsers")!.ReadMask!.Element!.Name);
        Assert.Equal(["user: UserInput", "updateMask: String"], built.Lines("UpdateReqInput"));
        Assert.Equal("read_mask", built.Schema.Mutation!.FindField("updateUser")!.ReadMask!.Input.Name);
        Assert.Equal(["user: UserInput", "fieldMask: String"], built.Lines("PatchReqInput"));
        Assert.Null(built.Schema.Mutation.FindField("patchUser")!.ReadMask);
    }

    [Fact]
    public void Get_of_OpenApi_is_a_query_with_its_parameters_and_other_methods_take_the_body_as_input()
    {
        var built = Schemas.OpenApi("""
              /items/{id}:
                get:
                  operationId: items/get-one
                  parameters:
                    - { name: id, in: path, required: true, schema: { type: string } }
                    - { name: X-Trace, in: header, schema: { type: string, default: none } }
                    - { name: 'filter[name]', in: query, schema: { type: array, items: { type: string } } }
                    - { name: size, in: query, required: true, schema: { type: integer, format: int32, default: 5 } }
                  responses: { '200': { description: ok, content: { application/json: { schema: { type: string } } } } }
                put:
                  parameters:
                    - { name: id, in: path, required: true, schema: { type: string } }
                  requestBody: { required: true, content: { application/json: { schema: { type: object, required: [a], properties: { a: { type: string, default: x } } } } } }
                  responses: { '204': { description: ok } }
            """);
        Assert.Equal(["itemsGetOne(id: String!, X_Trace: String = \"none\", filter_name: [String!], size: Int! = 5): String"], built.Lines("Query"));
        Assert.Equal(["putItemsId(id: String!, input: PutItemsIdBodyInput!): Boolean"], built.Lines("Mutation"));
        Assert.Equal(["a: String!"], built.Lines("PutItemsIdBodyInput"));
        Assert.Equal("X-Trace", built.Schema.Query.Fields[0].Arguments[1].JsonName);
        Assert.Equal(FieldLocation.Body, built.Schema.Mutation!.Fields[0].Arguments[1].Contract!.Location);
    }
}
