using GraphQLParser;
using GraphQLParser.AST;
using ProtocolGateway.Edges.GraphQL.Planning.Documents;
using Xunit;

namespace UnitTests.Edges.GraphQL.Planning;

public sealed class DocumentFragmentsTests
{
    private static readonly GraphQLDocument Document = Parser.Parse("""
        { a ... on T { b } ... { c } ...F ...F ...Missing }
        fragment F on T { d }
        fragment F on U { e }
        """);

    private static readonly DocumentFragments Fragments = new(Document);

    private static List<ASTNode> Selections => ((GraphQLOperationDefinition)Document.Definitions[0]).SelectionSet.Selections;

    [Fact]
    public void Of_fragments_with_one_name_the_first_is_taken()
    {
        Assert.Equal("T", Fragments.Find("F")?.TypeCondition.Type.Name.StringValue);
        Assert.Null(Fragments.Find("f"));
    }

    [Fact]
    public void Selections_stand_for_what_is_written_in_the_fragment()
    {
        Assert.Equal(["", "T: b", ": c", "T: d", "T: d", ""], Selections.Select(static s => TextOf(Fragments.Expand(s))));
    }

    [Fact]
    public void A_name_that_was_seen_is_not_expanded_again()
    {
        var seen = new HashSet<ROM>();
        Assert.Equal(["", "T: b", ": c", "T: d", "", ""], Selections.Select(s => TextOf(Fragments.Expand(s, seen))));
        Assert.Equal("F", Assert.Single(seen).ToString());
        Assert.Null(Fragments.Expand(Selections[3], seen));
        Assert.NotNull(Fragments.Expand(Selections[3]));
    }

    private static string TextOf(ExpandedFragment? expanded) => expanded is not { } fragment
        ? ""
        : $"{fragment.Condition?.Type.Name.StringValue}: {((GraphQLField)Assert.Single(fragment.Selections.Selections)).Name.StringValue}";
}
