using GraphQLParser;
using GraphQLParser.AST;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.GraphQL.Schema;

namespace ProtocolGateway.Edges.GraphQL.Planning.Inputs;

/// <summary>The input types of a schema, compiled.</summary>
internal sealed class InputTable
{
    private readonly Dictionary<GraphType, InputObject> _objects = [];
    private readonly Dictionary<GraphType, EnumTable> _enums = [];
    private readonly GraphSchema _schema;

    private InputTable(GraphSchema schema) => _schema = schema;

    /// <summary>Compiles all input types of a schema.</summary>
    public static InputTable Of(GraphSchema schema)
    {
        var table = new InputTable(schema);
        foreach (var type in schema.Types)
        {
            if (type.Kind == GraphKind.Enum)
                table._enums[type] = EnumTable.Of(type);
            else if (type is { Kind: GraphKind.Input, IsMapEntry: false })
                table._objects[type] = new InputObject(type.Name, type.IsOneOf);
        }

        foreach (var (type, made) in table._objects)
            made.Complete([.. type.InputFields.Select(table.Field)]);
        return table;
    }

    /// <summary>The names of an enum.</summary>
    public EnumTable Enum(GraphType type) => _enums[type];

    /// <summary>An argument, compiled as fields of input types are.</summary>
    public InputField Field(GraphInputValue source)
    {
        var value = Value(source.Type);
        if (source.Contract?.Type is MessageType { Fields.Count: 0, WellKnown: WellKnown.None or WellKnown.Empty } && value.Scalar == GraphScalar.Boolean)
            value = new InputValue(value.TypeName, value.NonNull) { Scalar = GraphScalar.Boolean, IsPresence = true };
        byte[] key = source.Spreads ? [] : [.. JsonEscapes.Quote(source.JsonName), (byte)':'];
        return new InputField(source.Name, key, value, source.Default is { } text ? Coerce(Parser.Parse<GraphQLValue>(text), value) : null) { IsWhole = source.IsWhole };
    }

    /// <summary>A type where it is used.</summary>
    public InputValue Value(GraphTypeRef type)
    {
        var name = type.ToString();
        if (type.Element is { Named: { IsMapEntry: true } entry })
            return new InputValue(name, type.NonNull) { Entry = (Value(entry.InputFields[0].Type), Value(entry.InputFields[1].Type)) };
        if (type.Element is { } element)
            return new InputValue(name, type.NonNull) { Element = Value(element) };
        // Only variables: elsewhere entries stand in lists.
        if (type.Named is { IsMapEntry: true } single)
            return new InputValue(name, type.NonNull) { Entry = (Value(single.InputFields[0].Type), Value(single.InputFields[1].Type)), IsOneEntry = true };
        return type.Named!.Kind switch
        {
            GraphKind.Enum => new InputValue(name, type.NonNull) { Enum = _enums[type.Named] },
            GraphKind.Input => new InputValue(name, type.NonNull) { Object = _objects[type.Named] },
            _ => new InputValue(name, type.NonNull) { Scalar = type.Named.Scalar },
        };
    }

    /// <summary>The type that a variable's definition names; null where the schema has none of that name.</summary>
    public GraphTypeRef? Find(GraphQLType type, bool nonNull = false) => type switch
    {
        GraphQLNonNullType { Type: { } inner } => Find(inner, nonNull: true),
        GraphQLListType { Type: { } inner } => Find(inner) is { } element ? GraphTypeRef.ListOf(element, nonNull) : null,
        GraphQLNamedType named => Named(named.Name.StringValue) is { } found ? GraphTypeRef.Of(found, nonNull) : null,
        _ => null,
    };

    /// <summary>The coerced JSON of a literal without variables; null where it is none of the type's.</summary>
    public static byte[]? Coerce(GraphQLValue literal, InputValue type)
    {
        using var json = new PooledBuffer();
        using var into = new PooledBuffer();
        LiteralJson.Write(literal, json);
        return type.Write(json.WrittenSpan, 0, into, new InputFailure()) ? into.WrittenSpan.ToArray() : null;
    }

    // A variable may be of a built-in scalar that no field of the schema is of.
    private GraphType? Named(string name) => _schema.Find(name) ?? (name switch
    {
        "Int" => GraphScalar.Int,
        "Float" => GraphScalar.Float,
        "String" => GraphScalar.String,
        "Boolean" => GraphScalar.Boolean,
        "ID" => GraphScalar.Id,
        _ => (GraphScalar?)null,
    } is { } scalar ? new GraphType(name, GraphKind.Scalar) { Scalar = scalar } : null);
}
