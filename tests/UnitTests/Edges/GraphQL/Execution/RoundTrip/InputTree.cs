using ProtocolGateway.Edges.GraphQL.Schema;

namespace UnitTests.Edges.GraphQL.Execution.RoundTrip;

/// <summary>A value of an input type, free of how it is written.</summary>
internal abstract record InputTree
{
    /// <summary>As JSON, for variables.</summary>
    public abstract string Json { get; }
}

/// <summary>A scalar, an enum's value or null.</summary>
/// <param name="Literal">As documents write it; empty where they cannot, and a variable must.</param>
/// <param name="Json">As variables write it.</param>
/// <param name="Answer">As the answer writes it.</param>
internal sealed record LeafTree(string Literal, string Json, string Answer) : InputTree
{
    public static LeafTree Null { get; } = Of("null");

    public override string Json { get; } = Json;

    /// <summary>One that all three write the same.</summary>
    public static LeafTree Of(string text) => new(text, text, text);
}

/// <summary>A list.</summary>
internal sealed record ListTree(IReadOnlyList<InputTree> Items) : InputTree
{
    public override string Json => $"[{string.Join(',', Items.Select(static i => i.Json))}]";
}

/// <summary>An input object.</summary>
internal sealed record ObjectTree(IReadOnlyList<(GraphInputValue Field, InputTree Value)> Members) : InputTree
{
    public override string Json => $"{{{string.Join(',', Members.Select(static m => $"\"{m.Field.Name}\":{m.Value.Json}"))}}}";

    /// <summary>The values by the numbers of the contract's fields: members that spread count as their own members do.</summary>
    public Dictionary<int, InputTree> ByNumber()
    {
        var values = new Dictionary<int, InputTree>();
        foreach (var (field, value) in Members)
        {
            if (!field.Spreads)
                values.Add(field.Contract!.Number, value);
            else if (value is ObjectTree group)
                group.ByNumber().ToList().ForEach(v => values.Add(v.Key, v.Value));
        }

        return values;
    }
}
