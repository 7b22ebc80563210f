using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.GraphQL.Planning;

/// <summary>What is wanted of a call's answer, by the contract's JSON names: the rest is passed over before it becomes JSON, or not sent at all.</summary>
internal sealed class AnswerShape
{
    private readonly Dictionary<string, AnswerShape> _members = new(StringComparer.Ordinal);
    private bool _whole;

    /// <summary>All of the value is wanted.</summary>
    public void WantAll() => _whole = true;

    /// <summary>A member is wanted; what of it, its shape says. Of lists and maps it is that of the elements.</summary>
    public AnswerShape Want(string jsonName)
    {
        if (!_members.TryGetValue(jsonName, out var member))
            _members[jsonName] = member = new AnswerShape();
        return member;
    }

    /// <summary>The shape at the end of a path.</summary>
    public AnswerShape Follow(IEnumerable<string> path) => path.Aggregate(this, static (shape, name) => shape.Want(name));

    /// <summary>Wants what another wants too.</summary>
    public void Add(AnswerShape other)
    {
        _whole |= other._whole;
        foreach (var (name, member) in other._members)
            Want(name).Add(member);
    }

    /// <summary>The message without what is not wanted.</summary>
    public MessageType Part(MessageType message)
    {
        if (_whole || message.WellKnown is not (WellKnown.None or WellKnown.HttpBody or WellKnown.Empty))
            return message;
        return message.With([.. message.Fields.Where(f => _members.ContainsKey(f.JsonName)).Select(f => f.With(_members[f.JsonName].Part(f.Type)))]);
    }

    /// <summary>The paths of a field mask for a message; null where a mask cannot say it, so that the backend sends all.</summary>
    public List<string>? Mask(MessageType message)
    {
        var paths = new List<string>();
        return AddPaths(message, "", paths) && paths.Count > 0 ? paths : null;
    }

    /// <summary>The members, for whoever reads a plan: <c>users{name address{city}}</c>.</summary>
    public override string ToString() =>
        string.Join(' ', _members.Select(static m => m.Value._members.Count == 0 ? m.Key : m.Key + "{" + m.Value + "}"));

    private DataType Part(DataType type) => type switch
    {
        MessageType message => Part(message),
        ListType list => new ListType(Part(list.Element)) { NullableElement = list.NullableElement },
        MapType map => new MapType(map.Key, Part(map.Value)) { NullableValue = map.NullableValue },
        _ => type,
    };

    private bool AddPaths(MessageType message, string prefix, List<string> paths)
    {
        foreach (var field in message.Fields)
        {
            if (!_members.TryGetValue(field.JsonName, out var wanted))
                continue;
            // A mask is written in lower camel case and read back to the contract's names, which not all names survive (ProtoJSON format, FieldMask).
            if (Camel(field.Name) is not { } name)
                return false;
            // Masks do not lead into lists and maps, nor into values of other forms.
            if (field.Type is not MessageType { WellKnown: WellKnown.None } below || wanted._whole || wanted._members.Count == 0)
                paths.Add(prefix + name);
            else if (!wanted.AddPaths(below, prefix + name + ".", paths))
                return false;
        }

        return true;
    }

    private static string? Camel(string name)
    {
        var camel = new System.Text.StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            if (char.IsAsciiLetterUpper(name[i]) || (name[i] == '_' && (i + 1 == name.Length || !char.IsAsciiLetterLower(name[i + 1]))))
                return null;
            camel.Append(name[i] == '_' ? char.ToUpperInvariant(name[++i]) : name[i]);
        }

        return camel.ToString();
    }
}
