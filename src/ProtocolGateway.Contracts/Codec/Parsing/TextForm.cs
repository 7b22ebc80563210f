namespace ProtocolGateway.Contracts.Codec.Parsing;

/// <summary>The well-known messages whose JSON form is one string.</summary>
internal static class TextForm
{
    /// <summary>Writes the message's content; null, or what is wrong.</summary>
    public static string? Write(ValueKind kind, ReadOnlySpan<byte> text, WireBuffer wire) => kind switch
    {
        ValueKind.Timestamp => TimeText.WriteTimestamp(text, wire),
        ValueKind.Duration => TimeText.WriteDuration(text, wire),
        _ => FieldMaskText.Write(text, wire),
    };
}
