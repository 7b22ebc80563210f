namespace ProtocolGateway.Contracts.Codec;

/// <summary>Why a message could not be translated.</summary>
/// <param name="Path">The place in the message, such as <c>order.lines[3].price</c>; empty for the message itself.</param>
/// <param name="Message">What is wrong there, in words for the caller.</param>
public sealed record CodecError(string Path, string Message)
{
    /// <summary><c>path: message</c>, or the message alone when the path is empty.</summary>
    public override string ToString() => Path.Length == 0 ? Message : $"{Path}: {Message}";
}
