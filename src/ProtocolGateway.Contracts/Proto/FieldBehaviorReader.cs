using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ProtocolGateway.Contracts.Proto;

/// <summary>Reads google.api.field_behavior (AIP-203).</summary>
internal static class FieldBehaviorReader
{
    private static readonly MessageParser<FieldOptions> Parser = FieldOptions.Parser.WithExtensionRegistry([FieldBehaviorExtensions.FieldBehavior]);

    // The tags of field 1052.
    private static ReadOnlySpan<byte> Unpacked => [0xE0, 0x41];

    private static ReadOnlySpan<byte> Packed => [0xE2, 0x41];

    /// <summary>Callers must give the field.</summary>
    public static bool IsRequired(FieldOptions? options)
    {
        if (options is null)
            return false;
        var bytes = options.ToByteString();
        // Most options have other fields only, and parsing all again takes long in large sets.
        if (bytes.Span.IndexOf(Unpacked) < 0 && bytes.Span.IndexOf(Packed) < 0)
            return false;
        try
        {
            return Parser.ParseFrom(bytes).GetExtension(FieldBehaviorExtensions.FieldBehavior)?.Contains(FieldBehavior.Required) == true;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }
}
