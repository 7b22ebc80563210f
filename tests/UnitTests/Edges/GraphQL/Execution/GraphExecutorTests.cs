using System.Text.Json;
using ProtocolGateway.Edges.GraphQL.Planning.Documents;
using Xunit;

namespace UnitTests.Edges.GraphQL.Execution;

/// <summary>Documents over contracts, from their text to the bytes of the answer.</summary>
public sealed class GraphExecutorTests
{
    private const string Users =
        """
        enum Role { ROLE_UNSPECIFIED = 0; ROLE_ADMIN = 1; }
        message User { string id = 1; string name = 2; optional string email = 3; int64 score = 4; Role role = 5; Address address = 6; repeated string tags = 7; map<string, Address> places = 8;
          oneof contact { string phone = 9; Address postal = 10; } google.protobuf.Timestamp created = 11; string team_id = 12; }
        message Address { string city = 1; User owner = 2; }
        message Team { string id = 1; string title = 2; string city_id = 3; }
        message GetUserRequest { string id = 1; google.protobuf.FieldMask read_mask = 2; }
        message ListUsersRequest { int32 page_size = 1; Role role = 2; repeated string ids = 3; map<int32, Address> by_number = 4; oneof pick { string prefix = 5; Address near = 6; } }
        message ListUsersResponse { repeated User users = 1; string next_page_token = 2; }
        message BatchGetTeamsRequest { repeated string ids = 1; }
        message BatchGetTeamsResponse { repeated Team teams = 1; }
        message DeleteUserRequest { string id = 1; }
        service UserService {
          rpc GetUser(GetUserRequest) returns (User);
          rpc ListUsers(ListUsersRequest) returns (ListUsersResponse);
          rpc BatchGetTeams(BatchGetTeamsRequest) returns (BatchGetTeamsResponse);
          rpc CreateUser(User) returns (User);
          rpc DeleteUser(DeleteUserRequest) returns (google.protobuf.Empty);
          rpc WatchUsers(ListUsersRequest) returns (stream User);
          rpc Echo(google.protobuf.StringValue) returns (google.protobuf.StringValue);
        }
        """;

    private const string Joins =
        """
        extend type User {
          team(ids: String @require(field: "teamId") @is(field: "id")): Team @lookup(operation: "users.v1.UserService.BatchGetTeams", result: "teams")
        }
        """;

    [Fact]
    public async Task A_field_is_a_call_and_only_what_is_asked_for_is_answered()
    {
        var schema = RunningSchema.Of(Users).On("GetUser", """{"id":"7","name":"Ann","score":"9007199254740993","role":"ROLE_ADMIN","email":"a@b"}""");
        Assert.Equal(
            """{"data":{"u":{"name":"Ann","score":"9007199254740993","__typename":"User","role":"ROLE_ADMIN","email":"a@b","address":null}}}""",
            await schema.RunAsync("""{ u: getUser(id: "7") { name score __typename role email address { city } } }"""));
        Assert.Equal(["""GetUser {"id":"7","readMask":"name,email,score,role,address.city"}"""], schema.Calls);
    }

    [Fact]
    public async Task Fragments_merge_and_directives_choose()
    {
        var schema = RunningSchema.Of(Users).On("GetUser", """{"id":"7","name":"Ann","address":{"city":"Bern","owner":{"name":"Bob"}}}""");
        const string query =
            """
            query Q($with: Boolean! = false, $id: String!) {
              getUser(id: $id) { ...A ... on User { address { owner { name } } name @skip(if: $with) } email @include(if: $with) }
            }
            fragment A on User { address { city } id @include(if: true) tags }
            """;
        Assert.Equal("""{"data":{"getUser":{"address":{"city":"Bern","owner":{"name":"Bob"}},"id":"7","tags":[],"name":"Ann"}}}""", await schema.RunAsync(query, """{"id":"7"}"""));
        Assert.Equal("""{"data":{"getUser":{"address":{"city":"Bern","owner":{"name":"Bob"}},"id":"7","tags":[],"email":null}}}""", await schema.RunAsync(query, """{"id":"7","with":true}"""));
    }

    [Fact]
    public async Task Arguments_of_all_kinds_reach_the_backend()
    {
        var schema = RunningSchema.Of(Users).On("ListUsers", """{"users":[]}""");
        const string query =
            """
            query Q($ids: [String!], $near: AddressInput!, $n: Int) {
              listUsers(pageSize: $n, role: ROLE_ADMIN, ids: $ids, byNumber: [{key: 5, value: {city: "x"}}], pick: {near: $near}) { nextPageToken users { id } }
            }
            """;
        Assert.Equal(
            """{"data":{"listUsers":{"nextPageToken":"","users":[]}}}""",
            await schema.RunAsync(query, """{"ids":["a","b"],"near":{"city":"Bern"},"n":3,"unused":1}"""));
        Assert.Equal(["""ListUsers {"pageSize":3,"role":"ROLE_ADMIN","ids":["a","b"],"byNumber":{"5":{"city":"x"}},"near":{"city":"Bern"}}"""], schema.Calls);
    }

    [Fact]
    public async Task A_variable_that_does_not_fit_is_named_with_its_place()
    {
        var schema = RunningSchema.Of(Users).On("CreateUser", """{"id":"1"}""");
        var answer = await schema.RunAsync("mutation M($u: UserInput!) { createUser(input: $u) { id } }", """{"u":{"name":"x","address":{"city":5}}}""");
        Assert.Contains("Variable \\\"$u\\\" got an invalid value at \\\"u.address.city\\\"", answer, StringComparison.Ordinal);
        Assert.Contains("BAD_USER_INPUT", answer, StringComparison.Ordinal);
        Assert.Empty(schema.Calls);
        Assert.Contains("was not provided", await schema.RunAsync("mutation M($u: UserInput!) { createUser(input: $u) { id } }"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Maps_oneofs_and_times_are_written_as_the_schema_says()
    {
        var schema = RunningSchema.Of(Users).On("GetUser", """{"places":{"home":{"city":"Bern"},"a\"b":{}},"phone":"1","created":"2030-01-01T00:00:00Z"}""");
        Assert.Equal(
            """{"data":{"getUser":{"places":[{"k":"home","value":{"city":"Bern"}},{"k":"a\"b","value":{"city":""}}],"phone":"1","postal":null,"created":"2030-01-01T00:00:00Z"}}}""",
            await schema.RunAsync("""{ getUser(id: "1") { places { k: key value { city } } phone postal { city } created } }"""));
    }

    [Fact]
    public async Task Equal_fetches_of_a_query_are_one_call()
    {
        var schema = RunningSchema.Of(Users).On("GetUser", """{"id":"7","name":"Ann"}""");
        Assert.Equal(
            """{"data":{"a":{"id":"7"},"b":{"name":"Ann"}}}""",
            await schema.RunAsync("""{ a: getUser(id: "7") { id } b: getUser(id: "7") { name } }"""));
        Assert.Single(schema.Calls);
    }

    [Fact]
    public async Task Joins_of_one_level_are_one_batch_with_distinct_keys()
    {
        var schema = RunningSchema.Of(Users, joins: Joins)
            .On("ListUsers", """{"users":[{"id":"1","teamId":"t1"},{"id":"2","teamId":"t2"},{"id":"3","teamId":"t1"}]}""")
            .On("GetUser", """{"id":"4","teamId":"t3"}""")
            .On("BatchGetTeams", """{"teams":[{"id":"t3","title":"C"},{"id":"t1","title":"A"}]}""");
        Assert.Equal(
            """{"data":{"listUsers":{"users":[{"team":{"title":"A"}},{"team":null},{"team":{"title":"A"}}]},"getUser":{"team":{"id":"t3"}}}}""",
            await schema.RunAsync("""{ listUsers { users { team { title } } } getUser(id: "4") { team { id } } }"""));
        Assert.Equal(3, schema.Calls.Count);
        Assert.Contains("""BatchGetTeams {"ids":["t1","t2","t3"]}""", schema.Calls);
    }

    [Fact]
    public async Task A_mutation_without_an_answer_is_true_and_a_whole_input_is_one_value()
    {
        var schema = RunningSchema.Of(Users).On("DeleteUser", "{}").On("Echo", "\"hi\"");
        Assert.Equal("""{"data":{"deleteUser":true,"echo":"hi"}}""", await schema.RunAsync("""mutation { deleteUser(input: {id: "1"}) echo(input: "hi") }"""));
        Assert.Equal(["""DeleteUser {"id":"1"}""", "Echo \"hi\""], schema.Calls);
    }

    [Fact]
    public async Task A_subscription_answers_for_each_message()
    {
        var schema = RunningSchema.Of(Users, joins: Joins).On("WatchUsers", new[] { """{"id":"1","teamId":"t1"}""", """{"id":"2"}""" }).On("BatchGetTeams", """{"teams":[{"id":"t1","title":"A"}]}""");
        Assert.Equal(
            ["""{"data":{"watchUsers":{"id":"1","team":{"title":"A"}}}}""", """{"data":{"watchUsers":{"id":"2","team":null}}}"""],
            await schema.SubscribeAsync("subscription { watchUsers { id team { title } } }"));
    }

    [Fact]
    public async Task Introspection_needs_no_backend()
    {
        var schema = RunningSchema.Of(Users);
        Assert.Equal(
            """{"data":{"__typename":"Query","__type":{"name":"User","fields":[{"name":"id"}]}}}""",
            (await schema.RunAsync("""{ __typename __type(name: "User") { name fields { name } } }""")).Replace(""",{"name":"name"},{"name":"email"},{"name":"score"},{"name":"role"},{"name":"address"},{"name":"tags"},{"name":"places"},{"name":"phone"},{"name":"postal"},{"name":"created"},{"name":"teamId"}""", "", StringComparison.Ordinal));
        Assert.Equal("""{"data":{"__type":{"kind":"ENUM","enumValues":[{"name":"ROLE_UNSPECIFIED"},{"name":"ROLE_ADMIN"}]}}}""",
            await schema.RunAsync("""query Q($n: String!) { __type(name: $n) { kind enumValues { name } } }""", """{"n":"Role"}"""));
        Assert.Equal("""{"data":{"__type":{"specifiedByURL":"https://www.rfc-editor.org/rfc/rfc3339"}}}""", await schema.RunAsync("""{ __type(name: "DateTime") { specifiedByURL } }"""));
        Assert.Empty(schema.Calls);
    }

    [Theory]
    [InlineData("{ getUser(id: \"1\") { nope } }", GraphFailureKind.Validation)]
    [InlineData("{ getUser(id: 1) { id } }", GraphFailureKind.Validation)]
    [InlineData("{ getUser(id: \"1\") { id ", GraphFailureKind.Syntax)]
    [InlineData("{ getUser(id: \"1\") { a: id a: name } }", GraphFailureKind.Validation)]
    [InlineData("{ getUser(id: \"1\") { id: score id } }", GraphFailureKind.Validation)]
    [InlineData("{ getUser(id: \"1\") { ...F } } fragment F on User { address { owner { ...F } } }", GraphFailureKind.Validation)]
    [InlineData("query A { __typename } query B { __typename }", GraphFailureKind.Operation)]
    [InlineData("fragment F on User { id }", GraphFailureKind.Operation)]
    [InlineData("{ listUsers(role: ADMIN) { users { id } } }", GraphFailureKind.Validation)]
    [InlineData("subscription { a: watchUsers { id } b: watchUsers { id } }", GraphFailureKind.Validation)]
    [InlineData("{ listUsers(pick: {prefix: \"a\", near: {city: \"b\"}}) { users { id } } }", GraphFailureKind.Validation)]
    [InlineData("type A { a: Int } { __typename }", GraphFailureKind.Validation)]
    [InlineData("query($i: [String]) { listUsers(ids: $i) { nextPageToken } }", GraphFailureKind.Validation)]
    [InlineData("query($i: String) { listUsers(ids: [$i]) { nextPageToken } }", GraphFailureKind.Validation)]
    [InlineData("query($a: AddressInput = null) { listUsers(pick: {near: $a}) { nextPageToken } }", GraphFailureKind.Validation)]
    [InlineData("query($i: String = \"x\") { listUsers(ids: [$i]) { nextPageToken } }", GraphFailureKind.None)]
    public void What_does_not_fit_is_refused(string query, object kind) => Assert.Equal(kind, (object)RunningSchema.Of(Users).FailureOf(query));

    [Fact]
    public void Fields_of_all_operations_must_merge() =>
        Assert.Equal(GraphFailureKind.Validation, RunningSchema.Of(Users).FailureOf("""query A { __typename } query B { getUser(id: "1") { a: id a: name } }""", operationName: "A"));

    [Theory]
    [InlineData("mutation { set(input: {pick: {none: true}, there: false}) { none there } }", "", """Set {"none":{}}""")]
    [InlineData("mutation { set(input: {there: true}) { none there } }", "", """Set {"there":{}}""")]
    [InlineData("mutation($i: RequestInput!) { set(input: $i) { none there } }", """{"i":{"pick":{"none":true},"there":false}}""", """Set {"none":{}}""")]
    [InlineData("mutation($n: Boolean!, $t: Boolean) { set(input: {pick: {none: $n}, there: $t}) { none there } }", """{"n":true,"t":false}""", """Set {"none":{}}""")]
    public async Task Messages_without_fields_are_said_by_a_boolean(string query, string variables, string call)
    {
        var schema = RunningSchema.Of("message Request { oneof pick { google.protobuf.Empty none = 1; string some = 2; } Nothing there = 3; } message Nothing {} service S { rpc Set(Request) returns (Request); }")
            .On("Set", """{"none":{}}""");
        Assert.Equal("""{"data":{"set":{"none":true,"there":null}}}""", await schema.RunAsync(query, variables));
        Assert.Equal([call], schema.Calls);
    }

    [Fact]
    public async Task A_failing_service_nulls_its_own_field()
    {
        var schema = RunningSchema.Of(Users).On("GetUser", """{"id":"7"}""").On("ListUsers", ProtocolGateway.Envelope.Errors.GatewayErrors.BackendProtocol("users", "broken"));
        using var answer = JsonDocument.Parse(await schema.RunAsync("""{ getUser(id: "7") { id } listUsers { users { id } } }"""));
        Assert.Equal("""{"getUser":{"id":"7"},"listUsers":null}""", answer.RootElement.GetProperty("data").GetRawText());
        Assert.Equal("""["listUsers"]""", answer.RootElement.GetProperty("errors")[0].GetProperty("path").GetRawText());
        Assert.Equal("""[{"line":1,"column":27}]""", answer.RootElement.GetProperty("errors")[0].GetProperty("locations").GetRawText());
    }
}
