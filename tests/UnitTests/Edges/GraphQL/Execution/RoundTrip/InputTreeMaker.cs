using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Schema;
using UnitTests.Edges.GraphQL.Differential;

namespace UnitTests.Edges.GraphQL.Execution.RoundTrip;

/// <summary>Makes values of input types.</summary>
/// <param name="choices">Choose the leaves.</param>
/// <param name="percent">How many of the fields that may be left out are given.</param>
/// <param name="arm">Which arm of each oneof is given, counted around.</param>
internal sealed class InputTreeMaker(Choices choices, int percent, int arm)
{
    /// <summary>How many messages are one in another, the outermost not counted.</summary>
    public const int MaxDepth = 1;

    /// <summary>The arguments of a root field, as one object.</summary>
    public ObjectTree Arguments(GraphField field) => field.Arguments is [{ IsWhole: true } whole]
        ? new([(whole, Value(whole.Type, field.Operation!.Input, 0, isChoice: false))])
        : Members(field.Arguments, 0);

    /// <summary>The type leads to a message's fields.</summary>
    public static bool IsDeep(GraphTypeRef type) => type.Innermost is { Kind: GraphKind.Input } input && (!input.IsMapEntry || IsDeep(input.InputFields[1].Type));

    private ObjectTree Members(IReadOnlyList<GraphInputValue> fields, int depth)
    {
        var members = new List<(GraphInputValue, InputTree)>();
        foreach (var field in fields)
        {
            if (field.Type.NonNull || (choices.Chance(percent) && (depth < MaxDepth || field.Spreads || !IsDeep(field.Type))))
                members.Add((field, !field.Type.NonNull && percent < 100 && choices.Chance(8) ? LeafTree.Null : Value(field.Type, field.Contract?.Type, field.Spreads ? depth - 1 : depth, isChoice: false)));
        }

        return new(members);
    }

    private InputTree Value(GraphTypeRef type, DataType? contract, int depth, bool isChoice)
    {
        if (type.Element is { Named: { IsMapEntry: true } entry })
            return Entries(entry, (contract as MapType)?.Value, depth);
        if (type.Element is { } element)
            return new ListTree([.. Enumerable.Range(0, Length(depth)).Select(_ => Value(element, (contract as ListType)?.Element, depth, isChoice: false))]);
        return type.Named! switch
        {
            { Kind: GraphKind.Input, IsOneOf: true } oneof => Arm(oneof, depth + 1),
            { Kind: GraphKind.Input } group => Members(group.InputFields, depth + 1),
            { Kind: GraphKind.Enum } names => Enum(choices.Of(names.Values), names),
            var scalar => LeafMaker.Leaf(choices, scalar.Scalar, contract, isChoice),
        };
    }

    private ListTree Entries(GraphType entry, DataType? value, int depth)
    {
        // Keys are distinct: of two entries of one key, the wire keeps the last.
        var most = entry.InputFields[0].Type.Named!.Scalar == GraphScalar.Boolean ? 2 : 3;
        return new([.. Enumerable.Range(0, Math.Min(Length(depth), most)).Select(i => new ObjectTree(
        [
            (entry.InputFields[0], LeafMaker.Key(entry.InputFields[0].Type.Named!.Scalar, i)),
            (entry.InputFields[1], Value(entry.InputFields[1].Type, value, depth, isChoice: false)),
        ]))]);
    }

    private ObjectTree Arm(GraphType oneof, int depth)
    {
        var arms = oneof.InputFields.Where(f => depth < MaxDepth || !IsDeep(f.Type)).ToList();
        var field = arms[(arm + depth) % arms.Count];
        return new([(field, Value(field.Type, field.Contract!.Type, depth, isChoice: true))]);
    }

    // Short ones further in, or the values would grow by powers.
    private int Length(int depth) => depth > 0 ? 1 : percent == 100 ? 2 : choices.Next(4);

    // Of two names of one number the first is the answer's.
    private static LeafTree Enum(GraphEnumValue value, GraphType names) =>
        new(value.Name, $"\"{value.Name}\"", $"\"{names.Values.First(v => v.Number == value.Number).Name}\"");
}
