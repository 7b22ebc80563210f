using System.Security.Cryptography;
using System.Text;

namespace ProtocolGateway.Edges.Sockets;

/// <summary>Why a WebSocket is closed: the codes of RFC 6455, section 7.4; those of a protocol above it stand with that protocol.</summary>
/// <param name="Code">The code.</param>
/// <param name="Reason">A text of at most 123 bytes.</param>
internal sealed record SocketClose(int Code, string Reason)
{
    // What a close frame holds beside the code; RFC 6455, section 5.5.
    private const int MaxReason = 123;

    public static readonly SocketClose Done = new(1000, "");
    public static readonly SocketClose GoingAway = new(1001, "Going away");
    public static readonly SocketClose BinaryMessage = new(1003, "A message is a text, not binary");
    public static readonly SocketClose TextMessage = new(1003, "A message is binary, not a text");

    public static readonly SocketClose TooSlow = new(1008, "A message was begun and not sent in time");
    public static readonly SocketClose Failed = new(1011, "The gateway failed");

    public static SocketClose TooLarge(int limit) => new(1009, $"A message is larger than {limit} bytes");

    /// <summary>A close with a text of any length: what has no room is cut off.</summary>
    public static SocketClose Of(int code, string text) => new(code, Fit(text));

    /// <summary>The frame, for a socket whose frames somebody else makes; RFC 6455, section 5.5.1.</summary>
    /// <param name="masked">It goes to a server.</param>
    public byte[] ToFrame(bool masked)
    {
        byte[] payload = [(byte)(Code >> 8), (byte)Code, .. Encoding.UTF8.GetBytes(Reason)];
        if (!masked)
            return [0x88, (byte)payload.Length, .. payload];
        // Section 5.3: nobody is to know it before.
        var mask = RandomNumberGenerator.GetBytes(4);
        for (var i = 0; i < payload.Length; i++)
            payload[i] ^= mask[i % mask.Length];
        return [0x88, (byte)(0x80 | payload.Length), .. mask, .. payload];
    }

    private static string Fit(string text)
    {
        // One character may take three bytes; cutting earlier than needed harms nobody.
        if (Encoding.UTF8.GetByteCount(text) <= MaxReason)
            return text;
        var length = Math.Min(text.Length, (MaxReason / 3) - 1);
        return text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)] + "...";
    }
}
