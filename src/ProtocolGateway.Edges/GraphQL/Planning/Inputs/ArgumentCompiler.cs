using GraphQLParser.AST;

namespace ProtocolGateway.Edges.GraphQL.Planning.Inputs;

/// <summary>Compiles the arguments of fields to what writes an operation's input: all that holds no variable is coerced here, once.</summary>
internal sealed class ArgumentCompiler(VariableTable variables)
{
    /// <summary>A literal that is not of its type, though validation let it pass; null while all is well.</summary>
    public string? Problem { get; private set; }

    /// <summary>The arguments of a field, as members of one object, or as the one value that is the whole input.</summary>
    public InputNode Compile(IReadOnlyList<InputField> arguments, GraphQLArguments? given) => arguments is [{ IsWhole: true } whole]
        ? Member(whole, given?.ValueFor(whole.Name))?.Value ?? new LiteralNode([])
        : Fold(new ObjectNode([.. arguments.Select(a => Member(a, given?.ValueFor(a.Name))).OfType<InputMember>()]));

    // Null where nothing is ever written: neither a value nor a default.
    private InputMember? Member(InputField field, GraphQLValue? given)
    {
        if (given is null)
            return field.Default is null ? null : new InputMember(field.Key, new LiteralNode(field.Default));
        if (field.Value.IsPresence && given is GraphQLBooleanValue { BoolValue: false })
            return null;
        return new InputMember(field.Key, Value(given, field.Value, field.Name, field.Default));
    }

    private InputNode Value(GraphQLValue given, InputValue type, string place, byte[]? fallback = null)
    {
        if (given is GraphQLVariable variable)
        {
            var node = new VariableNode(IndexOf(variable), variable.Name.StringValue, place, fallback, type.NonNull);
            return type.IsPresence ? new PresenceNode(node) : node;
        }

        if (!LiteralJson.HasVariables(given))
            return Literal(given, type, place);
        return given switch
        {
            GraphQLListValue list when type.Entry is { } entry => new MapNode(place, [.. list.Values!.Select(e => Entry(e, entry, place))]),
            GraphQLListValue list when type.Element is { } element => new ListNode([.. list.Values!.Select(e => Value(e, element, place))]),
            _ when type.Entry is { } entry => new MapNode(place, [Entry(given, entry, place)]),
            _ when type.Element is { } element => new ListNode([Value(given, element, place)]),
            GraphQLObjectValue group when type.Object is { } target => Fold(new ObjectNode([.. target.Fields.Select(f => Member(f, group.Field(f.Name)?.Value)).OfType<InputMember>()])),
            _ => Free(given, place),
        };
    }

    private InputNode Literal(GraphQLValue given, InputValue type, string place)
    {
        if (InputTable.Coerce(given, type) is { } json)
            return new LiteralNode(json);
        Problem ??= $"Argument \"{place}\" has an invalid value: it is no {type.TypeName}.";
        return InputNode.Empty;
    }

    private (InputNode? Key, InputNode Value) Entry(GraphQLValue given, (InputValue Key, InputValue Value) entry, string place)
    {
        if (given is GraphQLVariable variable)
            return (null, new VariableNode(IndexOf(variable), variable.Name.StringValue, place, null, nonNull: true));
        if (given is not GraphQLObjectValue group || group.Field("key")?.Value is not { } key)
        {
            Problem ??= $"Argument \"{place}\": an entry of a map that holds variables must be an object with \"key\" and \"value\".";
            return (InputNode.Empty, InputNode.Empty);
        }

        return (Value(key, entry.Key, place), group.Field("value")?.Value is { } value ? Value(value, entry.Value, place) : new LiteralNode("null"u8.ToArray()));
    }

    // Within the scalar JSON anything may stand, variables included.
    private InputNode Free(GraphQLValue given, string place)
    {
        var any = new InputValue("JSON", nonNull: false) { Scalar = Schema.GraphScalar.Json };
        return given switch
        {
            GraphQLListValue list => new ListNode([.. list.Values!.Select(e => e is GraphQLVariable || !LiteralJson.HasVariables(e) ? Value(e, any, place) : Free(e, place))]),
            GraphQLObjectValue group => new ObjectNode([.. group.Fields!.Select(f => new InputMember(
                [.. JsonEscapes.Quote(f.Name.Value.Span), (byte)':'],
                f.Value is GraphQLVariable || !LiteralJson.HasVariables(f.Value) ? Value(f.Value, any, place) : Free(f.Value, place)))]),
            _ => Value(given, any, place),
        };
    }

    private static InputNode Fold(ObjectNode node)
    {
        if (!node.IsConstant)
            return node;
        using var into = new PooledBuffer();
        string? problem = null;
        node.Write(Execution.VariableValues.None, into, ref problem);
        return new LiteralNode(into.WrittenSpan.ToArray());
    }

    private int IndexOf(GraphQLVariable variable)
    {
        for (var i = 0; i < variables.Names.Count; i++)
        {
            if (variables.Names[i] == variable.Name.StringValue)
                return i;
        }

        throw new ArgumentException($"The variable \"{variable.Name.StringValue}\" is not defined, and the document was not validated.", nameof(variable));
    }
}
