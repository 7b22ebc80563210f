namespace ProtocolGateway.Edges.GraphQL.Schema.Building;

/// <summary>The scalar types.</summary>
internal static class GraphScalars
{
    private const string Rfc = "https://www.rfc-editor.org/rfc/";

    /// <summary>The name in a schema.</summary>
    public static string NameOf(GraphScalar scalar) => scalar switch
    {
        GraphScalar.Id => "ID",
        GraphScalar.Json => "JSON",
        _ => scalar.ToString(),
    };

    /// <summary>Every schema has it without defining it (specification, section 3.5).</summary>
    public static bool IsBuiltIn(GraphScalar scalar) => scalar is GraphScalar.Int or GraphScalar.Float or GraphScalar.String or GraphScalar.Boolean or GraphScalar.Id;

    /// <summary>A new type of that scalar.</summary>
    public static GraphType Make(GraphScalar scalar) => new(NameOf(scalar), GraphKind.Scalar)
    {
        Scalar = scalar,
        Description = Describe(scalar),
        SpecifiedBy = scalar switch
        {
            GraphScalar.DateTime => Rfc + "rfc3339",
            GraphScalar.Bytes => Rfc + "rfc4648#section-4",
            GraphScalar.Json => Rfc + "rfc8259",
            GraphScalar.Duration => "https://protobuf.dev/reference/protobuf/google.protobuf/#duration",
            _ => null,
        },
    };

    private static string Describe(GraphScalar scalar) => scalar switch
    {
        GraphScalar.Int64 => "A signed 64-bit integer. Answers hold it as a string, as JSON numbers lose digits beyond 2^53; requests may hold a string or an integer.",
        GraphScalar.UInt64 => "An unsigned 64-bit integer. Answers hold it as a string, as JSON numbers lose digits beyond 2^53; requests may hold a string or an integer.",
        GraphScalar.UInt32 => "An unsigned 32-bit integer.",
        GraphScalar.DateTime => "An instant as RFC 3339 has it: 2030-01-31T12:00:00.5Z.",
        GraphScalar.Duration => "A span of time in seconds, with up to nine decimals: 1.5s.",
        GraphScalar.Bytes => "Bytes as base64.",
        GraphScalar.Double => "A floating-point number, or one of \"NaN\", \"Infinity\" and \"-Infinity\".",
        GraphScalar.Json => "Any JSON value.",
        _ => "",
    };
}
