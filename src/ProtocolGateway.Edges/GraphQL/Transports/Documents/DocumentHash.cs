using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace ProtocolGateway.Edges.GraphQL.Transports.Documents;

/// <summary>The SHA-256 of a document's text in UTF-8.</summary>
internal readonly record struct DocumentHash(UInt128 High, UInt128 Low)
{
    private const int Digits = 64;

    /// <summary>The hash of these bytes.</summary>
    public static DocumentHash Of(ReadOnlySpan<byte> text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        return new(BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));
    }

    /// <summary>Reads 64 hexadecimal digits.</summary>
    public static bool TryParse(ReadOnlySpan<char> hex, out DocumentHash hash)
    {
        hash = default;
        if (hex.Length != Digits
            || !UInt128.TryParse(hex[..32], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var high)
            || !UInt128.TryParse(hex[32..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var low))
            return false;
        hash = new(high, low);
        return true;
    }
}
