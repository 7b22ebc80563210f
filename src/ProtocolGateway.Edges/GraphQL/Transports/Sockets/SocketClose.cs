namespace ProtocolGateway.Edges.GraphQL.Transports.Sockets;

/// <summary>Why the gateway closes a WebSocket: the codes of the graphql-transport-ws protocol, and of RFC 6455, section 7.4.</summary>
/// <param name="Code">The code.</param>
/// <param name="Reason">A text of at most 123 bytes.</param>
internal sealed record SocketClose(int Code, string Reason)
{
    // What a close frame holds beside the code; RFC 6455, section 5.5.
    private const int MaxReason = 123;

    public static readonly SocketClose GoingAway = new(1001, "Going away");
    public static readonly SocketClose Restart = new(1012, "Configuration changed; connect again");
    public static readonly SocketClose BinaryMessage = BadMessage("a message is a text, not binary");
    public static readonly SocketClose Unauthorized = new(4401, "Unauthorized");
    public static readonly SocketClose Forbidden = new(4403, "Forbidden");
    public static readonly SocketClose WrongSubProtocol = new(4406, "Subprotocol not acceptable");
    public static readonly SocketClose InitTimeout = new(4408, "Connection initialisation timeout");
    public static readonly SocketClose SecondInit = new(4429, "Too many initialisation requests");

    public static SocketClose TooLarge(int limit) => new(1009, $"A message is larger than {limit} bytes");

    public static SocketClose BadMessage(string why) => new(4400, Fit("Invalid message: " + why));

    public static SocketClose Duplicate(string id) => new(4409, Fit($"Subscriber for {id} already exists"));

    private static string Fit(string text)
    {
        // One character may take three bytes; cutting earlier than needed harms nobody.
        if (System.Text.Encoding.UTF8.GetByteCount(text) <= MaxReason)
            return text;
        var length = Math.Min(text.Length, (MaxReason / 3) - 1);
        return text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)] + "...";
    }
}
