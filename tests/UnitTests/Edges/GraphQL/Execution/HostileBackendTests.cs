using ProtocolGateway.Edges.GraphQL;
using ProtocolGateway.Edges.GraphQL.Planning.Documents;
using Xunit;

namespace UnitTests.Edges.GraphQL.Execution;

/// <summary>Services that answer what they should not: the client is told, nothing hangs, and nothing grows without a bound.</summary>
public sealed class HostileBackendTests
{
    private const string Notes =
        """
        message Note { string id = 1; string text = 2; }
        message Ask { string id = 1; }
        service Notes { rpc GetNote(Ask) returns (Note); rpc WatchNotes(Ask) returns (stream Note); }
        """;

    private static readonly byte[] Garbage = [0x0A, 0x7F];

    [Fact]
    public async Task A_subscription_ends_with_an_error_at_a_message_that_cannot_be_read()
    {
        var schema = RunningSchema.Of(Notes).On("WatchNotes", new byte[][] { [0x0A, 0x01, (byte)'1'], Garbage, [0x0A, 0x01, (byte)'2'] });
        var answers = await schema.SubscribeAsync("subscription { watchNotes { id } }");
        Assert.Equal(2, answers.Count);
        Assert.Equal("""{"data":{"watchNotes":{"id":"1"}}}""", answers[0]);
        Assert.Contains("The service users sent a message", answers[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_cannot_be_read_is_an_error_of_its_field()
    {
        var schema = RunningSchema.Of(Notes).On("GetNote", new byte[][] { Garbage });
        var answer = await schema.RunAsync("{ getNote { id } }");
        Assert.StartsWith("""{"data":{"getNote":null},"errors":[{"message":"The service users sent a message""", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("subscription { watchNotes @skip(if: true) { id } }", "")]
    [InlineData("subscription($s: Boolean!) { watchNotes @skip(if: $s) { id } }", """{"s":true}""")]
    [InlineData("subscription($s: Boolean!) { ...A @skip(if: $s) } fragment A on Subscription { watchNotes { id } }", """{"s":true}""")]
    public void A_subscription_whose_field_is_skipped_is_refused(string document, string variables) =>
        Assert.Equal(GraphFailureKind.Validation, RunningSchema.Of(Notes).FailureOf(document, variables));
}
