namespace ProtocolGateway.Contracts.Codec;

/// <summary>How messages are translated between JSON and the protobuf wire format; part of every compiled plan.</summary>
public sealed record CodecOptions
{
    /// <summary>The canonical JSON mapping with every switch off.</summary>
    public static CodecOptions Default { get; } = new();

    /// <summary>Write fields without presence even when they hold their default value.</summary>
    public bool EmitDefaults { get; init; }

    /// <summary>Write enum values as numbers instead of names.</summary>
    public bool EnumsAsIntegers { get; init; }

    /// <summary>Write the names of the proto source instead of the JSON names. Reading always takes both.</summary>
    public bool PreserveNames { get; init; }

    /// <summary>Skip unknown JSON fields and unknown enum names instead of failing; they are still checked for syntax.</summary>
    public bool IgnoreUnknownFields { get; init; }

    /// <summary>
    /// The JSON of HTTP services in place of the canonical mapping: 64-bit integers are written as numbers, fields whose input is required always (as zero,
    /// empty or null), and null is passed over in lists and maps too.
    /// </summary>
    public bool PlainJson { get; init; }

    /// <summary>The deepest nesting of objects and arrays that is read or written, in levels.</summary>
    public int MaxDepth { get; init; } = 100;
}
