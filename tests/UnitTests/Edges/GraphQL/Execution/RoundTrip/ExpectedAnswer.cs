using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Schema;

namespace UnitTests.Edges.GraphQL.Execution.RoundTrip;

/// <summary>What a client selects of an answer, and what it gets where the backend answers with what it was sent.</summary>
/// <param name="mask">The field that the gateway fills, and the JSON of what the backend got in it; null where there is none.</param>
internal sealed class ExpectedAnswer((Field Field, string Json)? mask)
{
    // One more than inputs have: what ends there is answered too.
    private const int MaxDepth = InputTreeMaker.MaxDepth + 1;

    /// <summary>All fields, to the depth.</summary>
    public static string Selection(GraphTypeRef type, int depth = 0)
    {
        var inner = type.Innermost;
        return inner.Kind switch
        {
            GraphKind.Object => $" {{ {string.Join(' ', Selected(inner, depth).Select(f => f.Name + Selection(f.Type, Next(inner, depth))))} }}",
            GraphKind.Union => $" {{ __typename {string.Join(' ', Members(inner, depth).Select(m => $"... on {m.Type.Name}{Selection(GraphTypeRef.Of(m.Type), depth)}"))} }}",
            _ => "",
        };
    }

    /// <summary>The JSON of the answer to an operation's whole input.</summary>
    public string Json(GraphTypeRef type, InputTree whole) => Value(type, null, whole, 0);

    /// <summary>The JSON of the answer to arguments.</summary>
    public string Json(GraphTypeRef type, Dictionary<int, InputTree> arguments) =>
        type.Named!.Kind == GraphKind.Object ? Object(type.Named, arguments, 0) : "true";

    // The fields of a message that may have messages in it count as deep; entries and arms do not.
    private static int Next(GraphType type, int depth) => type.IsMapEntry || type.Source is null ? depth : depth + 1;

    private static IEnumerable<GraphField> Selected(GraphType type, int depth) => type.Fields.Where(f => Next(type, depth) <= MaxDepth || !IsDeep(f.Type));

    private static IEnumerable<GraphUnionMember> Members(GraphType union, int depth) => union.Members.Where(m => depth <= MaxDepth && Selected(m.Type, depth).Any());

    private static bool IsDeep(GraphTypeRef type) => type.Innermost switch
    {
        { Kind: GraphKind.Object, IsMapEntry: true } entry => IsDeep(entry.Fields[1].Type),
        { Kind: GraphKind.Object or GraphKind.Union } => true,
        _ => false,
    };

    private string Object(GraphType type, Dictionary<int, InputTree> given, int depth) =>
        $"{{{string.Join(',', Selected(type, depth).Select(f => $"\"{f.Name}\":{Member(f, given, Next(type, depth))}"))}}}";

    private string Member(GraphField field, Dictionary<int, InputTree> given, int depth)
    {
        if (field.Source == GraphSource.Self)
            return Choice(field.Type.Named!, given, depth);
        if (depth == 1 && mask?.Field == field.Contract)
            return mask!.Value.Json;
        return given.TryGetValue(field.Contract!.Number, out var value) && value != LeafTree.Null && !IsNothing(field.Contract, value) ? Value(field.Type, field.Contract, value, depth) : Absent(field.Contract, field.Type);
    }

    private string Choice(GraphType union, Dictionary<int, InputTree> given, int depth)
    {
        foreach (var member in union.Members)
        {
            var field = member.Type.Fields[0];
            // A null that was chosen cannot be told from none.
            if (given.TryGetValue(field.Contract!.Number, out var value) && value is not LeafTree { Answer: "null" })
                return $"{{\"__typename\":\"{member.Type.Name}\",{(Members(union, depth).Contains(member) ? $"\"{field.Name}\":{Member(field, given, depth)}" : "")}}}";
        }

        return "null";
    }

    private string Value(GraphTypeRef type, Field? contract, InputTree value, int depth)
    {
        if (value is LeafTree leaf)
            return contract is not null && IsPresence(contract.Type) && leaf.Answer == "false" ? "null" : leaf.Answer;
        if (value is ListTree list)
            return $"[{string.Join(',', list.Items.Select(i => type.Element!.Named is { IsMapEntry: true } entry ? Entry(entry, (ObjectTree)i, depth) : Value(type.Element!, null, i, depth)))}]";
        return Object(type.Named!, ((ObjectTree)value).ByNumber(), depth);
    }

    private string Entry(GraphType type, ObjectTree entry, int depth) =>
        $"{{\"key\":{((LeafTree)entry.Members[0].Value).Answer},\"value\":{Value(type.Fields[1].Type, null, entry.Members[1].Value, depth)}}}";

    private static bool IsPresence(DataType type) => type is MessageType { Fields.Count: 0, WellKnown: WellKnown.None or WellKnown.Empty };

    // Extensions are not answered where the wire has none.
    private static bool IsNothing(Field field, InputTree value) => field.IsExtension && value is ListTree { Items.Count: 0 };

    private static string Absent(Field field, GraphTypeRef type)
    {
        if (field.Presence != Presence.Implicit || field.Oneof is not null || field.IsExtension)
            return "null";
        if (type.Element is not null)
            return "[]";
        return type.Named!.Kind == GraphKind.Enum ? $"\"{type.Named.Values.First(static v => v.Number == 0).Name}\"" : type.Named.Scalar switch
        {
            GraphScalar.Int or GraphScalar.UInt32 or GraphScalar.Float or GraphScalar.Double => "0",
            GraphScalar.Int64 or GraphScalar.UInt64 => "\"0\"",
            GraphScalar.Boolean => "false",
            GraphScalar.String or GraphScalar.Bytes => "\"\"",
            // google.protobuf.NullValue.
            _ => "null",
        };
    }
}
