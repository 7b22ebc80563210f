using ProtocolGateway.Edges.GraphQL;
using ProtocolGateway.Edges.GraphQL.Planning.Documents;
using UnitTests.Edges.GraphQL.Differential;
using Xunit;

namespace UnitTests.Edges.GraphQL.Planning;

/// <summary>Who is told of two fields that conflict is told where both are.</summary>
public sealed class ConflictLocationTests
{
    [Theory]
    [InlineData("{ x: getBeast { id } x: __typename }", "1:3 1:22")]
    [InlineData("{\n  x: getBeast { id }\n\n  x: __typename\n}", "2:3 4:3")]
    [InlineData("{\r\n  x: getBeast { id }\r\n\r\n  x: __typename\r\n}", "2:3 4:3")]
    [InlineData("\r\r{ x: getBeast { id }\r   x: __typename }\n", "3:3 4:4")]
    [InlineData("{ ...F\n x: getBeast { id } }\nfragment F on Query {\n\tx: __typename }", "2:2 4:2")]
    [InlineData("{ __typename }\n type T { id: ID }", "2:2")]
    public void Conflicts_are_told_with_line_and_column(string document, string places)
    {
        var reader = new DocumentReader(NetSchema.Of(MenagerieContracts.Shared.Schema), new GraphLimits());
        var failure = reader.Read(document, null, out _);
        Assert.Equal(places, string.Join(' ', failure!.Errors[0].Locations!.Select(static l => $"{l.Line}:{l.Column}")));
    }
}
