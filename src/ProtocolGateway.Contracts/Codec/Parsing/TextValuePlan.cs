using System.Buffers;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.Codec.Parsing;

/// <summary>
/// The text of one value, from a URL's path or query, to protobuf bytes: a field of the input message or of messages nested in it, each
/// level written as an embedded message. Appended to the input's bytes they merge into it by protobuf's own rules. Thread-safe.
/// </summary>
public sealed class TextValuePlan
{
    private readonly FieldPlan[] _path;
    private readonly bool _isEntry;
    private readonly bool _ignoreUnknown;
    private readonly string _shownPath;

    private TextValuePlan(FieldPlan[] path, bool isEntry, CodecOptions options)
    {
        _path = path;
        _isEntry = isEntry;
        _ignoreUnknown = options.IgnoreUnknownFields;
        _shownPath = string.Join('.', path.Select(f => f.Name));
    }

    /// <summary>The plan of a value: a scalar, an enum, a message whose JSON form is a string or a scalar, or one element of a list of these.</summary>
    /// <param name="path">The fields from the input message down; all but the last are single messages.</param>
    /// <param name="options">The switches.</param>
    /// <param name="whyNot">Why there is no plan; null where there is one.</param>
    public static TextValuePlan? Compile(IReadOnlyList<Field> path, CodecOptions options, out string? whyNot) =>
        Compile(path, options, isEntry: false, out whyNot);

    /// <summary>The plan of an entry of the map field that the path ends in.</summary>
    public static TextValuePlan? CompileMapEntry(IReadOnlyList<Field> path, CodecOptions options, out string? whyNot) =>
        Compile(path, options, isEntry: true, out whyNot);

    /// <summary>Reads the text, percent-decoded, and appends the field's bytes; on an error nothing is appended.</summary>
    /// <returns>Null, or what is wrong.</returns>
    public CodecError? Write(ReadOnlySpan<byte> utf8Text, IBufferWriter<byte> output) => Write(default, utf8Text, output);

    /// <summary>Reads key and value of a map's entry and appends its bytes; for plans of <see cref="CompileMapEntry"/>.</summary>
    /// <returns>Null, or what is wrong.</returns>
    public CodecError? Write(ReadOnlySpan<byte> utf8Key, ReadOnlySpan<byte> utf8Text, IBufferWriter<byte> output)
    {
        if (!System.Text.Unicode.Utf8.IsValid(utf8Key) || !System.Text.Unicode.Utf8.IsValid(utf8Text))
            return new CodecError(_shownPath, "invalid UTF-8");
        var scratch = ParseScratch.Rent();
        try
        {
            if (WriteLevel(scratch.Wire, 0, utf8Key, utf8Text) is { } problem)
                return new CodecError(_isEntry ? $"{_shownPath}[\"{JsonCursor.Shown(utf8Key)}\"]" : _shownPath, problem);
            output.Write(scratch.Wire.Written);
            return null;
        }
        finally
        {
            scratch.Return();
        }
    }

    private static TextValuePlan? Compile(IReadOnlyList<Field> path, CodecOptions options, bool isEntry, out string? whyNot)
    {
        var cache = new PlanCache(options, _ => null);
        var plans = path.Select(f => new FieldPlan(f, 0, -1, cache)).ToArray();
        whyNot = plans.Length == 0 ? "the path is empty" : null;
        foreach (var field in plans.SkipLast(1))
        {
            if (field.IsList || field.IsMap || field.Value.Kind != ValueKind.Message)
                whyNot ??= $"{field.Name} is not a single message with fields";
        }

        if (whyNot is null)
        {
            var last = plans[^1];
            if (last.IsMap != isEntry)
                whyNot = isEntry ? $"{last.Name} is not a map" : $"{last.Name} is a map";
            else if (!HasTextForm(last.Value))
                whyNot = $"{last.Name} is {ScalarWriter.NameOf(last.Value.Kind)}, which has no form as plain text";
        }

        return whyNot is null ? new TextValuePlan(plans, isEntry, options) : null;
    }

    private static bool HasTextForm(ValuePlan value) => !value.IsGroup && value.Kind switch
    {
        ValueKind.Message or ValueKind.Struct or ValueKind.ListValue or ValueKind.Any or ValueKind.Unsupported => false,
        _ => true,
    };

    // One level of the path, with its tags.
    private string? WriteLevel(WireBuffer wire, int level, ReadOnlySpan<byte> key, ReadOnlySpan<byte> text)
    {
        var field = _path[level];
        var isLast = level == _path.Length - 1;
        if (isLast && _isEntry)
            return WriteEntry(wire, field, key, text);
        var start = wire.Length;
        // A packed list takes elements one by one as well.
        wire.WriteTag(field.Packed ? new WireTag(field.Number, field.Value.WireType) : field.Tag);
        if (isLast)
            return WriteValue(wire, field.Value, text, start);
        if (field.Value.IsGroup)
        {
            var problem = WriteLevel(wire, level + 1, key, text);
            wire.WriteTag(field.EndTag);
            return problem;
        }

        var mark = wire.BeginNested();
        if (WriteLevel(wire, level + 1, key, text) is { } inner)
            return inner;
        wire.EndNested(mark);
        return null;
    }

    private string? WriteEntry(WireBuffer wire, FieldPlan field, ReadOnlySpan<byte> key, ReadOnlySpan<byte> text)
    {
        var start = wire.Length;
        wire.WriteTag(field.Tag);
        var mark = wire.BeginNested();
        wire.WriteTag(field.KeyTag);
        if (ScalarWriter.WriteText(field.Key!.Kind, key, wire) is { } problem)
            return "bad map key: " + problem;
        wire.WriteTag(field.ValueTag);
        if (WriteValue(wire, field.Value, text, start) is { } inner)
            return inner;
        if (wire.Length > start)
            wire.EndNested(mark);
        return null;
    }

    private string? WriteValue(WireBuffer wire, ValuePlan value, ReadOnlySpan<byte> text, int start)
    {
        if (value.Kind is ValueKind.Enum or ValueKind.NullValue)
            return WriteEnum(wire, value.Enum!, text, start);
        if (!value.IsMessage)
            return ScalarWriter.WriteText(value.Kind, text, wire);
        var mark = wire.BeginNested();
        string? problem;
        switch (value.Kind)
        {
            case ValueKind.Wrapper:
                wire.WriteTag(value.WrappedTag);
                problem = ScalarWriter.WriteText(value.Wrapped!.Kind, text, wire);
                break;
            case ValueKind.Value:
                StructReader.WriteText(text, wire);
                problem = null;
                break;
            default:
                problem = TextForm.Write(value.Kind, text, wire);
                break;
        }

        wire.EndNested(mark);
        return problem;
    }

    private string? WriteEnum(WireBuffer wire, EnumPlan plan, ReadOnlySpan<byte> text, int start)
    {
        if (!plan.Names.TryFind(text, out var number)
            && (text.Length == 0 || NumberText.Read(text, out var digits) != text.Length || !ScalarWriter.TryInt32(digits, out number) || !plan.Takes(number)))
        {
            if (!_ignoreUnknown)
                return "unknown enum value " + JsonCursor.Shown(text);
            wire.Rewind(start);
            return null;
        }

        wire.WriteVarint((ulong)(long)number);
        return null;
    }
}
