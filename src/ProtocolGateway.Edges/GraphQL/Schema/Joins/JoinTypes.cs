using ProtocolGateway.Edges.GraphQL.Schema.Building;

namespace ProtocolGateway.Edges.GraphQL.Schema.Joins;

/// <summary>Whether the two sides of a key can hold the same values.</summary>
internal static class JoinTypes
{
    /// <summary>Values of one shape can be sent as values of the other without loss: integers of any width as each other, all else as itself.</summary>
    public static bool Match(GraphShape from, GraphShape to)
    {
        if (from.Kind == ShapeKind.Enum || to.Kind == ShapeKind.Enum)
            return from.Kind == to.Kind && from.Entry!.Key == to.Entry!.Key;
        return from.Kind == ShapeKind.Scalar && to.Kind == ShapeKind.Scalar && from.Scalar != GraphScalar.Json
            && (from.Scalar == to.Scalar || (IsInteger(from.Scalar) && IsInteger(to.Scalar)));
    }

    /// <summary>The name of a shape that can be a key, as SDL has it; null for others.</summary>
    public static string? NameOf(GraphShape shape, BuildContext context) => shape.Kind switch
    {
        ShapeKind.Scalar => GraphScalars.NameOf(shape.Scalar),
        // One that only hidden fields hold has no name in the schema, and nobody can say it.
        ShapeKind.Enum => context.TypeNames.FindOutput(shape.Entry!) ?? shape.Entry!.FullName,
        _ => null,
    };

    /// <summary>A type that an extension file writes can stand for a shape; ID stands for text and integers.</summary>
    public static bool IsSaid(string name, GraphShape shape, BuildContext context) =>
        name == NameOf(shape, context)
        || (shape.Kind == ShapeKind.Scalar && ((name == "ID" && (IsInteger(shape.Scalar) || shape.Scalar == GraphScalar.String))
            || (IsInteger(shape.Scalar) && Enum.TryParse<GraphScalar>(name, out var said) && IsInteger(said))));

    private static bool IsInteger(GraphScalar scalar) => scalar is GraphScalar.Int or GraphScalar.Int64 or GraphScalar.UInt32 or GraphScalar.UInt64;
}
