using System.Text;
using ProtocolGateway.Edges.GraphQL.Schema.Building;

namespace ProtocolGateway.Edges.GraphQL.Schema;

/// <summary>Writes a schema in GraphQL's schema definition language.</summary>
public static class GraphSdlWriter
{
    /// <summary>The whole document.</summary>
    public static string Write(GraphSchema schema)
    {
        var output = new StringBuilder();
        foreach (var type in schema.Types)
        {
            if (type.Kind == GraphKind.Scalar && GraphScalars.IsBuiltIn(type.Scalar))
                continue;
            if (output.Length > 0)
                output.Append('\n');
            Describe(output, type.Description, "");
            WriteType(output, type);
        }

        return output.ToString();
    }

    private static void WriteType(StringBuilder output, GraphType type)
    {
        switch (type.Kind)
        {
            case GraphKind.Scalar:
                output.Append("scalar ").Append(type.Name);
                output.Append(type.SpecifiedBy is null ? "\n" : $" @specifiedBy(url: {SdlText.Quoted(type.SpecifiedBy)})\n");
                break;
            case GraphKind.Enum:
                Block(output, "enum " + type.Name, type.Values, WriteValue);
                break;
            case GraphKind.Object:
                Block(output, "type " + type.Name, type.Fields, WriteField);
                break;
            case GraphKind.Input:
                Block(output, $"input {type.Name}{(type.IsOneOf ? " @oneOf" : "")}", type.InputFields, static (o, v) => WriteInput(o, v, "  "));
                break;
            case GraphKind.Union:
                output.Append("union ").Append(type.Name).Append(" = ").AppendJoin(" | ", type.Members.Select(static m => m.Type.Name)).Append('\n');
                break;
        }
    }

    private static void Block<T>(StringBuilder output, string head, IReadOnlyList<T> members, Action<StringBuilder, T> write)
    {
        output.Append(head).Append(" {\n");
        foreach (var member in members)
            write(output, member);
        output.Append("}\n");
    }

    private static void WriteValue(StringBuilder output, GraphEnumValue value)
    {
        Describe(output, value.Description, "  ");
        output.Append("  ").Append(value.Name);
        Deprecate(output, value.Deprecation);
        output.Append('\n');
    }

    private static void WriteField(StringBuilder output, GraphField field)
    {
        Describe(output, field.Description, "  ");
        output.Append("  ").Append(field.Name);
        if (field.Arguments.Any(static a => a.Description.Length > 0))
        {
            output.Append("(\n");
            foreach (var argument in field.Arguments)
                WriteInput(output, argument, "    ");
            output.Append("  )");
        }
        else if (field.Arguments.Count > 0)
        {
            output.Append('(').AppendJoin(", ", field.Arguments.Select(InputText)).Append(')');
        }

        output.Append(": ").Append(field.Type);
        Deprecate(output, field.Deprecation);
        output.Append('\n');
    }

    private static void WriteInput(StringBuilder output, GraphInputValue value, string indent)
    {
        Describe(output, value.Description, indent);
        output.Append(indent).Append(InputText(value)).Append('\n');
    }

    private static string InputText(GraphInputValue value)
    {
        var text = new StringBuilder().Append(value.Name).Append(": ").Append(value.Type);
        if (value.Default is not null)
            text.Append(" = ").Append(value.Default);
        Deprecate(text, value.Deprecation);
        return text.ToString();
    }

    private static void Deprecate(StringBuilder output, string? reason)
    {
        if (reason is not null)
            output.Append(" @deprecated(reason: ").Append(SdlText.Quoted(reason)).Append(')');
    }

    private static void Describe(StringBuilder output, string text, string indent)
    {
        if (!string.IsNullOrWhiteSpace(text))
            SdlText.Description(output, text, indent);
    }
}
