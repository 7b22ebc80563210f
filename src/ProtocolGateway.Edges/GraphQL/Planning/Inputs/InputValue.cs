using System.Buffers;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.GraphQL.Schema;

namespace ProtocolGateway.Edges.GraphQL.Planning.Inputs;

/// <summary>How the JSON of one input type becomes the JSON that the contract wants (specification, "Input Values"). Compiled once for a schema; immutable.</summary>
internal sealed class InputValue(string typeName, bool nonNull)
{
    /// <summary>The type as SDL writes it, for messages.</summary>
    public string TypeName { get; } = typeName;

    /// <summary>Null is no value.</summary>
    public bool NonNull { get; } = nonNull;

    /// <summary>Of a list.</summary>
    public InputValue? Element { get; init; }

    /// <summary>Of a list of entries, which the contract has as an object: the entries' key and value.</summary>
    public (InputValue Key, InputValue Value)? Entry { get; init; }

    /// <summary>There is exactly one entry, and no list around it.</summary>
    public bool IsOneEntry { get; init; }

    /// <summary>Of an enum.</summary>
    public EnumTable? Enum { get; init; }

    /// <summary>Of an input object.</summary>
    public InputObject? Object { get; init; }

    /// <summary>Of a scalar.</summary>
    public GraphScalar Scalar { get; init; }

    /// <summary>A Boolean that stands for a message without fields: true is the empty object, false is nothing.</summary>
    public bool IsPresence { get; init; }

    /// <summary>Appends the coerced value.</summary>
    /// <param name="json">Well-formed JSON.</param>
    /// <param name="at">Where the value begins.</param>
    /// <param name="into">Takes the coerced value; what it holds is meaningless after a failure.</param>
    /// <param name="failure">Takes what is wrong.</param>
    /// <returns>False where the value is none of the type's.</returns>
    public bool Write(ReadOnlySpan<byte> json, int at, PooledBuffer into, InputFailure failure)
    {
        if (JsonScan.IsNull(json, at))
        {
            into.Write("null"u8);
            return !NonNull || failure.Because($"Expected non-nullable type \"{TypeName}\" not to be null.");
        }

        if (Entry is { } entry)
            return WriteEntries(entry, json, at, into, failure);
        if (Element is not null)
            return WriteList(Element, json, at, into, failure);
        if (Object is not null)
            return Object.Write(json, at, into, failure);
        var value = json[at..JsonScan.SkipValue(json, at)];
        if (Enum is not null)
            return WriteEnum(Enum, value, into, failure);
        if (IsPresence && value[0] == 't')
        {
            into.Write("{}"u8);
            return true;
        }

        return ScalarInput.TryWrite(Scalar, value, into) || failure.Because($"It is no {TypeName.TrimEnd('!')}.");
    }

    private static bool WriteList(InputValue element, ReadOnlySpan<byte> json, int at, PooledBuffer into, InputFailure failure)
    {
        into.Write("["u8);
        if (json[at] != '[')
        {
            // One value is a list of one (specification, "List", input coercion).
            if (!element.Write(json, at, into, failure))
                return false;
            into.Write("]"u8);
            return true;
        }

        at++;
        for (var i = 0; JsonScan.NextElement(json, ref at); i++)
        {
            if (i > 0)
                into.Write(","u8);
            if (!element.Write(json, at, into, failure))
                return failure.In(i);
            at = JsonScan.SkipValue(json, at);
        }

        into.Write("]"u8);
        return true;
    }

    private bool WriteEntries((InputValue Key, InputValue Value) entry, ReadOnlySpan<byte> json, int at, PooledBuffer into, InputFailure failure)
    {
        into.Write("{"u8);
        if (IsOneEntry || json[at] != '[')
        {
            if (!WriteEntry(entry, json, at, into, failure))
                return false;
            into.Write("}"u8);
            return true;
        }

        at++;
        for (var i = 0; JsonScan.NextElement(json, ref at); i++)
        {
            if (i > 0)
                into.Write(","u8);
            if (!WriteEntry(entry, json, at, into, failure))
                return failure.In(i);
            at = JsonScan.SkipValue(json, at);
        }

        into.Write("}"u8);
        return true;
    }

    private static bool WriteEntry((InputValue Key, InputValue Value) entry, ReadOnlySpan<byte> json, int at, PooledBuffer into, InputFailure failure)
    {
        if (json[at] != '{')
            return failure.Because("An entry of a map is an object with \"key\" and \"value\".");
        if (UnknownMember(json, at) is { } unknown)
            return failure.Because($"Field \"{unknown}\" is not defined by the entries of a map.");
        var key = JsonScan.FindMember(json, at, "key"u8);
        var value = JsonScan.FindMember(json, at, "value"u8);
        if (key < 0)
            return failure.Because("Field \"key\" is required, but it was not provided.");
        var start = into.Length;
        if (!entry.Key.Write(json, key, into, failure))
            return failure.In("key");
        MapNode.QuoteKey(into, start);
        into.Write(":"u8);
        if (value >= 0)
            return entry.Value.Write(json, value, into, failure) || failure.In("value");
        into.Write("null"u8);
        return !entry.Value.NonNull || failure.Because("Field \"value\" is required, but it was not provided.");
    }

    private static string? UnknownMember(ReadOnlySpan<byte> json, int at)
    {
        at++;
        while (JsonScan.NextMember(json, ref at, out var name))
        {
            if (!name.SequenceEqual("key"u8) && !name.SequenceEqual("value"u8))
                return JsonEscapes.ToText(name);
            at = JsonScan.SkipValue(json, at);
        }

        return null;
    }

    private bool WriteEnum(EnumTable names, ReadOnlySpan<byte> value, PooledBuffer into, InputFailure failure)
    {
        if (value[0] != '"')
            return failure.Because($"Enum \"{TypeName.TrimEnd('!')}\" cannot represent a value that is no text.");
        var name = JsonEscapes.ToText(value[1..^1]);
        if (names.ToJson(name) is not { } known)
            return failure.Because($"Value \"{name}\" does not exist in \"{TypeName.TrimEnd('!')}\" enum.");
        into.Write(known);
        return true;
    }
}
