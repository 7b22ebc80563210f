namespace ProtocolGateway.Contracts.Codec.Formatting;

/// <summary>
/// Writes a message in one pass over its bytes. That can be done while fields come by ascending number, singular ones once, and of a oneof one: what
/// every serializer writes. At anything else it stops and asks for <see cref="WireReorder"/>.
/// </summary>
internal static class ObjectFormatter
{
    private const string NotUtf8 = "not valid UTF-8";
    public const string Malformed = "the bytes are not a protobuf message";

    /// <summary>Where one message is at.</summary>
    private struct State
    {
        public MessagePlan Plan;
        public int Current;
        public int Count;
        public int EntryBase;
        public bool HasMembers;
        public int RequiredSeen;
        public ulong Oneofs;
    }

    /// <summary>A message in whatever form its type has in JSON.</summary>
    /// <param name="endTag">The tag that ends the message where it is a group; 0 where it ends with the reader.</param>
    public static bool Message(MessagePlan plan, ref WireReader reader, uint endTag, FormatContext context)
    {
        if (++context.Depth > context.MaxDepth)
            return context.Fail($"nested deeper than {context.MaxDepth} levels");
        bool done;
        if (!context.Reorders && !plan.NeedsWhole)
            done = Plain(plan, ref reader, endTag, context);
        else
            done = TryCut(ref reader, endTag, out var body) ? Detached(plan, body, context) : context.Fail(Malformed);
        context.Depth--;
        return done;
    }

    /// <summary>The members of the message that an Any holds, after the one that names its type.</summary>
    public static bool MembersInAny(MessagePlan plan, ReadOnlySpan<byte> body, FormatContext context)
    {
        if (!context.Reorders)
        {
            var reader = new WireReader(body);
            return Members(plan, ref reader, 0, context, hasMembers: true);
        }

        if (!WireReorder.TryRewrite(plan, body, context, out var rewritten))
            return false;
        var ordered = new WireReader(rewritten.Written);
        var done = Members(plan, ref ordered, 0, context, hasMembers: true);
        rewritten.Release();
        return done;
    }

    /// <summary>The members of an object, without its braces.</summary>
    /// <param name="hasMembers">The object has a member already, so that a comma must stand before the next.</param>
    private static bool Members(MessagePlan plan, ref WireReader reader, uint endTag, FormatContext context, bool hasMembers)
    {
        var state = new State { Plan = plan, Current = -1, HasMembers = hasMembers };
        while (true)
        {
            if (reader.AtEnd)
            {
                if (endTag != 0)
                    return context.Fail(Malformed);
                break;
            }

            if (!reader.TryReadTag(out var tag))
                return context.Fail(Malformed);
            if (tag == endTag)
                break;
            var field = plan.Find(tag, state.Current, out var index);
            if (field is null)
            {
                if (!reader.TrySkip(tag))
                    return context.Fail(Malformed);
                continue;
            }

            if (index != state.Current && !Advance(index, ref state, context, reader.Data))
                return false;
            var done = field.Cardinality switch
            {
                Cardinality.Singular => Singular(field, tag, ref reader, ref state, context),
                Cardinality.Repeated => Repeated(field, tag, ref reader, ref state, context),
                _ => Entry(field, ref reader, ref state, context),
            };
            if (!done)
                return false;
        }

        return Advance(plan.Fields.Length, ref state, context, reader.Data) && Finish(ref state, context);
    }

    private static bool Plain(MessagePlan plan, ref WireReader reader, uint endTag, FormatContext context)
    {
        if (plan.Bare is not null)
            return Members(plan, ref reader, endTag, context, hasMembers: false);
        context.Sink.Byte('{');
        if (!Members(plan, ref reader, endTag, context, hasMembers: false))
            return false;
        context.Sink.Byte('}');
        return true;
    }

    /// <summary>A message that is cut out of its surroundings, to be put in order or because its form needs more than one look.</summary>
    private static bool Detached(MessagePlan plan, ReadOnlySpan<byte> body, FormatContext context)
    {
        if (!context.Reorders)
            return Whole(plan, body, context);
        if (!WireReorder.TryRewrite(plan, body, context, out var rewritten))
            return false;
        var done = Whole(plan, rewritten.Written, context);
        rewritten.Release();
        return done;
    }

    private static bool Whole(MessagePlan plan, ReadOnlySpan<byte> body, FormatContext context)
    {
        if (plan.NeedsWhole)
            return WellKnownFormatter.Write(plan, body, context);
        var reader = new WireReader(body);
        return Plain(plan, ref reader, 0, context);
    }

    private static bool TryCut(ref WireReader reader, uint endTag, out ReadOnlySpan<byte> body)
    {
        if (endTag != 0)
            return reader.TryReadBody((endTag & ~7u) | WireReader.StartGroup, out body);
        body = reader.Data[reader.Position..];
        reader.Position = reader.Data.Length;
        return true;
    }

    /// <summary>Leaves the field that was current, writes the defaults of those between, and goes to the one at <paramref name="index"/>.</summary>
    private static bool Advance(int index, ref State state, FormatContext context, ReadOnlySpan<byte> data)
    {
        if (index < state.Current)
            return context.Reorder();
        var fields = state.Plan.Fields;
        if (state.Current >= 0 && fields[state.Current].Cardinality != Cardinality.Singular && !Close(fields[state.Current], ref state, context, data))
            return false;
        if (state.Plan.EmitsDefaults)
        {
            for (var i = state.Current + 1; i < index; i++)
            {
                if (fields[i].EmitsDefault)
                    Default(fields[i], ref state, context);
            }
        }

        state.Current = index;
        state.Count = 0;
        return true;
    }

    private static bool Close(FieldPlan field, ref State state, FormatContext context, ReadOnlySpan<byte> data)
    {
        if (state.Count == 0)
        {
            if (state.Plan.EmitsDefaults && field.EmitsDefault)
                Default(field, ref state, context);
            return true;
        }

        if (field.Cardinality == Cardinality.Repeated)
        {
            context.Sink.Byte(']');
            return true;
        }

        if (field.Others is null)
            context.Sink.Byte('}');
        if (state.Count > 1 && !context.Reorders && MapKeys.AnyTwice(field, data, context.Entries[state.EntryBase..]))
            return context.Reorder();
        context.EntryCount = state.EntryBase;
        return true;
    }

    private static bool Finish(ref State state, FormatContext context)
    {
        if (state.RequiredSeen < state.Plan.RequiredCount)
            return context.Fail("a required field is missing");
        if (state.Plan.Bare is { } bare && !state.HasMembers)
            context.Sink.Raw(bare.Default);
        return true;
    }

    private static bool Singular(FieldPlan field, uint tag, ref WireReader reader, ref State state, FormatContext context)
    {
        var wireType = (int)(tag & 7);
        ulong bits = 0;
        ReadOnlySpan<byte> bytes = default;
        if (field.Kind < ValueKind.String)
        {
            if (!reader.TryReadBits(wireType, out bits))
                return context.Fail(Malformed, field.Field);
            bits = ValueFormatter.Normalize(field.Kind, bits);
            if (field.Enum is { } values && !values.Knows((int)bits))
                return true;
        }
        else if (wireType == WireReader.Bytes && !reader.TryReadBytes(out bytes))
        {
            return context.Fail(Malformed, field.Field);
        }

        if (state.Count++ > 0)
            return context.Reorder();
        if (field.CountsInMessage)
        {
            if (field.Oneof >= 0 && !context.Reorders && !Claim(field.Oneof, ref state))
                return context.Reorder();
            if (field.IsRequired)
                state.RequiredSeen++;
            if (field.Silent)
                return wireType != WireReader.StartGroup || reader.TrySkip(tag) || context.Fail(Malformed, field.Field);
        }

        if (field.OmitsDefault && bits == 0 && bytes.IsEmpty)
            return true;
        Begin(field, ref state, context);
        if (field.Kind == ValueKind.String)
            return context.Sink.Text(bytes, field.ValidateUtf8) || context.Fail(NotUtf8, field.Field);
        return Value(field, wireType, bits, bytes, ref reader, context) || context.At(field.Field);
    }

    private static bool Value(FieldPlan field, int wireType, ulong bits, ReadOnlySpan<byte> bytes, ref WireReader reader, FormatContext context)
    {
        switch (field.Kind)
        {
            case ValueKind.String:
                return context.Sink.Text(bytes, field.ValidateUtf8) || context.Fail(NotUtf8);
            case ValueKind.Bytes:
                context.Sink.Base64(bytes);
                return true;
            case ValueKind.Message when wireType == WireReader.StartGroup:
                return Message(field.Message, ref reader, (uint)field.Field.Number << 3 | WireReader.EndGroup, context);
            case ValueKind.Message:
                var inner = new WireReader(bytes);
                return Message(field.Message, ref inner, 0, context);
            case ValueKind.Enum:
                ValueFormatter.Enum((int)bits, field.Enum!, context.EnumsAsIntegers, context.Sink);
                return true;
            default:
                ValueFormatter.Number(field.Kind, bits, context.Sink, field.PlainNumbers);
                return true;
        }
    }

    private static bool Repeated(FieldPlan field, uint tag, ref WireReader reader, ref State state, FormatContext context)
    {
        var wireType = (int)(tag & 7);
        if (field.Kind < ValueKind.String)
        {
            if (wireType != WireReader.Bytes)
                return Element(field, ref reader, ref state, context);
            if (!reader.TryReadBytes(out var packed))
                return context.Fail(Malformed, field.Field);
            var inner = new WireReader(packed);
            while (!inner.AtEnd)
            {
                if (!Element(field, ref inner, ref state, context))
                    return false;
            }

            return true;
        }

        ReadOnlySpan<byte> bytes = default;
        if (wireType == WireReader.Bytes && !reader.TryReadBytes(out bytes))
            return context.Fail(Malformed, field.Field);
        Next(field, '[', ref state, context);
        return Value(field, wireType, 0, bytes, ref reader, context) || context.At(field.Field, state.Count - 1);
    }

    private static bool Element(FieldPlan field, ref WireReader reader, ref State state, FormatContext context)
    {
        if (!reader.TryReadBits(field.WireType, out var bits))
            return context.Fail(Malformed, field.Field);
        bits = ValueFormatter.Normalize(field.Kind, bits);
        if (field.Enum is { } values && !values.Knows((int)bits))
            return true;
        Next(field, '[', ref state, context);
        return Value(field, field.WireType, bits, default, ref reader, context);
    }

    private static bool Entry(FieldPlan field, ref WireReader reader, ref State state, FormatContext context)
    {
        if (!reader.TryReadBytes(out var bytes))
            return context.Fail(Malformed, field.Field);
        if (!MapEntry.TryRead(field, bytes, out var entry))
            return context.Fail(Malformed, field.Field);
        if (entry.ValueCount > 1 && field.Value!.Kind == ValueKind.Message)
            return context.Reorder();
        if (field.Value!.Enum is { } values && !values.Knows((int)entry.ValueBits))
            return true;
        if (state.Count == 0)
            state.EntryBase = context.EntryCount;
        if (!context.Reorders)
            context.PushEntry(new EntryRange(reader.Position - bytes.Length, bytes.Length));
        if (field.Others is not null && field.HasOther(entry.Key))
            return context.Fail("a key is the name of a field", field.Field);
        Next(field, '{', ref state, context);
        if (field.Key!.Kind != ValueKind.String)
            ValueFormatter.Key(field.Key.Kind, entry.KeyBits, context.Sink);
        else if (!context.Sink.Text(entry.Key, field.ValidateUtf8))
            return context.Fail("a key is not valid UTF-8", field.Field);
        context.Sink.Byte(':');
        if (Value(field.Value, WireReader.Bytes, entry.ValueBits, entry.Value, ref reader, context))
            return true;
        if (context.Error is not null)
            context.AtKey(entry.KeyText(field.Key.Kind));
        return context.At(field.Field);
    }

    /// <summary>Writes what stands before the next element: name and bracket before the first, a comma before the others.</summary>
    private static void Next(FieldPlan field, char open, ref State state, FormatContext context)
    {
        if (state.Count++ > 0 || (field.Others is not null && state.HasMembers))
        {
            context.Sink.Byte(',');
            return;
        }

        if (field.Others is not null)
        {
            state.HasMembers = true;
            return;
        }

        Begin(field, ref state, context);
        context.Sink.Byte(open);
    }

    private static void Begin(FieldPlan field, ref State state, FormatContext context)
    {
        if (state.Plan.Bare is null)
            context.Sink.Name(field.Name, isFirst: !state.HasMembers);
        state.HasMembers = true;
    }

    private static void Default(FieldPlan field, ref State state, FormatContext context)
    {
        Begin(field, ref state, context);
        context.Sink.Raw(field.Default);
    }

    /// <summary>Takes a oneof for one of its members; false where it is taken, or where the message has more of them than there are bits.</summary>
    private static bool Claim(int oneof, ref State state)
    {
        var bit = 1UL << (oneof & 63);
        if ((state.Oneofs & bit) != 0)
            return false;
        state.Oneofs |= bit;
        return true;
    }
}
