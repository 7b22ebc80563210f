using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.Codec.Formatting;

/// <summary>Whether a message named like a well-known one has its fields too. A contract may declare google.protobuf.Struct as it pleases; then it is an ordinary message.</summary>
internal static class WellKnownShape
{
    public static WellKnown Of(MessageType type, FieldPlan[] fields)
    {
        var fits = type.WellKnown switch
        {
            WellKnown.Any => Are(fields, ValueKind.String, ValueKind.Bytes),
            WellKnown.Timestamp or WellKnown.Duration => Are(fields, ValueKind.Int64, ValueKind.Int32),
            WellKnown.FieldMask => Are(fields, ValueKind.String) && fields[0].Cardinality == Cardinality.Repeated,
            WellKnown.Struct => Are(fields, ValueKind.Message) && fields[0].Cardinality == Cardinality.Map,
            WellKnown.ListValue => Are(fields, ValueKind.Message) && fields[0].Cardinality == Cardinality.Repeated,
            WellKnown.Value => Are(fields, ValueKind.NullValue, ValueKind.Double, ValueKind.String, ValueKind.Bool, ValueKind.Message, ValueKind.Message),
            WellKnown.Wrapper => fields.Length == 1 && fields[0].Cardinality == Cardinality.Singular,
            _ => true,
        };
        return fits ? type.WellKnown : WellKnown.None;
    }

    private static bool Are(FieldPlan[] fields, params ReadOnlySpan<ValueKind> kinds)
    {
        if (fields.Length != kinds.Length)
            return false;
        for (var i = 0; i < kinds.Length; i++)
        {
            if (fields[i].Field.Number != i + 1 || fields[i].Kind != kinds[i])
                return false;
        }

        return true;
    }
}
