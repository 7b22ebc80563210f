using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Schema;
using UnitTests.Edges.GraphQL.Differential;

namespace UnitTests.Edges.GraphQL.Execution.RoundTrip;

/// <summary>Makes values of scalars: usual ones, the ends of their ranges, and those that are written otherwise in answers.</summary>
internal static class LeafMaker
{
    private static readonly LeafTree[] Ints = [LeafTree.Of("7"), LeafTree.Of("0"), LeafTree.Of("-2147483648"), LeafTree.Of("2147483647"), new("1000", "1e3", "1000")];
    private static readonly LeafTree[] UInt32s = [LeafTree.Of("7"), LeafTree.Of("0"), LeafTree.Of("4294967295"), new("1000", "1e3", "1000")];
    // All of them are exact in 32 bits too.
    private static readonly LeafTree[] Floats = [LeafTree.Of("1.5"), LeafTree.Of("0"), LeafTree.Of("-0.15625"), LeafTree.Of("16777216"), new("1E10", "10000000000", "1e10")];
    private static readonly LeafTree[] Doubles = [.. Floats, LeafTree.Of("\"NaN\""), LeafTree.Of("\"Infinity\""), LeafTree.Of("\"-Infinity\"")];
    private static readonly LeafTree[] Int64s = [Long("7"), Long("0"), Long("-9223372036854775808"), Long("9223372036854775807"), LeafTree.Of("\"9007199254740993\"")];
    private static readonly LeafTree[] UInt64s = [Long("7"), Long("0"), Long("18446744073709551615"), LeafTree.Of("\"9007199254740993\"")];
    private static readonly LeafTree[] Texts =
        [LeafTree.Of("\"a\""), LeafTree.Of("\"\""), LeafTree.Of("\"\u00e4 \\\"q\\\" \\\\ \\n\\t \\u0001 \ud83d\ude00 \\u20ac $v {\""), new("\"\"\"block \"x\" \\n\"\"\"", "\"block \\\"x\\\" \\\\n\"", "\"block \\\"x\\\" \\\\n\"")];

    private static readonly LeafTree[] Times =
    [
        LeafTree.Of("\"2030-01-31T12:00:00.500Z\""), LeafTree.Of("\"0001-01-01T00:00:00Z\""), LeafTree.Of("\"9999-12-31T23:59:59.999999999Z\""),
        new("\"2030-01-31T13:00:00+01:00\"", "\"2030-01-31T13:00:00+01:00\"", "\"2030-01-31T12:00:00Z\""),
    ];

    private static readonly LeafTree[] Spans = [LeafTree.Of("\"1.500s\""), LeafTree.Of("\"0s\""), LeafTree.Of("\"-315576000000s\""), LeafTree.Of("\"0.000000001s\"")];
    private static readonly LeafTree[] Bytes = [LeafTree.Of("\"AAEC\""), LeafTree.Of("\"\""), new("\"-_8\"", "\"-_8\"", "\"+/8=\"")];
    private static readonly LeafTree[] Masks = [LeafTree.Of("\"anInt32,child.aString\""), LeafTree.Of("\"\"")];

    private static readonly LeafTree[] Structs =
        [Free("{a: [1, {b: null}], c: \"d\", e: 1.5, f: true, g: {}}", "{\"a\":[1,{\"b\":null}],\"c\":\"d\",\"e\":1.5,\"f\":true,\"g\":{}}"), LeafTree.Of("{}")];

    private static readonly LeafTree[] Lists = [Free("[1, \"x\", null, [], {a: false}]", "[1,\"x\",null,[],{\"a\":false}]"), LeafTree.Of("[]")];
    private static readonly LeafTree[] Values = [.. Structs, .. Lists, LeafTree.Of("\"x\""), LeafTree.Of("-2.5"), LeafTree.Of("true")];

    private static readonly LeafTree[] Anys =
    [
        Named("{\"@type\":\"type.googleapis.com/zoo.v1.Fossil.Bone\",\"length\":3,\"notes\":[\"x\"]}"), LeafTree.Of("{}"),
        Named("{\"@type\":\"type.googleapis.com/google.protobuf.Duration\",\"value\":\"1.500s\"}"),
        Named("{\"@type\":\"type.googleapis.com/google.protobuf.Int64Value\",\"value\":\"7\"}"),
    ];

    /// <summary>A value.</summary>
    /// <param name="choices">Choose.</param>
    /// <param name="scalar">The scalar type.</param>
    /// <param name="contract">What the contract has in its place, which says what a JSON may be.</param>
    /// <param name="isChoice">It is the arm of a oneof: not null.</param>
    public static LeafTree Leaf(Choices choices, GraphScalar scalar, DataType? contract, bool isChoice) => scalar switch
    {
        GraphScalar.Int => choices.Of(Ints),
        GraphScalar.UInt32 => choices.Of(UInt32s),
        GraphScalar.Float => choices.Of(Floats),
        GraphScalar.Double => choices.Of(Doubles),
        GraphScalar.Int64 => choices.Of(Int64s),
        GraphScalar.UInt64 => choices.Of(UInt64s),
        GraphScalar.Boolean => LeafTree.Of(choices.Of("true", "false")),
        GraphScalar.DateTime => choices.Of(Times),
        GraphScalar.Duration => choices.Of(Spans),
        GraphScalar.Bytes => choices.Of(Bytes),
        GraphScalar.Json => Json(choices, contract, isChoice),
        _ => choices.Of(contract is MessageType { WellKnown: WellKnown.FieldMask } ? Masks : Texts),
    };

    /// <summary>One of the keys of a map, all different.</summary>
    public static LeafTree Key(GraphScalar scalar, int i) => scalar switch
    {
        GraphScalar.Boolean => LeafTree.Of(i == 0 ? "true" : "false"),
        GraphScalar.Int => Ints[i + 1],
        GraphScalar.UInt32 => UInt32s[i + 1],
        GraphScalar.Int64 => Int64s[i + 1],
        GraphScalar.UInt64 => UInt64s[i + 1],
        _ => Texts[i + 1],
    };

    private static LeafTree Json(Choices choices, DataType? contract, bool isChoice) => contract switch
    {
        // Its name is a value where null is none.
        EnumType => isChoice ? new("\"NULL_VALUE\"", "\"NULL_VALUE\"", "null") : LeafTree.Null,
        MessageType { WellKnown: WellKnown.Any } => choices.Of(Anys),
        MessageType { WellKnown: WellKnown.Struct } => choices.Of(Structs),
        MessageType { WellKnown: WellKnown.ListValue } => choices.Of(Lists),
        MessageType { WellKnown: WellKnown.Value } => choices.Of(isChoice ? Values : [.. Values, LeafTree.Null]),
        _ => throw new ArgumentException($"No JSON is known for {contract}.", nameof(contract)),
    };

    private static LeafTree Long(string digits) => new(digits, $"\"{digits}\"", $"\"{digits}\"");

    // GraphQL's literals have no name like @type.
    private static LeafTree Named(string json) => new("", json, json);

    private static LeafTree Free(string literal, string json) => new(literal, json, json);
}
