using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.Rest.Routing;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.Rest.Binding;

/// <summary>Binds query parameters to what path and body have left of an input. Thread-safe.</summary>
internal sealed class QueryBinding(MessageType input, RequestBodyKind bodyKind, Field? bodyField, PathBinding[] path, BindingOptions options)
{
    // Recursive messages make the names infinite; beyond this many they are resolved anew each time.
    private const int MaxKnown = 1024;
    private readonly ConcurrentDictionary<string, QueryField> _known = new(StringComparer.Ordinal);
    private readonly OneofChoice[] _pathChoices = [.. path.SelectMany(static p => p.Choices)];
    private readonly OneofChoice[] _bodyChoices = bodyField is null ? [] : FieldPaths.Choices([bodyField]);

    /// <summary>Writes all parameters; the error of the first that is wrong.</summary>
    /// <param name="query">Raw, without the question mark.</param>
    /// <param name="hasBody">A body was bound.</param>
    /// <param name="output">The message being written.</param>
    /// <param name="seen">Gathers what was set; the caller releases it.</param>
    public GatewayError? Bind(ReadOnlySpan<char> query, bool hasBody, IBufferWriter<byte> output, ref SeenFields seen)
    {
        var text = new DecodedText(stackalloc byte[DecodedText.StackSize]);
        var pairs = new QueryReader(query);
        GatewayError? error = null;
        while (error is null && pairs.Read())
            error = BindOne(pairs.Name, pairs.Value, hasBody, output, ref text, ref seen);
        text.Release();
        return error;
    }

    /// <summary>The field that a parameter sets; null where none, and then the error, which is null as well where the parameter is to be ignored.</summary>
    /// <param name="name">Decoded.</param>
    /// <param name="key">The key of a map's entry.</param>
    /// <param name="error">Why there is no field.</param>
    public QueryField? Find(ReadOnlySpan<char> name, out ReadOnlySpan<char> key, out GatewayError? error)
    {
        error = null;
        var isEntry = TrySplitEntry(name, out var plain, out key);
        // Entries of a map are one field: it is known by its name and the opening bracket.
        var known = isEntry ? name[..(plain.Length + 1)] : name;
        QueryField? field = null;
        string? whyNot = "a key stands in brackets behind the name, as in name[key]";
        // Broken brackets are never looked up: a name without its key would be that of the map's entries.
        if (isEntry || name.IndexOfAny('[', ']') < 0)
        {
            if (_known.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(known, out field))
                return field;
            field = Compile(plain.ToString(), isEntry, out whyNot);
        }

        if (field is not null)
        {
            if (_known.Count < MaxKnown)
                _known.TryAdd(known.ToString(), field);
            return field;
        }

        var text = Shorten(name);
        if (!options.Ignores(name.ToString()))
            error = whyNot is null ? GatewayErrors.UnknownParameter(text) : GatewayErrors.InvalidInput($"The parameter \"{text}\" cannot be bound: {whyNot}.");
        return null;
    }

    // name[key]; what a key is, brackets included, is between the first and the last bracket, but two keys are none.
    private static bool TrySplitEntry(ReadOnlySpan<char> name, out ReadOnlySpan<char> plain, out ReadOnlySpan<char> key)
    {
        plain = name;
        key = [];
        var bracket = name.IndexOf('[');
        if (bracket <= 0 || name[^1] != ']' || name.Contains("][", StringComparison.Ordinal))
            return false;
        plain = name[..bracket];
        key = name[(bracket + 1)..^1];
        // A bracket that closes before one opens belongs to nothing.
        return plain.IndexOf(']') < 0;
    }

    // Without a reason the name means nothing at all.
    private QueryField? Compile(string name, bool isEntry, out string? whyNot)
    {
        whyNot = null;
        if (bodyKind == RequestBodyKind.Whole || FieldPaths.Resolve(input, name, out _) is not { } fields)
            return null;
        var canonical = FieldPaths.Canonical(fields);
        if (bodyField is not null && ReferenceEquals(fields[0], bodyField))
            whyNot = $"\"{bodyField.Name}\" is the body";
        else if (path.Any(p => p.Canonical == canonical))
            whyNot = $"\"{canonical}\" is set by the path";
        return whyNot is null ? QueryField.Compile(fields, isEntry, options.Codec, out whyNot) : null;
    }

    private GatewayError? BindOne(
        ReadOnlySpan<char> rawName, ReadOnlySpan<char> rawValue, bool hasBody, IBufferWriter<byte> output, ref DecodedText text, ref SeenFields seen)
    {
        var name = rawName;
        if (rawName.IndexOfAny('%', '+') >= 0)
        {
            if (!text.TryDecode(rawName, keepSlashes: false, plusIsSpace: true, out var utf8Name))
                return BadEscape(rawName);
            name = Encoding.UTF8.GetString(utf8Name);
        }

        var field = Find(name, out var key, out var error);
        if (field is null)
            return error;
        if (field.IsSingle || field.Choices.Length > 0)
            error = Check(field, name, hasBody, ref seen);
        if (field.IsMap && !seen.TryAddEntry(field, key))
            error = GatewayErrors.InvalidInput($"The parameter \"{Shorten(name)}\" is given more than once.");
        if (error is not null)
            return error;
        if (!text.TryDecode(rawValue, keepSlashes: false, plusIsSpace: true, out var value))
            return BadEscape(rawName);
        var failed = field.IsMap ? field.Write(Encoding.UTF8.GetBytes(key.ToString()), value, output) : field.Write([], value, output);
        return failed is null ? null : RequestBinding.BadValue(field.Canonical, failed);
    }

    private GatewayError? Check(QueryField field, ReadOnlySpan<char> name, bool hasBody, ref SeenFields seen)
    {
        var contradicted = OneofChoice.FindContradicted(field.Choices, _pathChoices)
            ?? (hasBody ? OneofChoice.FindContradicted(field.Choices, _bodyChoices) : null);
        foreach (var other in seen.Fields)
        {
            if (other.Canonical == field.Canonical)
                return field.IsSingle ? GatewayErrors.InvalidInput($"The parameter \"{Shorten(name)}\" is given more than once.") : null;
            contradicted ??= OneofChoice.FindContradicted(field.Choices, other.Choices);
        }

        if (contradicted is not null)
            return GatewayErrors.InvalidInput($"The parameter \"{Shorten(name)}\" cannot be set: the oneof \"{contradicted.Oneof.Name}\" is already set by \"{contradicted.Field.Name}\".");
        return seen.TryAdd(field) ? null : GatewayErrors.InvalidInput($"More than {SeenFields.Limit} parameters are given.");
    }

    private static GatewayError BadEscape(ReadOnlySpan<char> name) =>
        GatewayErrors.InvalidInput($"The parameter \"{Shorten(name)}\" has a bad percent escape or is not UTF-8.");

    // Names come from the caller and go back to it in a text.
    private static string Shorten(ReadOnlySpan<char> name) => name.Length <= 128 ? name.ToString() : string.Concat(name[..128], "...");
}

/// <summary>The single fields that one query has set. A plain list: requests have a handful.</summary>
internal struct SeenFields
{
    /// <summary>More are refused, for the list is gone through once per parameter.</summary>
    public const int Limit = 256;

    private QueryField[]? _fields;
    private HashSet<(QueryField Field, string Key)>? _entries;
    private int _count;

    /// <summary>What was set so far.</summary>
    public readonly ReadOnlySpan<QueryField> Fields => _fields.AsSpan(0, _count);

    /// <summary>Adds one; false where there are too many.</summary>
    public bool TryAdd(QueryField field)
    {
        if (_count == Limit)
            return false;
        _fields ??= ArrayPool<QueryField>.Shared.Rent(Limit);
        _fields[_count++] = field;
        return true;
    }

    /// <summary>Adds an entry of a map; false where its key was given before.</summary>
    public bool TryAddEntry(QueryField field, ReadOnlySpan<char> key) => (_entries ??= []).Add((field, key.ToString()));

    /// <summary>True where that field was set.</summary>
    public readonly bool Contains(string canonical)
    {
        foreach (var field in Fields)
        {
            if (field.Canonical == canonical)
                return true;
        }

        return false;
    }

    /// <summary>Gives the room back.</summary>
    public void Release()
    {
        if (_fields is not null)
            ArrayPool<QueryField>.Shared.Return(_fields, clearArray: false);
        (_fields, _entries, _count) = (null, null, 0);
    }
}
