using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.Rest.Binding;

/// <summary>One parameter of an OpenAPI operation: its name, whether it must be there, and what its values may be.</summary>
internal sealed class HttpParameter
{
    private readonly ParameterCheck _check;
    private readonly char _separator;

    private HttpParameter(Field field, int index, ParameterCheck check, char separator)
    {
        (Index, _check, _separator) = (index, check, separator);
        Name = field.Name;
        IsRequired = field.Presence == Presence.Required;
        IsList = field.Type is ListType;
        IsScalar = field.Type is ScalarType { Kind: not ScalarKind.Json } or EnumType;
    }

    /// <summary>Its place among the parameters of its location.</summary>
    public int Index { get; }

    /// <summary>The name as in the document.</summary>
    public string Name { get; }

    /// <summary>It must be there.</summary>
    public bool IsRequired { get; }

    /// <summary>It may be given more than once.</summary>
    public bool IsList { get; }

    /// <summary>It has no members or elements.</summary>
    public bool IsScalar { get; }

    /// <summary>Compiles a parameter.</summary>
    /// <param name="field">The field of the operation's input.</param>
    /// <param name="index">Its place among the parameters of its location.</param>
    /// <param name="weakened">A pattern that cannot be checked; null where all is.</param>
    public static HttpParameter Compile(Field field, int index, out string? weakened)
    {
        var check = ParameterCheck.Compile(field.Type is ListType list ? list.Element : field.Type, out weakened);
        var separator = field switch
        {
            { Type: not ListType } => '\0',
            { Style.Name: "spaceDelimited" } => ' ',
            { Style.Name: "pipeDelimited" } => '|',
            { Style: { Name: "form", Explode: true } or null, Location: FieldLocation.Query } => '\0',
            { Style.Name: "label" or "matrix" } => '\0',
            _ => ',',
        };
        // label and matrix write more than the value: such values are forwarded unread.
        return field.Style?.Name is "label" or "matrix"
            ? new(field, index, ParameterCheck.Compile(new ScalarType(ScalarKind.Json), out _), '\0')
            : new(field, index, check, separator);
    }

    /// <summary>Null, or what is wrong with the decoded text.</summary>
    public string? Check(string value)
    {
        if (_separator == '\0')
            return _check.Check(value);
        foreach (var item in value.Split(_separator, _separator == ',' ? StringSplitOptions.TrimEntries : StringSplitOptions.None))
        {
            if (_check.Check(item) is { } problem)
                return problem;
        }

        return null;
    }
}
