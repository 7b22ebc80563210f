using System.Buffers;
using System.Text;
using Google.Protobuf.Reflection;

namespace ProtocolGateway.Contracts.Proto.Descriptors;

/// <summary>Comments and places of a file's elements, found in the serialized SourceCodeInfo and read when they are asked for. What is broken there is left out.</summary>
internal sealed class SourceComments
{
    private readonly ReadOnlyMemory<byte> _info;
    private readonly Dictionary<ElementKey, (int Start, int Length)> _locations = [];

    public SourceComments(ReadOnlyMemory<byte> info)
    {
        _info = info;
        var fields = new WireFields(info.Span);
        while (fields.Read())
        {
            if (fields is { Number: SourceCodeInfo.LocationFieldNumber, IsBytes: true } && TryReadPath(fields.Bytes, out var key))
                _locations.TryAdd(key, (fields.Position - fields.Bytes.Length, fields.Bytes.Length));
        }
    }

    /// <summary>The comment before the element, else the one behind it, without the space that follows the slashes.</summary>
    public string Documentation(ElementKey key)
    {
        ReadOnlySpan<byte> leading = [], trailing = [];
        var fields = new WireFields(Find(key));
        while (fields.Read())
        {
            if (fields.Number == SourceCodeInfo.Types.Location.LeadingCommentsFieldNumber)
                leading = fields.Bytes;
            else if (fields.Number == SourceCodeInfo.Types.Location.TrailingCommentsFieldNumber)
                trailing = fields.Bytes;
        }

        return Text(leading.IsEmpty ? trailing : leading);
    }

    /// <summary>Line and column, both from 1; null where they are not told.</summary>
    public (long Line, long Column)? Position(ElementKey key)
    {
        var fields = new WireFields(Find(key));
        while (fields.Read())
        {
            if (fields is not { Number: SourceCodeInfo.Types.Location.SpanFieldNumber, IsBytes: true })
                continue;
            var span = fields.Bytes;
            if (WireFields.TakeInt32(ref span, out var line) && WireFields.TakeInt32(ref span, out var column))
                return (line + 1L, column + 1L);
        }

        return null;
    }

    private ReadOnlySpan<byte> Find(ElementKey key) => _locations.TryGetValue(key, out var place) ? _info.Span.Slice(place.Start, place.Length) : [];

    // Elements stand at even depths; odd ones are their names, labels and options.
    private static bool TryReadPath(ReadOnlySpan<byte> location, out ElementKey key)
    {
        key = ElementKey.Root;
        var fields = new WireFields(location);
        while (fields.Read())
        {
            if (fields is not { Number: SourceCodeInfo.Types.Location.PathFieldNumber, IsBytes: true })
                continue;
            var path = fields.Bytes;
            while (WireFields.TakeInt32(ref path, out var field))
            {
                if (!WireFields.TakeInt32(ref path, out var index))
                    return false;
                key = key.Child(field, index);
            }

            return key != ElementKey.Root;
        }

        return false;
    }

    private static string Text(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
            return "";
        var room = ArrayPool<char>.Shared.Rent(utf8.Length + 1);
        ReadOnlySpan<char> rest = room.AsSpan(0, Encoding.UTF8.GetChars(utf8, room));
        var length = 0;
        // In place: a line only becomes shorter.
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf('\n');
            var line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? [] : rest[(end + 1)..];
            line = (line.StartsWith(' ') ? line[1..] : line).TrimEnd();
            line.CopyTo(room.AsSpan(length));
            length += line.Length;
            room[length++] = '\n';
        }

        var text = room.AsSpan(0, length).Trim('\n').ToString();
        ArrayPool<char>.Shared.Return(room);
        return text;
    }
}
