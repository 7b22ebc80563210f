using System.Globalization;
using System.Text;

namespace ProtocolGateway.Contracts.Codec.Formatting;

/// <summary>One entry of a map: key and value, each the last of its kind, or the default where there is none.</summary>
internal ref struct MapEntry
{
    public ReadOnlySpan<byte> Key;
    public ulong KeyBits;
    public ReadOnlySpan<byte> Value;
    public ulong ValueBits;

    /// <summary>How many values there are; those of messages would have to be merged.</summary>
    public int ValueCount;

    /// <summary>False where the bytes are malformed.</summary>
    public static bool TryRead(FieldPlan map, ReadOnlySpan<byte> bytes, out MapEntry entry)
    {
        entry = new MapEntry { ValueBits = map.Value!.DefaultBits };
        var reader = new WireReader(bytes);
        while (!reader.AtEnd)
        {
            if (!reader.TryReadTag(out var tag))
                return false;
            bool done;
            if (tag == map.Key!.Tag)
            {
                done = TryReadPart(map.Key, ref reader, out entry.KeyBits, out entry.Key);
            }
            else if (tag == map.Value.Tag)
            {
                done = TryReadPart(map.Value, ref reader, out entry.ValueBits, out entry.Value);
                entry.ValueCount++;
            }
            else
            {
                done = reader.TrySkip(tag);
            }

            if (!done)
                return false;
        }

        return true;
    }

    /// <summary>The key as a path of an error shows it.</summary>
    public readonly string KeyText(ValueKind kind)
    {
        if (kind == ValueKind.String)
            return "\"" + Encoding.UTF8.GetString(Key.Length > 64 ? Key[..64] : Key) + "\"";
        var sink = new JsonSink();
        ValueFormatter.Key(kind, KeyBits, sink);
        return string.Create(CultureInfo.InvariantCulture, $"{Encoding.ASCII.GetString(sink.Written).Trim('"')}");
    }

    private static bool TryReadPart(FieldPlan part, scoped ref WireReader reader, out ulong bits, out ReadOnlySpan<byte> bytes)
    {
        bits = 0;
        bytes = default;
        if (part.WireType == WireReader.Bytes)
            return reader.TryReadBytes(out bytes);
        if (!reader.TryReadBits(part.WireType, out bits))
            return false;
        bits = ValueFormatter.Normalize(part.Kind, bits);
        return true;
    }
}
