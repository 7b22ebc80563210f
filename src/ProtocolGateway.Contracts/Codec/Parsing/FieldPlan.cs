using System.Text;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.Codec.Parsing;

/// <summary>How one field of a message is read and written.</summary>
internal sealed class FieldPlan
{
    public FieldPlan(Field field, int index, int oneofBit, PlanCache cache)
    {
        Index = index;
        OneofBit = oneofBit;
        Name = field.JsonName;
        Number = field.Number;
        Required = field.Presence == Presence.Required;
        // A name that JSON must escape is left to the table; a lone NUL matches nothing.
        NameAndColon = field.IsRest || Name.AsSpan().ContainsAny('"', '\\') || Name.Any(char.IsControl) ? [0] : Encoding.UTF8.GetBytes("\"" + Name + "\":");
        var element = field.Type;
        if (element is MapType map)
        {
            Key = ValuePlan.Compile(map.Key, delimited: false, cache);
            Value = ValuePlan.Compile(map.Value, delimited: false, cache);
            Tag = new WireTag(Number, WireType.LengthPrefixed);
            KeyTag = new WireTag(1, Key.WireType);
            ValueTag = new WireTag(2, Value.WireType);
            NullIsAbsence = true;
            return;
        }

        if (element is ListType list)
        {
            IsList = true;
            element = list.Element;
        }

        Value = ValuePlan.Compile(element, field.Delimited, cache);
        Packed = IsList && field.Packed && Value.WireType is not (WireType.LengthPrefixed or WireType.StartGroup);
        NullIsAbsence = IsList || !Value.TakesNull;
        // Zero is not written where absence means zero, as the canonical writers do.
        OmitsDefault = !IsList && field.Presence == Presence.Implicit && field.Oneof is null && !Value.IsMessage;
        Tag = new WireTag(Number, Packed ? WireType.LengthPrefixed : Value.WireType);
        EndTag = new WireTag(Number, WireType.EndGroup);
    }

    /// <summary>The place in the message's table, and the bit that says that the field was read.</summary>
    public int Index { get; }

    /// <summary>The bit that says that some field of the oneof was read; -1 outside one.</summary>
    public int OneofBit { get; }

    /// <summary>The JSON name, for paths in errors.</summary>
    public string Name { get; }

    public int Number { get; }

    /// <summary>The JSON name as it is mostly written: in quotes, a colon after it.</summary>
    public byte[] NameAndColon { get; }

    public bool Required { get; }

    public bool IsList { get; }

    public bool IsMap => Key is not null;

    public bool Packed { get; }

    public bool OmitsDefault { get; }

    /// <summary>JSON null says that the field is absent.</summary>
    public bool NullIsAbsence { get; }

    /// <summary>The value; of a list its element, of a map its value.</summary>
    public ValuePlan Value { get; }

    /// <summary>The key of a map; null elsewhere.</summary>
    public ValuePlan? Key { get; }

    public WireTag Tag { get; }

    /// <summary>The end of a group.</summary>
    public WireTag EndTag { get; }

    public WireTag KeyTag { get; }

    public WireTag ValueTag { get; }
}
