using GraphQLParser;
using ProtocolGateway.Edges.GraphQL.Execution;

namespace ProtocolGateway.Edges.GraphQL.Planning.Documents;

/// <summary>Lines and columns of a document's positions, found by a table of where lines begin: the time for each does not depend on the document's length.</summary>
internal sealed class DocumentLines
{
    private readonly List<int> _starts = [0];

    /// <summary>Notes where the lines of a text begin (specification, "LineTerminator").</summary>
    public DocumentLines(ROM text)
    {
        var span = text.Span;
        for (var at = 0; span[at..].IndexOfAny('\r', '\n') is var end and >= 0;)
        {
            at += end + 1;
            if (span[at - 1] == '\r' && at < span.Length && span[at] == '\n')
                at++;
            _starts.Add(at);
        }
    }

    /// <summary>The line and column of a position, both from 1.</summary>
    public GraphLocation this[int position]
    {
        get
        {
            var index = _starts.BinarySearch(position);
            var line = index >= 0 ? index : ~index - 1;
            return new(line + 1, position - _starts[line] + 1);
        }
    }
}
