using System.Buffers;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.Grpc;

/// <summary>Messages that the gateway itself decompresses, or compresses: gzip alone.</summary>
internal static class CompressedMessage
{
    /// <summary>Its name, in all protocols.</summary>
    public const string Gzip = "gzip";

    /// <summary>The name of no compression.</summary>
    public const string Identity = "identity";

    /// <summary>A compressed message of the client to protobuf.</summary>
    /// <param name="target">The operation.</param>
    /// <param name="json">It is JSON; otherwise protobuf.</param>
    /// <param name="message">As it came.</param>
    /// <param name="into">Takes it.</param>
    /// <param name="maxBytes">The most that it may have, decompressed.</param>
    public static GatewayError? Read(RpcTarget target, bool json, ReadOnlySequence<byte> message, IBufferWriter<byte> into, int maxBytes)
    {
        using var plain = new PooledBuffer();
        return GzipMessage.Inflate(message.IsSingleSegment ? message.First : message.ToArray(), plain, maxBytes) switch
        {
            GzipOutcome.Whole => target.Read(json, new(plain.WrittenMemory), into),
            GzipOutcome.TooLarge => GatewayErrors.RequestTooLarge(maxBytes),
            _ => GatewayErrors.InvalidInput("A compressed message is damaged or cut off."),
        };
    }

    /// <summary>A client takes gzip, and likes nothing better (RFC 9110, section 12.5.3). A list that cannot be read takes nothing.</summary>
    /// <param name="accepted">The encodings that it accepts; none where it does not say.</param>
    public static bool IsTaken(StringValues accepted)
    {
        if (accepted.Count == 0 || !StringWithQualityHeaderValue.TryParseList(accepted.ToArray()!, out var list))
            return false;
        double? gzip = null, any = null, plain = null;
        foreach (var encoding in list)
        {
            var quality = encoding.Quality ?? 1;
            if (encoding.Value.Equals(Gzip, StringComparison.OrdinalIgnoreCase))
                gzip = quality;
            else if (encoding.Value.Equals(Identity, StringComparison.OrdinalIgnoreCase))
                plain = quality;
            else if (encoding.Value == "*")
                any = quality;
        }

        var wish = gzip ?? any ?? 0;
        return wish > 0 && wish >= (plain ?? 0);
    }
}
