using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.Codec.Formatting;

/// <summary>What one value on the wire is.</summary>
internal enum ValueKind
{
    Double, Float, Int32, Int64, UInt32, UInt64, SInt32, SInt64, Fixed32, Fixed64, SFixed32, SFixed64, Bool, Enum, NullValue, String, Bytes, Message,
}

/// <summary>How often a field's value stands in a message.</summary>
internal enum Cardinality
{
    Singular, Repeated, Map,
}

/// <summary>How the values of one field become JSON. Immutable but for <see cref="Message"/>, which is compiled when first met.</summary>
internal sealed class FieldPlan
{
    private MessagePlan? _message;

    public required Field Field { get; init; }
    public required FormatPlanSet Set { get; init; }
    public required Cardinality Cardinality { get; init; }
    public required ValueKind Kind { get; init; }
    public required int WireType { get; init; }

    /// <summary>The tag that the field has when it is written as declared; packed numbers come under wire type Bytes too.</summary>
    public required uint Tag { get; init; }

    public required MemberName Name { get; init; }

    /// <summary>The JSON of the value of an absent field.</summary>
    public required byte[] Default { get; init; }

    /// <summary>Absence and the default are one.</summary>
    public required bool Implicit { get; init; }

    /// <summary>A default on the wire is not written: it is as good as absent, and what is absent is not written.</summary>
    public bool OmitsDefault { get; init; }

    /// <summary>The default is written where the field is absent.</summary>
    public bool EmitsDefault { get; init; }

    /// <summary>64-bit integers are numbers: see <see cref="CodecOptions.PlainJson"/>.</summary>
    public bool PlainNumbers { get; init; }

    public required bool ValidateUtf8 { get; init; }

    /// <summary>The index of the oneof in its message; -1 outside one.</summary>
    public required int Oneof { get; init; }

    /// <summary>The bits of the default: 0 but for closed enums.</summary>
    public ulong DefaultBits { get; init; }

    public EnumPlan? Enum { get; init; }
    public MessageType? MessageType { get; init; }

    /// <summary>Of a map whose entries are members of the message itself (<see cref="Field.IsRest"/>): the names that the message has besides; null elsewhere.</summary>
    public IReadOnlyList<byte[]>? Others { get; set; }

    /// <summary>Of a map: the key, field 1 of an entry, and the value, field 2.</summary>
    public FieldPlan? Key { get; init; }

    /// <inheritdoc cref="Key"/>
    public FieldPlan? Value { get; init; }

    /// <summary>The field counts for the oneof it is in, but is not itself written: see <see cref="JsonFormatPlan.CompileField"/>.</summary>
    public bool Silent { get; init; }

    /// <summary>That the field was there matters to the message: it is in a oneof, required, or silent.</summary>
    public bool CountsInMessage { get; init; }

    public bool IsRequired => Field.Presence == Presence.Required;

    public MessagePlan Message => _message ??= Set.PlanFor(MessageType!);

    /// <summary>The message has a member of that name besides those of the map.</summary>
    public bool HasOther(ReadOnlySpan<byte> name)
    {
        foreach (var other in Others ?? [])
        {
            if (name.SequenceEqual(other))
                return true;
        }

        return false;
    }

    /// <summary>A value of that wire type is one of this field's; anything else with its number is an unknown field.</summary>
    public bool Accepts(uint tag)
    {
        var wireType = (int)(tag & 7);
        return wireType == WireType
            || (Kind == ValueKind.Message
                ? Cardinality != Cardinality.Map && wireType is WireReader.Bytes or WireReader.StartGroup
                : wireType == WireReader.Bytes && Cardinality == Cardinality.Repeated);
    }
}

/// <summary>The names of an enum as JSON strings, by number.</summary>
internal sealed class EnumPlan
{
    private const int MaxDense = 1024;

    private readonly Dictionary<int, byte[]> _byNumber = [];
    private readonly byte[]?[] _dense;

    public EnumPlan(EnumType type)
    {
        IsOpen = type.IsOpen;
        foreach (var value in type.Values)
            _byNumber.TryAdd(value.Number, JsonNames.Quote(value.Name));
        _dense = new byte[]?[Math.Min(MaxDense, type.Values.Select(v => v.Number).Append(-1).Max() + 1L)];
        foreach (var (number, name) in _byNumber)
        {
            if ((uint)number < (uint)_dense.Length)
                _dense[number] = name;
        }
    }

    public bool IsOpen { get; }

    /// <summary>The quoted name of a number; null where it has none.</summary>
    public byte[]? Find(int number) =>
        (uint)number < (uint)_dense.Length ? _dense[number] : _byNumber.GetValueOrDefault(number);

    /// <summary>The number belongs to the enum as far as a message goes.</summary>
    public bool Knows(int number) => IsOpen || Find(number) is not null;
}
