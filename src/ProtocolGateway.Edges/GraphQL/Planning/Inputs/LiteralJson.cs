using System.Buffers;
using System.Text;
using GraphQLParser.AST;
using ProtocolGateway.Edges.GraphQL.Execution;

namespace ProtocolGateway.Edges.GraphQL.Planning.Inputs;

/// <summary>Writes values of a document as JSON, as a client would write them as variables: names of enums become text.</summary>
internal static class LiteralJson
{
    /// <summary>A variable stands in it.</summary>
    public static bool HasVariables(GraphQLValue value) => value switch
    {
        GraphQLVariable => true,
        GraphQLListValue { Values: { } values } => values.Exists(HasVariables),
        GraphQLObjectValue { Fields: { } fields } => fields.Exists(static f => HasVariables(f.Value)),
        _ => false,
    };

    /// <summary>Writes a value without variables.</summary>
    public static void Write(GraphQLValue value, PooledBuffer into)
    {
        switch (value)
        {
            case GraphQLNullValue:
                into.Write("null"u8);
                break;
            case GraphQLBooleanValue boolean:
                into.Write(boolean.BoolValue ? "true"u8 : "false"u8);
                break;
            case GraphQLIntValue number:
                into.Write(Encoding.UTF8.GetBytes(number.Value.ToString()));
                break;
            case GraphQLFloatValue number:
                into.Write(Encoding.UTF8.GetBytes(number.Value.ToString()));
                break;
            case GraphQLStringValue text:
                into.Write(JsonEscapes.Quote(text.Value.Span));
                break;
            case GraphQLEnumValue name:
                into.Write(JsonEscapes.Quote(name.Name.Value.Span));
                break;
            case GraphQLListValue list:
                WriteList(list, into);
                break;
            case GraphQLObjectValue group:
                WriteObject(group, into);
                break;
            default:
                throw new ArgumentException($"{value.Kind} is no literal.", nameof(value));
        }
    }

    private static void WriteList(GraphQLListValue list, PooledBuffer into)
    {
        into.Write("["u8);
        for (var i = 0; i < (list.Values?.Count ?? 0); i++)
        {
            if (i > 0)
                into.Write(","u8);
            Write(list.Values![i], into);
        }

        into.Write("]"u8);
    }

    private static void WriteObject(GraphQLObjectValue group, PooledBuffer into)
    {
        into.Write("{"u8);
        for (var i = 0; i < (group.Fields?.Count ?? 0); i++)
        {
            if (i > 0)
                into.Write(","u8);
            into.Write(JsonEscapes.Quote(group.Fields![i].Name.Value.Span));
            into.Write(":"u8);
            Write(group.Fields[i].Value, into);
        }

        into.Write("}"u8);
    }
}
