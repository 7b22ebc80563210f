using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Schema;
using ProtocolGateway.Edges.GraphQL.Schema.Joins;
using UnitTests.Contracts.OpenApi;
using Xunit;

namespace UnitTests.Edges.GraphQL.Schema;

/// <summary>Fields that extension files add.</summary>
public sealed class JoinTests
{
    private const string Blog = """
        message Post { int64 id = 1; int32 user_id = 2; string title = 3; Nested nested = 4; google.protobuf.Int32Value editor = 5; double score = 6; Kind kind = 7; }
        message Nested { string code = 1; }
        enum Kind { KIND_NONE = 0; KIND_NEWS = 1; }
        message PostRequest { int64 id = 1; } message PostList { repeated Post posts = 1; }
        service Blog { rpc GetPost(PostRequest) returns (Post); rpc ListPosts(PostRequest) returns (PostList); }
        """;

    private const string Users = """
        message User { int64 id = 1; string code = 2; string name = 3; Kind kind = 4; } enum Kind { KIND_NONE = 0; }
        message GetUserRequest { int64 id = 1; string code = 2; int32 depth = 3; google.protobuf.FieldMask read_mask = 4; Kind kind = 5; }
        message BatchRequest { repeated int64 ids = 1; repeated GetUserRequest users = 2; string tenant = 3; }
        message BatchGetUsersResponse { repeated User users = 1; } message Wrapped { User user = 1; }
        message Key { int64 id = 1; string tenant = 2 [(google.api.field_behavior) = REQUIRED]; }
        message Choice { oneof which { int64 first = 1; int64 second = 2; } Key key = 3; } message Keys { repeated Key keys = 1; }
        service Users {
          rpc GetUser(GetUserRequest) returns (User); rpc FindUser(GetUserRequest) returns (Wrapped); rpc BatchGetUsers(BatchRequest) returns (BatchGetUsersResponse);
          rpc SetUser(GetUserRequest) returns (User); rpc WatchUser(GetUserRequest) returns (stream User);
          rpc LookupUser(Choice) returns (User); rpc LookupUsers(Keys) returns (BatchGetUsersResponse);
        }
        """;

    private static readonly ContractContent _blog = Schemas.ProtoContent(Blog, "blog.v1");
    private static readonly ContractContent _users = Schemas.ProtoContent(Users);
    private static readonly ContractContent _stock = Documents.Paths("""
          /items/{sku}:
            get:
              operationId: getItem
              parameters: [ { name: sku, in: path, required: true, schema: { type: string } }, { name: size, in: query, schema: { type: integer, format: int32 } } ]
              responses: { '200': { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/Item' } } } } }
          /items:
            get:
              operationId: listItems
              parameters: [ { name: skus, in: query, required: true, schema: { type: array, items: { type: string } } } ]
              responses: { '200': { description: ok, content: { application/json: { schema: { type: array, items: { $ref: '#/components/schemas/Item' } } } } } }
            post:
              operationId: queryItems
              requestBody: { content: { application/json: { schema: { type: object, properties: { skus: { type: array, items: { type: string } } } } } } }
              responses: { '200': { description: ok, content: { application/json: { schema: { type: object, properties: { items: { type: array, items: { $ref: '#/components/schemas/Item' } } } } } } } }
        """, "components: { schemas: { Item: { type: object, required: [sku], properties: { sku: { type: string }, stock: { type: integer, format: int32 } } } } }");

    [Fact]
    public void A_plain_join_calls_with_a_value_of_the_parent_and_leaves_the_other_arguments_to_clients()
    {
        var built = Build("""
            extend type Post {
              "Who wrote it."
              author(id: Int @require(field: "userId"), depth: Int): User @lookup(operation: "users.v1.Users.GetUser")
              found(code: String @require(field: "nested.code")): User! @lookup(operation: "users.v1.Users.FindUser", result: "user") @deprecated(reason: "old")
              editorName(id: Int64! @require(field: "editor")): String @lookup(operation: "users.v1.Users.GetUser", result: "name")
              stock(sku: ID @require(field: "title"), size: Int): Int @lookup(operation: "svc.getItem", result: "stock")
            }
            """);
        Assert.DoesNotContain(built.Diagnostics, static d => d.Severity == Severity.Error);
        Assert.Equal(
            ["author(depth: Int): User", "found: User! @deprecated(reason: \"old\")", "editorName: String", "stock(size: Int): Int"],
            built.Lines("Post").Skip(7));
        var author = Join(built, "author");
        Assert.Equal(("users.v1.Users.GetUser", false, "3:3"), (author.Operation.FullName, author.IsBatch, author.Place.Location));
        var argument = Assert.Single(author.Arguments);
        Assert.Equal("id from userId", $"{string.Join('.', argument.JsonPath)} from {string.Join('.', argument.Parent)}");
        Assert.Same(author.Operation.Input.FindField("id"), argument.Input);
        Assert.Equal("read_mask", built.Schema.Find("Post")!.FindField("author")!.ReadMask!.Input.Name);
        Assert.Equal("Who wrote it.", built.Schema.Find("Post")!.FindField("author")!.Description);
        Assert.Equal(["user"], Join(built, "found").ResultPath);
        Assert.Equal(["nested", "code"], Assert.Single(Join(built, "found").Arguments).Parent);
    }

    [Fact]
    public void A_batch_compares_keys_of_the_parent_with_those_of_the_entities()
    {
        var built = Build("""
            extend type Post {
              author(ids: Int @require(field: "userId") @is(field: "id"), tenant: String): User @lookup(operation: "users.v1.Users.BatchGetUsers", result: "users", batch: 7)
              all(ids: Int64 @require(field: "userId") @is(field: "id")): [User!]! @lookup(operation: "users.v1.Users.BatchGetUsers", result: "users")
              pair(a: Int @require(field: "userId", input: "users.id") @is(field: "id"), b: String @require(field: "title", input: "users.code") @is(field: "code")): User
                @lookup(operation: "users.v1.Users.BatchGetUsers", result: "users")
              item(skus: String @require(field: "title") @is(field: "sku")): Item @lookup(operation: "svc.listItems")
              posted(skus: String @require(field: "title", input: "input.skus") @is(field: "sku")): Item @lookup(operation: "svc.queryItems", result: "items")
            }
            """, new GraphOperationOptions { Kind = GraphRoot.Query });
        Assert.DoesNotContain(built.Diagnostics, static d => d.Severity >= Severity.Warning);
        var author = Join(built, "author");
        Assert.Equal((true, false, 7), (author.IsBatch, author.ManyPerKey, author.MaxBatch));
        Assert.Equal(["id"], author.Arguments[0].Key);
        Assert.Equal(["users"], author.ResultPath);
        Assert.True(Join(built, "all").ManyPerKey);
        var pair = Join(built, "pair");
        Assert.Equal(["users/id/id", "users/code/code"], pair.Arguments.Select(static a => $"{string.Join('.', a.JsonPath)}/{a.ElementProperty}/{a.Key![0]}"));
        Assert.Empty(Join(built, "item").ResultPath);
        Assert.Equal(["body", "skus"], Join(built, "posted").Arguments[0].JsonPath);
        Assert.Equal("author(tenant: String): User", built.Lines("Post")[7]);
    }

    [Fact]
    public void A_hidden_operation_can_be_joined_and_its_types_belong_to_the_schema()
    {
        var built = Build(
            """extend type Post { author(id: Int @require(field: "userId")): User @lookup(operation: "users.v1.Users.GetUser") }""",
            new GraphOperationOptions { Hidden = true });
        Assert.Equal(["getPost", "listPosts", "getItem", "listItems"], built.Schema.Query.Fields.Select(static f => f.Name));
        Assert.True(built.Has("User"));
        Assert.NotNull(Join(built, "author"));
    }

    [Theory]
    [InlineData("extend type Nope { a(id: Int @require(field: \"userId\")): User @lookup(operation: \"users.v1.Users.GetUser\") }", "1:20", "no type Nope")]
    [InlineData("extend type Query { a(id: Int @require(field: \"userId\")): User @lookup(operation: \"users.v1.Users.GetUser\") }", "1:21", "Query")]
    [InlineData("extend type Post { title(id: Int @require(field: \"userId\")): User @lookup(operation: \"users.v1.Users.GetUser\") }", "1:20", "already")]
    [InlineData("extend type Post {\n\n  a(id: Int @require(field: \"nope\")): User @lookup(operation: \"users.v1.Users.GetUser\") }", "3:3", "has no field 'nope'")]
    [InlineData("extend type Post { a(id: Int @require(field: \"title.x\")): User @lookup(operation: \"users.v1.Users.GetUser\") }", "1:20", "has no fields")]
    [InlineData("extend type Post { a(id: Int @require(field: \"userId\")): User @lookup(operation: \"users.v1.Users.Nope\") }", "1:20", "no contract has an operation")]
    [InlineData("extend type Post { a(nope: Int @require(field: \"userId\")): User @lookup(operation: \"users.v1.Users.GetUser\") }", "1:20", "has no field 'nope'")]
    [InlineData("extend type Post { a(nope: Int): User @lookup(operation: \"users.v1.Users.GetUser\") }", "1:20", "no such argument")]
    [InlineData("extend type Post { a(depth: String): User @lookup(operation: \"users.v1.Users.GetUser\") }", "1:20", "takes Int")]
    [InlineData("extend type Post { a(id: Int @require(field: \"title\")): User @lookup(operation: \"users.v1.Users.GetUser\") }", "1:20", "String, which cannot be given as Int64")]
    [InlineData("extend type Post { a(id: Int @require(field: \"score\")): User @lookup(operation: \"users.v1.Users.GetUser\") }", "1:20", "cannot be given")]
    [InlineData("extend type Post { a(kind: Kind @require(field: \"kind\")): User @lookup(operation: \"users.v1.Users.GetUser\") }", "1:20", "cannot be given")]
    [InlineData("extend type Post { a(id: String @require(field: \"userId\")): User @lookup(operation: \"users.v1.Users.GetUser\") }", "1:20", "its type is String, but the operation takes Int64")]
    [InlineData("extend type Post { a(id: Int @require(field: \"userId\")): Post @lookup(operation: \"users.v1.Users.GetUser\") }", "1:20", "gives User")]
    [InlineData("extend type Post { a(id: Int @require(field: \"userId\")): [User] @lookup(operation: \"users.v1.Users.GetUser\") }", "1:20", "gives User")]
    [InlineData("extend type Post { a(id: Int @require(field: \"userId\")): User @lookup(operation: \"users.v1.Users.SetUser\") }", "1:20", "mutation")]
    [InlineData("extend type Post { a(id: Int @require(field: \"userId\")): User @lookup(operation: \"users.v1.Users.WatchUser\") }", "1:20", "stream")]
    [InlineData("extend type Post { a(id: Int @require(field: \"userId\")): User @lookup(operation: \"users.v1.Users.GetUser\", result: \"user\") }", "1:20", "result")]
    [InlineData("extend type Post { a(id: Int @require(field: \"userId\") @is(field: \"id\")): User @lookup(operation: \"users.v1.Users.GetUser\") }", "1:20", "needs a list")]
    [InlineData("extend type Post { a(tenant: String @require(field: \"title\") @is(field: \"code\")): User @lookup(operation: \"users.v1.Users.BatchGetUsers\", result: \"users\") }", "1:20", "takes one value")]
    [InlineData("extend type Post { a(ids: Int @require(field: \"userId\") @is(field: \"name\")): User @lookup(operation: \"users.v1.Users.BatchGetUsers\", result: \"users\") }", "1:20", "cannot be compared")]
    [InlineData("extend type Post { a(id: Int @require(field: \"userId\")): User @lookup(operation: \"users.v1.Users.GetUser\", batch: 5) }", "1:20", "no argument has @is")]
    [InlineData("extend type Post { a(size: Int @require(field: \"userId\")): Item @lookup(operation: \"svc.getItem\") }", "1:20", "requires sku")]
    [InlineData("extend type Post { a(id: Int @require(field: \"b.id\")): User @lookup(operation: \"users.v1.Users.GetUser\") b(id: Int @require(field: \"userId\")): User @lookup(operation: \"users.v1.Users.GetUser\") }", "1:20", "joins themselves")]
    [InlineData("extend type Post { a(id: Int @is(field: \"id\")): User @lookup(operation: \"users.v1.Users.GetUser\") }", "1:30", "without @require")]
    [InlineData("extend type Post { a: User }", "1:20", "@lookup")]
    [InlineData("extend type Post { a: User @lookup }", "1:28", "needs operation")]
    [InlineData("extend type Post { a: User @lookup(operation: 1) }", "1:36", "must be a string")]
    [InlineData("extend type Post { a: User @lookup(operation: \"x\", batch: 0) }", "1:52", "number from 1")]
    [InlineData("extend type Post { a: User @lookup(op: \"x\") }", "1:36", "has no argument op")]
    [InlineData("extend type Post { a: User @lookup(operation: \"x\") @shareable }", "1:52", "@shareable has no meaning")]
    [InlineData("extend type Post @key(fields: \"id\") { b: Int @lookup(operation: \"x\") }", "1:18", "@key has no meaning")]
    [InlineData("type Post { a: Int }", "1:1", "extend type")]
    [InlineData("\nextend interface Post { a: Int }", "2:1", "'extend interface'")]
    [InlineData("extend input PostInput { a: Int }", "1:1", "'extend input'")]
    [InlineData("extend enum Kind { A }", "1:1", "'extend enum'")]
    [InlineData("extend union U = Post", "1:1", "'extend union'")]
    [InlineData("extend scalar JSON @x", "1:1", "'extend scalar'")]
    [InlineData("extend schema { query: Post }", "1:1", "'extend schema'")]
    [InlineData("schema { query: Post }", "1:1", "'schema'")]
    [InlineData("directive @key(fields: String!) on OBJECT", "1:1", "the directive @key")]
    [InlineData("query { a }", "1:1", "a query")]
    [InlineData("extend type Post implements Node { a(id: Int @require(field: \"userId\")): User @lookup(operation: \"users.v1.Users.GetUser\") }", "1:18", "interfaces")]
    [InlineData("extend type Post { a(id: Int @require(field: \"userId\"), depth: Int = 3): User @lookup(operation: \"users.v1.Users.GetUser\") }", "1:70", "cannot have a default")]
    [InlineData("extend type Post { a(id: Int = 3 @require(field: \"userId\")): User @lookup(operation: \"users.v1.Users.GetUser\") }", "1:32", "comes from the parent")]
    [InlineData("extend type Post { a(id: Int @require(field: \"userId\"), other: Int @require(field: \"userId\", input: \"id\")): User @lookup(operation: \"users.v1.Users.GetUser\") }", "1:20", "id is filled by the argument id already")]
    [InlineData("extend type Post { a(x: Int @require(field: \"userId\", input: \"users.id\") @is(field: \"id\"), y: Int @require(field: \"id\", input: \"users.id\") @is(field: \"id\")): User @lookup(operation: \"users.v1.Users.BatchGetUsers\", result: \"users\") }", "1:20", "filled by the argument x")]
    [InlineData("extend type Post { a(x: Int @require(field: \"userId\", input: \"users.id\") @is(field: \"id\"), users: [GetUserRequestInput!]): User @lookup(operation: \"users.v1.Users.BatchGetUsers\", result: \"users\") }", "1:20", "clients give users")]
    [InlineData("extend type Post { a(x: Int @require(field: \"userId\", input: \"first\"), y: Int @require(field: \"id\", input: \"second\")): User @lookup(operation: \"users.v1.Users.LookupUser\") }", "1:20", "oneof which")]
    [InlineData("extend type Post { a(x: Int @require(field: \"userId\", input: \"which.first\"), which: ChoiceWhichInput): User @lookup(operation: \"users.v1.Users.LookupUser\") }", "1:20", "clients give which")]
    [InlineData("extend type Post { a(x: Int @require(field: \"userId\", input: \"which\")): User @lookup(operation: \"users.v1.Users.LookupUser\") }", "1:20", "no such input")]
    [InlineData("extend type Post { a(x: Int @require(field: \"userId\", input: \"key.id\")): User @lookup(operation: \"users.v1.Users.LookupUser\") }", "1:20", "requires key.tenant")]
    [InlineData("extend type Post { a(x: Int @require(field: \"userId\", input: \"keys.id\") @is(field: \"id\")): User @lookup(operation: \"users.v1.Users.LookupUsers\", result: \"users\") }", "1:20", "requires keys.tenant")]
    [InlineData("extend type Post {", "1:19", "no GraphQL")]
    [InlineData("\u0001", "1:1", "no GraphQL")]
    public void A_mistake_is_an_error_with_its_place(string text, string place, string message)
    {
        var built = Build(text);
        var error = built.Diagnostics.First(static d => d.Severity == Severity.Error);
        Assert.Equal(("joins.graphql", place), (error.Place.Source, error.Place.Location));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bad_field_is_left_out_and_the_others_serve()
    {
        var built = Build("""
            directive @lookup(operation: String!, result: String, batch: Int) on FIELD_DEFINITION
            extend type Post {
              bad(id: Int @require(field: "nope")): User @lookup(operation: "users.v1.Users.GetUser")
              good(id: Int @require(field: "userId")): User @lookup(operation: "users.v1.Users.GetUser")
              good(id: Int @require(field: "userId")): User @lookup(operation: "users.v1.Users.GetUser")
            }
            """);
        Assert.Equal(["3:3", "5:3"], built.Diagnostics.Where(static d => d.Severity == Severity.Error).Select(static d => d.Place.Location));
        Assert.Equal("good: User", Assert.Single(built.Lines("Post").Skip(7)));
    }

    [Fact]
    public void Everything_that_a_message_filled_in_part_requires_can_come_from_the_parent()
    {
        var built = Build("""
            extend type Post {
              one(x: Int @require(field: "userId", input: "key.id"), y: String @require(field: "title", input: "key.tenant")): User @lookup(operation: "users.v1.Users.LookupUser")
              many(x: Int @require(field: "userId", input: "keys.id") @is(field: "id"), y: String @require(field: "title", input: "keys.tenant") @is(field: "code")): User
                @lookup(operation: "users.v1.Users.LookupUsers", result: "users")
            }
            """);
        Assert.DoesNotContain(built.Diagnostics, static d => d.Severity == Severity.Error);
        Assert.Equal(2, Join(built, "one").Arguments.Count);
        Assert.Equal(2, Join(built, "many").Arguments.Count);
    }

    [Fact]
    public void Names_of_paths_are_those_of_the_schema_or_those_of_the_contract()
    {
        var stock = Documents.Paths(
            "  /items:\n    post:\n      operationId: listItems\n      requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Ask' } } } }\n      responses: { '200': { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/Page' } } } } }",
            """
            components: { schemas: {
              Ask: { type: object, properties: { 'by-sku': { type: object, properties: { 'the.skus': { type: array, items: { type: string } } } } } },
              Page: { type: object, properties: { 'all-items': { type: array, items: { $ref: '#/components/schemas/Item' } } } },
              Item: { type: object, properties: { 'item-sku': { type: string }, name: { type: string } } } } }
            """);
        var posts = Schemas.ProtoContent("message Post { string item_sku = 1; Inner the_inner = 2; } message Inner { string sku = 1; } service S { rpc ListPosts(Inner) returns (Post); }");
        var diagnostics = new List<Diagnostic>();
        var joins = ExtensionReader.Parse("""
            extend type Post {
              schema(skus: String @require(field: "itemSku", input: "input.by_sku.the_skus") @is(field: "item_sku")): Item @lookup(operation: "svc.listItems", result: "all_items")
              contract(skus: String @require(field: "the_inner.sku", input: "body.by-sku.the_skus") @is(field: "item-sku")): Item @lookup(operation: "svc.listItems", result: "all-items")
            }
            """, "joins.graphql", diagnostics);
        var built = Schemas.Of(new GraphSchemaOptions { Joins = joins, Operation = static o => o.Name == "listItems" ? new() { Kind = GraphRoot.Query } : null }, null, ("svc", stock), ("posts", posts));
        Assert.DoesNotContain(built.Diagnostics.Concat(diagnostics), static d => d.Severity == Severity.Error);
        foreach (var name in new[] { "schema", "contract" })
        {
            var join = Join(built, name);
            Assert.Equal(["body", "by-sku", "the.skus"], join.Arguments[0].JsonPath);
            Assert.Equal(["item-sku"], join.Arguments[0].Key);
            Assert.Equal(["all-items"], join.ResultPath);
        }
    }

    [Fact]
    public void The_members_of_an_inputs_oneof_are_named_as_in_the_schema_too()
    {
        var built = Build("""
            extend type Post { a(x: Int @require(field: "userId", input: "which.first")): User @lookup(operation: "users.v1.Users.LookupUser") }
            extend type User { b(x: Int64 @require(field: "id", input: "second")): User @lookup(operation: "users.v1.Users.LookupUser") }
            """);
        Assert.DoesNotContain(built.Diagnostics, static d => d.Severity == Severity.Error);
        Assert.Equal(["first"], Assert.Single(Join(built, "a").Arguments).JsonPath);
    }

    [Theory]
    [InlineData("users.v1.Wrapped")]
    [InlineData("users.v1.Wrapped.user")]
    public void A_result_path_through_what_is_hidden_is_an_error_of_that_join_alone(string hidden)
    {
        const string Text = """
            message User { int64 id = 1; } message Wrapped { User user = 1; string note = 2; } message Req { int64 id = 1; }
            service Users { rpc FindUser(Req) returns (Wrapped); }
            """;
        var diagnostics = new List<Diagnostic>();
        var options = new GraphSchemaOptions
        {
            Joins = ExtensionReader.Parse("extend type Post {\n  by(id: Int64 @require(field: \"id\")): User @lookup(operation: \"users.v1.Users.FindUser\", result: \"user\") }", "joins.graphql", diagnostics),
            Service = _ => new GraphServiceOptions { Hidden = [hidden] },
        };
        var built = Schemas.Of(options, null, ("blog", _blog), ("users", Schemas.ProtoContent(Text)));
        var error = Assert.Single(built.Diagnostics.Concat(diagnostics), static d => d.Severity == Severity.Error);
        Assert.Equal(("joins.graphql", "2:3"), (error.Place.Source, error.Place.Location));
        Assert.Contains("users.v1.User is no type of the schema", error.Message, StringComparison.Ordinal);
        Assert.True(built.Has("Post"));
    }

    [Fact]
    public void A_description_that_nobody_will_see_is_warned_of()
    {
        var built = Build("""extend type Post { a("Whose." id: Int @require(field: "userId")): User @lookup(operation: "users.v1.Users.GetUser") }""");
        Assert.Contains(built.Diagnostics, static d => d is { Severity: Severity.Warning, Place.Location: "1:22" });
        Assert.NotNull(Join(built, "a"));
    }

    [Fact]
    public void A_list_that_leads_to_an_unbatched_join_is_warned_of_with_its_path()
    {
        var built = Build("""
            extend type Post {
              slow(id: Int @require(field: "userId")): User @lookup(operation: "users.v1.Users.GetUser")
              fast(ids: Int @require(field: "userId") @is(field: "id")): User @lookup(operation: "users.v1.Users.BatchGetUsers", result: "users")
            }
            extend type User { never(id: Int64 @require(field: "id")): Post @lookup(operation: "blog.v1.Blog.GetPost") }
            extend type Item { alone(id: String @require(field: "sku", input: "code")): User @lookup(operation: "users.v1.Users.GetUser") }
            """);
        var warnings = built.Diagnostics.Where(static d => d.Severity == Severity.Warning).ToList();
        Assert.Equal(3, warnings.Count);
        Assert.Contains(warnings, static w => w.Place.Location == "2:3" && w.Message.StartsWith("Query.listPosts.posts.slow calls", StringComparison.Ordinal));
        Assert.Contains(warnings, static w => w.Message.StartsWith("Query.listItems.alone calls", StringComparison.Ordinal));
    }

    private static GraphJoin Join(BuiltSchema built, string field) => built.Schema.Find("Post")!.FindField(field)!.Join!;

    private static BuiltSchema Build(string text, GraphOperationOptions? users = null)
    {
        var diagnostics = new List<Diagnostic>();
        var options = new GraphSchemaOptions
        {
            Joins = ExtensionReader.Parse(text, "joins.graphql", diagnostics),
            Operation = o => users is not null && (o.ServiceName == "users.v1.Users" || o.Name == "queryItems") && o.Name != "SetUser" ? users : null,
        };
        var built = Schemas.Of(options, null, ("blog", _blog), ("users", _users), ("svc", _stock));
        return built with { Diagnostics = [.. diagnostics, .. built.Diagnostics] };
    }
}
