using System.Buffers;
using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.Rest.Binding;

/// <summary>Writes one entry of a map from the text of its key and value. On the wire it is a message of two fields in a repeated field.</summary>
internal sealed class MapEntryPlan
{
    private const uint LengthPrefixed = 2;
    private readonly uint[] _tags;
    private readonly TextValuePlan _key;
    private readonly TextValuePlan _value;

    private MapEntryPlan(uint[] tags, TextValuePlan key, TextValuePlan value) => (_tags, _key, _value) = (tags, key, value);

    public static MapEntryPlan? Compile(Field[] path, MapType map, CodecOptions options, out string? whyNot)
    {
        if (!FieldPaths.IsText(map.Value))
        {
            whyNot = $"the values of {FieldPaths.Canonical(path)} are messages";
            return null;
        }

        if (path.Any(static field => field.Delimited))
        {
            whyNot = $"{FieldPaths.Canonical(path)} is in a group";
            return null;
        }

        var utf8 = path[^1].ValidateUtf8;
        var key = TextValuePlan.Compile([Entry("key", 1, map.Key, utf8)], options, out whyNot);
        if (key is null)
            return null;
        var value = TextValuePlan.Compile([Entry("value", 2, map.Value, utf8)], options, out whyNot);
        return value is null ? null : new([.. path.Select(static field => ((uint)field.Number << 3) | LengthPrefixed)], key, value);
    }

    public CodecError? Write(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, IBufferWriter<byte> output)
    {
        // Rare, so a buffer of its own: lengths come before what they measure.
        var entry = new ArrayBufferWriter<byte>(key.Length + value.Length + 32);
        if (_key.Write(key, entry) is { } badKey)
            return badKey;
        if (_value.Write(value, entry) is { } badValue)
            return badValue;
        Wrap(0, entry.WrittenSpan, output);
        return null;
    }

    // Explicit presence: an entry's key and value are always written.
    private static Field Entry(string name, int number, DataType type, bool validateUtf8) =>
        new() { Name = name, JsonName = name, Number = number, Type = type, Presence = Presence.Explicit, ValidateUtf8 = validateUtf8 };

    private void Wrap(int level, ReadOnlySpan<byte> content, IBufferWriter<byte> output)
    {
        var length = content.Length;
        for (var i = _tags.Length - 1; i > level; i--)
            length += WireSize(_tags[i]) + WireSize((uint)length);
        Wire.WriteVarint(output, _tags[level]);
        Wire.WriteVarint(output, (uint)length);
        if (level < _tags.Length - 1)
            Wrap(level + 1, content, output);
        else
            output.Write(content);
    }

    private static int WireSize(uint value) => Wire.VarintSize(value);
}
