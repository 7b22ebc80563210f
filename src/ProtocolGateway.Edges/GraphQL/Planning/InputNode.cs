using ProtocolGateway.Edges.GraphQL.Execution;

namespace ProtocolGateway.Edges.GraphQL.Planning;

/// <summary>A value of a document, compiled to write the JSON that the contract wants. Immutable.</summary>
internal abstract class InputNode
{
    /// <summary>No arguments.</summary>
    public static InputNode Empty { get; } = new LiteralNode("{}"u8.ToArray());

    /// <summary>The same for every request.</summary>
    public virtual bool IsConstant => false;

    /// <summary>Two nodes of one signature write the same for the same variables. For planning.</summary>
    public abstract string Signature { get; }

    /// <summary>Appends the value; false, and nothing is appended, where it is absent: a variable that was not given.</summary>
    /// <param name="variables">The request's.</param>
    /// <param name="into">The input's JSON.</param>
    /// <param name="problem">Set where a variable does not fit where it is used; the first stays. What is appended is worth nothing then.</param>
    public abstract bool Write(VariableValues variables, PooledBuffer into, ref string? problem);
}

/// <summary>A value without variables.</summary>
internal sealed class LiteralNode(byte[] json) : InputNode
{
    /// <inheritdoc />
    public override bool IsConstant => true;

    /// <inheritdoc />
    public override string Signature => System.Text.Encoding.UTF8.GetString(Json);

    /// <summary>The JSON.</summary>
    public byte[] Json { get; } = json;

    /// <inheritdoc />
    public override bool Write(VariableValues variables, PooledBuffer into, ref string? problem)
    {
        into.Write(Json);
        return true;
    }
}

/// <summary>A variable.</summary>
/// <param name="index">Its place among the operation's variables.</param>
/// <param name="name">Its name.</param>
/// <param name="place">The argument or input field, for messages.</param>
/// <param name="fallback">The default of the place; null where it has none.</param>
/// <param name="nonNull">Null is no value at the place: the variable may be, where either has a default.</param>
internal sealed class VariableNode(int index, string name, string place, byte[]? fallback, bool nonNull) : InputNode
{
    /// <inheritdoc />
    public override string Signature => $"${name}{(nonNull ? "!" : "")}{(fallback is null ? "" : " or " + System.Text.Encoding.UTF8.GetString(fallback))}";

    /// <inheritdoc />
    public override bool Write(VariableValues variables, PooledBuffer into, ref string? problem)
    {
        var value = variables.Json(index);
        if (value.IsEmpty)
        {
            if (fallback is null)
                return false;
            into.Write(fallback);
            return true;
        }

        if (nonNull && value[0] == 'n')
            problem ??= $"Variable \"${name}\" is null, but \"{place}\" is non-null.";
        into.Write(value);
        return true;
    }
}

/// <summary>A Boolean variable that stands for a message without fields: true is the empty object, false is nothing.</summary>
internal sealed class PresenceNode(VariableNode variable) : InputNode
{
    /// <inheritdoc />
    public override string Signature => "?" + variable.Signature;

    /// <inheritdoc />
    public override bool Write(VariableValues variables, PooledBuffer into, ref string? problem)
    {
        var at = into.Length;
        if (!variable.Write(variables, into, ref problem))
            return false;
        if (into.WrittenSpan[at] == 'n')
            return true;
        var isThere = into.WrittenSpan[at] == 't';
        into.Truncate(at);
        if (isThere)
            into.Write("{}"u8);
        return isThere;
    }
}

/// <summary>A list with a variable in it.</summary>
internal sealed class ListNode(InputNode[] elements) : InputNode
{
    /// <inheritdoc />
    public override string Signature => $"[{string.Join(',', elements.Select(static e => e.Signature))}]";

    /// <inheritdoc />
    public override bool Write(VariableValues variables, PooledBuffer into, ref string? problem)
    {
        into.Write("["u8);
        for (var i = 0; i < elements.Length; i++)
        {
            if (i > 0)
                into.Write(","u8);
            // A variable without a value is null in a list (specification, "List", input coercion).
            if (!elements[i].Write(variables, into, ref problem))
                into.Write("null"u8);
        }

        into.Write("]"u8);
        return true;
    }
}

/// <summary>One member of an input object.</summary>
/// <param name="Key">Quoted name and colon; empty where the value's own members belong to the object around it.</param>
/// <param name="Value">The value.</param>
internal readonly record struct InputMember(byte[] Key, InputNode Value);

/// <summary>An input object, or all arguments together.</summary>
internal sealed class ObjectNode(InputMember[] members) : InputNode
{
    /// <inheritdoc />
    public override bool IsConstant { get; } = members.All(static m => m.Value.IsConstant);

    /// <inheritdoc />
    public override string Signature => $"{{{string.Join(',', members.Select(static m => System.Text.Encoding.UTF8.GetString(m.Key) + m.Value.Signature))}}}";

    /// <inheritdoc />
    public override bool Write(VariableValues variables, PooledBuffer into, ref string? problem)
    {
        var start = into.Length;
        into.Write("{"u8);
        foreach (var (key, value) in members)
        {
            var before = into.Length;
            if (before > start + 1)
                into.Write(","u8);
            var own = into.Length;
            into.Write(key);
            if (!value.Write(variables, into, ref problem) || (key.Length == 0 && !Spread(into, own)))
                into.Truncate(before);
        }

        into.Write("}"u8);
        return true;
    }

    /// <summary>Takes the braces off the object that was written from there on; false where nothing is left of it.</summary>
    public static bool Spread(PooledBuffer into, int start)
    {
        var written = into.WrittenSpan[start..];
        if (written[0] != '{' || written.Length == 2)
            return false;
        written[1..^1].CopyTo(written);
        into.Truncate(into.Length - 2);
        return true;
    }
}

/// <summary>A list of entries that becomes a JSON object.</summary>
/// <param name="place">The argument or input field, for messages.</param>
/// <param name="entries">The entries; one without a key is a variable, which was coerced to an object of one member.</param>
internal sealed class MapNode(string place, (InputNode? Key, InputNode Value)[] entries) : InputNode
{
    /// <inheritdoc />
    public override string Signature => $"<{string.Join(',', entries.Select(static e => e.Key?.Signature + ":" + e.Value.Signature))}>";

    /// <inheritdoc />
    public override bool Write(VariableValues variables, PooledBuffer into, ref string? problem)
    {
        into.Write("{"u8);
        for (var i = 0; i < entries.Length; i++)
        {
            if (i > 0)
                into.Write(","u8);
            var (key, value) = entries[i];
            if (key is null)
                WriteWhole(value, variables, into, ref problem);
            else
                WriteEntry(key, value, variables, into, ref problem);
        }

        into.Write("}"u8);
        return true;
    }

    /// <summary>Keys of JSON objects are strings: makes a number or a boolean that was written from there on one.</summary>
    public static void QuoteKey(PooledBuffer into, int at)
    {
        if (into.WrittenSpan[at] == '"')
            return;
        into.Write("\"\""u8);
        var written = into.WrittenSpan[at..];
        written[..^2].CopyTo(written[1..]);
        written[0] = (byte)'"';
    }

    private void WriteEntry(InputNode key, InputNode value, VariableValues variables, PooledBuffer into, ref string? problem)
    {
        var at = into.Length;
        if (!key.Write(variables, into, ref problem) || into.WrittenSpan[at] == 'n')
            problem ??= $"\"{place}\" has an entry without a key.";
        else
            QuoteKey(into, at);
        into.Write(":"u8);
        if (!value.Write(variables, into, ref problem))
            into.Write("null"u8);
    }

    private void WriteWhole(InputNode entry, VariableValues variables, PooledBuffer into, ref string? problem)
    {
        var at = into.Length;
        if (!entry.Write(variables, into, ref problem) || !ObjectNode.Spread(into, at))
            problem ??= $"\"{place}\" has an entry that is null.";
    }
}
