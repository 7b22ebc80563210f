using GraphQLParser;
using ProtocolGateway.Edges.GraphQL.Planning.Documents;
using Xunit;

namespace UnitTests.Edges.GraphQL.Differential;

/// <summary>The work of checking whether fields merge grows with the document, not with its square.</summary>
public sealed class OverlapWorkTests
{
    private const int Fields = 3000;

    [Theory]
    [InlineData("{ getBeast { %id % } }")]
    [InlineData("{ getBeast { %... { id } % } }")]
    [InlineData("{ getBeast { %parent { id } % } }")]
    [InlineData("{ %getBeast { id } % }")]
    [InlineData("{ listPets { %... on Cat { kind } ... on Dog { barks } % } }")]
    [InlineData("{ getBeast { %...F % } } fragment F on Beast { id parent { id } }")]
    public void Repeated_fields_cost_each_once(string pattern)
    {
        var (once, often) = (WorkOf(pattern, 1), WorkOf(pattern, Fields));
        Assert.InRange(often, 1, once * Fields);
    }

    // What fields of different types lead to is looked at for each of them, and once more for its form: at each level once, not twice as often at each.
    [Fact]
    public void Work_is_bounded_by_the_fields_that_fragments_expand_to_and_their_depth()
    {
        const int depth = 10;
        var fragments = Enumerable.Range(0, depth).Select(static i =>
            $"fragment F{i} on Pet {{ ... on Cat {{ friend {{ ...F{i + 1} }} }} ... on Dog {{ friend {{ ...F{i + 1} }} }} }}");
        var document = $"{{ listPets {{ ...F0 }} }} {string.Join(' ', fragments)} fragment F{depth} on Pet {{ __typename }}";
        const int expanded = (1 << (depth + 1)) * 2;
        Assert.InRange(WorkOf(document), 1, expanded * depth);
    }

    private static long WorkOf(string pattern, int count)
    {
        var parts = pattern.Split('%');
        return WorkOf(parts[0] + string.Concat(Enumerable.Repeat(parts[1], count)) + parts[2]);
    }

    private static long WorkOf(string document)
    {
        var parsed = Parser.Parse(document);
        var check = new OverlapCheck(NetSchema.Of(MenagerieContracts.Shared.Schema), parsed, new DocumentFragments(parsed));
        Assert.Empty(check.Find());
        return check.Work;
    }
}
