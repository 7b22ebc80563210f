using ProtocolGateway.Edges.GraphQL.Schema;

namespace UnitTests.Edges.GraphQL.Execution.RoundTrip;

/// <summary>A document that calls one operation with given arguments and selects all of its answer, with the variables it needs.</summary>
/// <param name="kind">The operation's keyword.</param>
/// <param name="field">The root field.</param>
/// <param name="depth">How deep in the arguments values become variables; above it, all is literal.</param>
internal sealed class RoundTripDocument(string kind, GraphField field, int depth)
{
    /// <summary>No value becomes a variable, but for those that have no literal.</summary>
    public const int Literals = int.MaxValue;

    private readonly List<(string Type, string Json)> _variables = [];

    /// <summary>The variables of the last document.</summary>
    public string Variables => $"{{{string.Join(',', _variables.Select(static (v, i) => $"\"v{i}\":{v.Json}"))}}}";

    /// <summary>Writes the document.</summary>
    public string Write(ObjectTree arguments, string selection)
    {
        var given = arguments.Members.Select(a => $"{a.Field.Name}: {Text(a.Value, a.Field.Type, 0)}").ToList();
        var definitions = _variables.Count == 0 ? "" : $"({string.Join(", ", _variables.Select(static (v, i) => $"$v{i}: {v.Type}"))})";
        return $"{kind}{definitions} {{ {field.Name}{(given.Count == 0 ? "" : $"({string.Join(", ", given)})")}{selection} }}";
    }

    private string Text(InputTree value, GraphTypeRef type, int at)
    {
        if (at == depth || value is LeafTree { Literal: "" })
        {
            _variables.Add((type.ToString(), value.Json));
            return $"$v{_variables.Count - 1}";
        }

        switch (value)
        {
            case LeafTree leaf:
                return leaf.Literal;
            case ListTree list:
                return $"[{string.Join(", ", list.Items.Select(i => Text(i, type.Element!, at + 1)))}]";
            default:
                // The arm of a oneof may not be null, and so its variable may not.
                var isOneOf = type.Named!.IsOneOf;
                var members = ((ObjectTree)value).Members.Select(m => $"{m.Field.Name}: {Text(m.Value, isOneOf ? m.Field.Type.With(nonNull: true) : m.Field.Type, at + 1)}");
                return $"{{{string.Join(", ", members)}}}";
        }
    }
}
