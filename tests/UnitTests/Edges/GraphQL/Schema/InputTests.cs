using ProtocolGateway.Edges.GraphQL.Schema;
using Xunit;

namespace UnitTests.Edges.GraphQL.Schema;

/// <summary>How clients say an operation's input where it is no ordinary message, and which of its fields the gateway says for them.</summary>
public sealed class InputTests
{
    [Theory]
    [InlineData("StringValue", "String!")]
    [InlineData("Int64Value", "Int64!")]
    [InlineData("Timestamp", "DateTime!")]
    [InlineData("Duration", "Duration!")]
    [InlineData("FieldMask", "String!")]
    [InlineData("Struct", "JSON!")]
    [InlineData("ListValue", "JSON!")]
    [InlineData("Any", "JSON!")]
    // Null is one of its values.
    [InlineData("Value", "JSON")]
    public void A_message_with_a_JSON_form_of_its_own_is_one_argument_that_is_the_whole_input(string type, string scalar)
    {
        var built = Schemas.Proto($$"""
            message M { string a = 1; }
            service S { rpc GetX(google.protobuf.{{type}}) returns (M); rpc SetX(google.protobuf.{{type}}) returns (M); rpc WatchX(google.protobuf.{{type}}) returns (stream M); }
            """);
        foreach (var root in new[] { built.Schema.Query, built.Schema.Mutation!, built.Schema.Subscription! })
        {
            var argument = Assert.Single(Assert.Single(root.Fields).Arguments);
            Assert.Equal(("input", scalar, true, false, ""), (argument.Name, argument.Type.ToString(), argument.IsWhole, argument.Spreads, argument.JsonName));
        }
    }

    [Fact]
    public void No_other_argument_is_the_whole_input()
    {
        var built = Schemas.Proto("message M { string a = 1; } service S { rpc GetX(M) returns (M); rpc SetX(M) returns (M); rpc Drop(google.protobuf.Empty) returns (M); }");
        Assert.DoesNotContain(built.Schema.Query.Fields.Concat(built.Schema.Mutation!.Fields).SelectMany(static f => f.Arguments), static a => a.IsWhole);
        Assert.Empty(built.Schema.Mutation.FindField("drop")!.Arguments);
    }

    [Fact]
    public void A_read_mask_is_left_out_only_where_it_is_the_operations_own()
    {
        var built = Schemas.Proto("""
            message User { string id = 1; }
            message GetReq { string id = 1; google.protobuf.FieldMask read_mask = 2; }
            message BatchReq { repeated GetReq requests = 1; }
            message UpdateReq { string id = 1; google.protobuf.FieldMask read_mask = 2; }
            message BatchUpdateReq { repeated UpdateReq requests = 1; }
            message TouchReq { string id = 1; google.protobuf.FieldMask read_mask = 2; }
            service S {
              rpc GetUser(GetReq) returns (User); rpc BatchGetUsers(BatchReq) returns (User);
              rpc UpdateUser(UpdateReq) returns (User); rpc BatchUpdateUsers(BatchUpdateReq) returns (User); rpc TouchUser(TouchReq) returns (User);
            }
            """);
        Assert.Equal(["getUser(id: String): User", "batchGetUsers(requests: [GetReqInput!]): User"], built.Lines("Query"));
        // Nobody fills the masks of the single requests, so clients must be able to.
        Assert.Equal(["id: String", "readMask: String"], built.Lines("GetReqInput"));
        Assert.Equal(["id: String", "readMask: String"], built.Lines("UpdateReqInput"));
        Assert.Equal(["id: String"], built.Lines("TouchReqInput"));
        Assert.All(["updateUser", "touchUser"], name => Assert.Equal("read_mask", built.Schema.Mutation!.FindField(name)!.ReadMask!.Input.Name));
        Assert.Null(built.Schema.Mutation!.FindField("batchUpdateUsers")!.ReadMask);
    }

    [Fact]
    public void A_method_whose_only_input_is_its_mask_has_no_argument()
    {
        var built = Schemas.Proto("""
            message User { string id = 1; } message Req { google.protobuf.FieldMask read_mask = 1; }
            service S { rpc TouchMe(Req) returns (User); }
            """);
        Assert.Equal(["touchMe: User"], built.Lines("Mutation"));
        Assert.False(built.Has("ReqInput"));
    }

    [Fact]
    public void A_mask_that_is_one_choice_of_a_oneof_stays_the_clients()
    {
        var built = Schemas.Proto("""
            message User { string id = 1; } message Req { oneof how { google.protobuf.FieldMask read_mask = 1; string view = 2; } }
            service S { rpc GetMe(Req) returns (User); }
            """);
        Assert.Equal(["readMask: String", "view: String"], built.Lines("ReqHowInput"));
        Assert.Null(built.Schema.Query.Fields[0].ReadMask);
    }
}
