using System.Runtime.CompilerServices;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.Codec.Formatting;

/// <summary>How one message becomes JSON.</summary>
internal sealed class MessagePlan
{
    private const int MaxDense = 512;

    private readonly short[] _dense;

    public MessagePlan(MessageType type, WellKnown wellKnown, FieldPlan[] fields, int oneofCount, FieldPlan? bare)
    {
        Type = type;
        WellKnown = wellKnown;
        Fields = fields;
        OneofCount = oneofCount;
        Bare = bare;
        EmitsDefaults = bare is null && fields.Any(static f => f.EmitsDefault);
        NeedsWhole = wellKnown is WellKnown.Any or WellKnown.Timestamp or WellKnown.Duration or WellKnown.FieldMask or WellKnown.Value;
        RequiredCount = bare is null ? fields.Count(f => f.IsRequired) : 0;
        _dense = new short[Math.Min(MaxDense, fields.Length == 0 ? 0 : fields[^1].Field.Number + 1)];
        Array.Fill(_dense, (short)-1);
        for (var i = 0; i < fields.Length; i++)
        {
            if (fields[i].Field.Number < _dense.Length)
                _dense[fields[i].Field.Number] = (short)i;
        }
    }

    public MessageType Type { get; }

    /// <summary>The special form, if the message has the fields that the form speaks of.</summary>
    public WellKnown WellKnown { get; }

    /// <summary>The fields in the order of their numbers, which is that of the JSON too.</summary>
    public FieldPlan[] Fields { get; }

    /// <summary>The form can only be written with all of the message at hand.</summary>
    public bool NeedsWhole { get; }

    public int OneofCount { get; }
    public int RequiredCount { get; }

    /// <summary>The one field whose value alone is written, without braces and name: that of a wrapper, Struct or ListValue; null for other messages.</summary>
    public FieldPlan? Bare { get; }

    /// <summary>Absent fields are written with their defaults.</summary>
    public bool EmitsDefaults { get; }

    /// <summary>The field that takes a value of that tag; null where there is none. For <paramref name="near"/> see <see cref="IndexOf"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public FieldPlan? Find(uint tag, int near, out int index)
    {
        var fields = Fields;
        index = near + 1;
        if ((uint)index < (uint)fields.Length && fields[index].Tag == tag)
            return fields[index];
        index = IndexOf(tag, near);
        return index >= 0 && fields[index].Accepts(tag) ? fields[index] : null;
    }

    /// <summary>The index of the field with that number; -1 where there is none. <paramref name="near"/> is the index of the last field seen: the next is most likely it or one after.</summary>
    public int IndexOf(uint tag, int near)
    {
        var fields = Fields;
        if ((uint)(near + 1) < (uint)fields.Length && fields[near + 1].Tag == tag)
            return near + 1;
        if ((uint)near < (uint)fields.Length && fields[near].Tag == tag)
            return near;
        var number = tag >> 3;
        return number < (uint)_dense.Length ? _dense[number] : Search((int)number);
    }

    private int Search(int number)
    {
        int low = 0, high = Fields.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            var at = Fields[middle].Field.Number;
            if (at == number)
                return middle;
            if (at < number)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return -1;
    }
}
