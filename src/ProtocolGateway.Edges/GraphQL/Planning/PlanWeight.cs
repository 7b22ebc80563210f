using ProtocolGateway.Edges.GraphQL.Planning.Documents;

namespace ProtocolGateway.Edges.GraphQL.Planning;

/// <summary>
/// Estimates what compiled documents take in memory, for the bound of their cache. The text alone would not tell: fragments are expanded in plans, and the
/// answers to questions on the schema are part of them.
/// </summary>
internal static class PlanWeight
{
    // Bytes, from the sizes of the objects on 64 bits, rounded up.
    private const int Token = 160;
    private const int Field = 640;
    private const int Call = 4096;

    /// <summary>A document's text and tree.</summary>
    public static int OfDocument(string text) => (2 * text.Length) + (Token * TokenCount.Of(text, int.MaxValue));

    /// <summary>One plan.</summary>
    public static int Of(OperationPlan plan) => (Call * (1 + plan.Fetches.Length + plan.Joins.Length)) + Of(plan.Root);

    private static int Of(SelectionPlan selection)
    {
        var weight = Field;
        foreach (var field in selection.Fields)
            weight += Field + (field.Constant?.Length ?? 0) + Of(field.Value);
        return weight;
    }

    private static int Of(ValuePlan value)
    {
        while (value.Element is { } element)
            value = element;
        var weight = value.Object is { } selection ? Of(selection) : 0;
        foreach (var member in value.Union?.Members ?? [])
            weight += Of(member.Object);
        return weight;
    }
}
