using ProtocolGateway.Edges.GraphQL.Planning;

namespace ProtocolGateway.Edges.GraphQL.Execution;

/// <summary>Where the wanted properties of the objects under way begin and end; a stack, as objects nest.</summary>
internal sealed class ObjectSlots
{
    private (int Start, int End)[] _slots = new (int, int)[32];
    private int _top;

    /// <summary>The position of a property; -1 where the object lacks it.</summary>
    public (int Start, int End) this[int frame, int property] => _slots[frame + property];

    /// <summary>Makes room for the properties of one more object.</summary>
    /// <returns>The frame, to be given to the others.</returns>
    public int Push(int count)
    {
        var frame = _top;
        _top += count;
        if (_top > _slots.Length)
            Array.Resize(ref _slots, Math.Max(_top, _slots.Length * 2));
        _slots.AsSpan(frame, count).Fill((-1, -1));
        return frame;
    }

    /// <summary>Gives up a frame and those above it.</summary>
    public void Pop(int frame) => _top = frame;

    /// <summary>Sets one position.</summary>
    public void Set(int frame, int property, int start, int end) => _slots[frame + property] = (start, end);

    /// <summary>Reads the object that begins at <paramref name="at"/>. Of two properties of one name the last counts, as for JSON.parse.</summary>
    /// <param name="properties">The wanted properties.</param>
    /// <param name="json">The text.</param>
    /// <param name="at">In: where the object begins; out: after it.</param>
    /// <returns>The frame.</returns>
    public int Read(NameTable properties, ReadOnlySpan<byte> json, ref int at)
    {
        var frame = Push(properties.Count);
        var next = 0;
        at++;
        while (JsonScan.NextMember(json, ref at, out var name))
        {
            var property = properties.Find(name, ref next);
            var start = at;
            at = JsonScan.SkipValue(json, at);
            if (property >= 0)
                _slots[frame + property] = (start, at);
        }

        return frame;
    }
}
