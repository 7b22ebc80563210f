using System.Buffers;
using ProtocolGateway.Edges.GraphQL.Execution;

namespace ProtocolGateway.Edges.GraphQL.Planning.Inputs;

/// <summary>One field of an input object.</summary>
/// <param name="Name">In GraphQL.</param>
/// <param name="Key">Quoted name and colon in the contract's JSON; empty where the value's own members belong to the object around it.</param>
/// <param name="Value">Its type.</param>
/// <param name="Default">The coerced default; null where it has none.</param>
internal sealed record InputField(string Name, byte[] Key, InputValue Value, byte[]? Default)
{
    /// <summary>The value is all of an operation's input.</summary>
    public bool IsWhole { get; init; }

    /// <summary>It must be given.</summary>
    public bool IsRequired => Value.NonNull && Default is null;
}

/// <summary>The fields of an input object type; may lead to itself, so they are set after all types are made.</summary>
internal sealed class InputObject(string typeName, bool isOneOf)
{
    private const int MostOnStack = 64;

    private InputField[] _fields = [];
    private NameTable _names = NameTable.Of([]);

    /// <summary>The type, for messages.</summary>
    public string TypeName { get; } = typeName;

    /// <summary>Exactly one field is given.</summary>
    public bool IsOneOf { get; } = isOneOf;

    /// <summary>The fields.</summary>
    public IReadOnlyList<InputField> Fields => _fields;

    /// <summary>The field of that name; null where there is none.</summary>
    public InputField? Find(string name) => Array.Find(_fields, f => f.Name == name);

    /// <summary>Called once.</summary>
    public void Complete(InputField[] fields) => (_fields, _names) = (fields, NameTable.Of([.. fields.Select(static f => f.Name)]));

    /// <summary>Appends the coerced object; as <see cref="InputValue.Write"/>.</summary>
    public bool Write(ReadOnlySpan<byte> json, int at, PooledBuffer into, InputFailure failure)
    {
        if (json[at] != '{')
            return failure.Because($"Expected type \"{TypeName}\" to be an object.");
        var places = _fields.Length <= MostOnStack ? stackalloc int[_fields.Length] : new int[_fields.Length];
        places.Fill(-1);
        if (!Locate(json, at, places, failure) || (IsOneOf && !CheckOne(json, places, failure)))
            return false;
        var start = into.Length;
        into.Write("{"u8);
        for (var i = 0; i < _fields.Length; i++)
        {
            if (!WriteMember(_fields[i], json, places[i], start, into, failure))
                return failure.In(_fields[i].Name);
        }

        into.Write("}"u8);
        return true;
    }

    private static bool WriteMember(InputField field, ReadOnlySpan<byte> json, int at, int start, PooledBuffer into, InputFailure failure)
    {
        if (at < 0 && field.Default is null)
            return !field.Value.NonNull || failure.Because($"A value of type \"{field.Value.TypeName}\" is required, but it was not provided.");
        if (at >= 0 && field.Value.IsPresence && json[at] == 'f')
            return true;
        var before = into.Length;
        if (before > start + 1)
            into.Write(","u8);
        var own = into.Length;
        into.Write(field.Key);
        if (at < 0)
            into.Write(field.Default);
        else if (!field.Value.Write(json, at, into, failure))
            return false;
        if (field.Key.Length == 0 && !ObjectNode.Spread(into, own))
            into.Truncate(before);
        return true;
    }

    // Of two members of one name the last counts, as everywhere in JSON.
    private bool Locate(ReadOnlySpan<byte> json, int at, Span<int> places, InputFailure failure)
    {
        var next = 0;
        at++;
        while (JsonScan.NextMember(json, ref at, out var name))
        {
            var index = _names.Find(name, ref next);
            if (index < 0)
                return failure.Because($"Field \"{JsonEscapes.ToText(name)}\" is not defined by type \"{TypeName}\".");
            places[index] = at;
            at = JsonScan.SkipValue(json, at);
        }

        return true;
    }

    private bool CheckOne(ReadOnlySpan<byte> json, ReadOnlySpan<int> places, InputFailure failure)
    {
        var given = places.Length - places.Count(-1);
        if (given != 1)
            return failure.Because($"Exactly one key must be specified for OneOf type \"{TypeName}\".");
        var index = places.IndexOfAnyExcept(-1);
        return !JsonScan.IsNull(json, places[index]) || failure.Because($"Field \"{_fields[index].Name}\" of OneOf type \"{TypeName}\" must be non-null.");
    }
}
