using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.GraphQL.Schema.Joins;

/// <summary>A path of names that leads through messages to a field.</summary>
/// <param name="Fields">The fields along it; empty for the type itself.</param>
/// <param name="Type">The type at its end.</param>
internal sealed record JoinPath(IReadOnlyList<Field> Fields, DataType Type)
{
    /// <summary>The JSON names along it.</summary>
    public string[] JsonNames => [.. Fields.Select(static f => f.JsonName)];
}

/// <summary>Follows the dotted paths of joins. An error is told as text, for the caller to place.</summary>
internal static class JoinPaths
{
    /// <summary>The path; null and why where it leads nowhere.</summary>
    /// <param name="from">The type where it begins.</param>
    /// <param name="path">Names with dots between; empty for the type itself.</param>
    /// <param name="names">What they mean.</param>
    /// <param name="throughList">The first list on the way is gone into: of an input, the list of elements.</param>
    public static (JoinPath? Path, string Problem) Follow(DataType from, string path, JoinNames names, bool throughList = false)
    {
        var fields = new List<Field>();
        var type = from;
        foreach (var name in path.Length == 0 ? [] : path.Split('.'))
        {
            if (throughList && type is ListType list)
                (type, throughList) = (list.Element, false);
            if (type is not MessageType { WellKnown: WellKnown.None or WellKnown.HttpBody } message)
                return (null, $"'{name}' is looked for in {Describe(type)}, which has no fields");
            var field = names.Find(message, name, out var within);
            if (within)
                continue;
            if (field is null)
                return (null, $"{message.FullName} has no field '{name}'");
            fields.Add(field);
            type = field.Type;
        }

        return (new JoinPath(fields, type), "");
    }

    /// <summary>What a type is, in words.</summary>
    public static string Describe(DataType type) => type switch
    {
        MessageType message => message.FullName,
        EnumType @enum => @enum.FullName,
        ListType { Element: ListType } => "a list of lists",
        ListType list => "a list of " + Describe(list.Element),
        MapType => "a map",
        UnionType union => union.Name,
        ScalarType scalar => scalar.Kind.ToString(),
        _ => "JSON",
    };

    /// <summary>A wrapper is the scalar in it.</summary>
    public static DataType Unwrap(DataType type) => type is MessageType { WellKnown: WellKnown.Wrapper } wrapper ? wrapper.Fields[0].Type : type;
}
