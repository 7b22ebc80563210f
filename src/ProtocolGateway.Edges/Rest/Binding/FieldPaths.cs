using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.Rest.Binding;

/// <summary>Finds fields by dotted names, JSON or original.</summary>
internal static class FieldPaths
{
    // Recursive messages make the set of names infinite; nobody nests parameters this deep.
    private const int MaxDepth = 32;

    /// <summary>The fields on the way; null, and why, where there is no such way.</summary>
    public static Field[]? Resolve(MessageType type, string name, out string? whyNot)
    {
        var steps = name.Split('.');
        whyNot = null;
        if (steps.Length > MaxDepth)
            whyNot = $"\"{name}\" is nested too deep";
        var path = new Field[steps.Length];
        var message = type;
        for (var i = 0; i < steps.Length && whyNot is null; i++)
        {
            if (message is null)
                whyNot = $"{path[i - 1].Name} in \"{name}\" is not a single plain message";
            else if (message.FindField(steps[i]) is not { IsExtension: false } field)
                whyNot = $"{message.FullName} has no field \"{steps[i]}\"";
            else
                (path[i], message) = (field, field.Type is MessageType { WellKnown: WellKnown.None } next ? next : null);
        }

        return whyNot is null ? path : null;
    }

    /// <summary>The original names, dotted: one text for each field, however it was named.</summary>
    public static string Canonical(IEnumerable<Field> path) => string.Join('.', path.Select(static field => field.Name));

    /// <summary>True for messages that are written as one text: the well-known scalars.</summary>
    public static bool IsText(DataType type) => type switch
    {
        ScalarType or EnumType => true,
        MessageType { WellKnown: WellKnown.Timestamp or WellKnown.Duration or WellKnown.FieldMask or WellKnown.Wrapper } => true,
        _ => false,
    };

    /// <summary>The choices within oneofs that a value at this path makes.</summary>
    public static OneofChoice[] Choices(Field[] path)
    {
        var choices = new List<OneofChoice>();
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i].Oneof is { } oneof)
                choices.Add(new(Canonical(path.Take(i)), oneof, path[i]));
        }

        return [.. choices];
    }
}

/// <summary>A value at some path sets this field of this oneof.</summary>
/// <param name="Parent">The canonical path of the message that has the oneof.</param>
/// <param name="Oneof">The oneof.</param>
/// <param name="Field">The field that is set.</param>
internal sealed record OneofChoice(string Parent, OneofGroup Oneof, Field Field)
{
    /// <summary>Both speak of one oneof, and choose differently.</summary>
    public bool Contradicts(OneofChoice other) =>
        ReferenceEquals(Oneof, other.Oneof) && !ReferenceEquals(Field, other.Field) && Parent == other.Parent;

    /// <summary>The first of these that contradicts one of those; null where none does.</summary>
    public static OneofChoice? FindContradicted(OneofChoice[] these, OneofChoice[] those)
    {
        foreach (var mine in these)
        {
            foreach (var other in those)
            {
                if (other.Contradicts(mine))
                    return other;
            }
        }

        return null;
    }
}
