using System.Text;
using ProtocolGateway.Envelope.Calls;

namespace ProtocolGateway.Hosting;

/// <summary>
/// Reads the request header <c>Connection</c> so that no name in it is lost. Kestrel replaces the whole header by one word where it knows just one of its
/// words, so that <c>close, X-Secret</c> would become <c>close</c> and X-Secret would travel on to the backend, which RFC 9110, section 7.6.1, forbids.
/// Kestrel does not do so where it knows two words. So a line that names a header of the sender's own gets both <c>close</c> and <c>keep-alive</c>, of which
/// the first one holds: such a request, which no usual client sends, is the last of its connection. All other lines stay as they are.
/// <para>An <see cref="Encoding"/> because that is where Kestrel lets a server see a header's bytes; other headers cost one comparison of lengths.</para>
/// </summary>
internal sealed class ConnectionHeader : Encoding
{
    private const string BothWords = ", close, keep-alive";

    private static readonly ConnectionHeader Instance = new();

    /// <summary>For <see cref="Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions.RequestHeaderEncodingSelector"/>; null leaves a header to Kestrel.</summary>
    public static Encoding? Select(string name) => name is "Connection" ? Instance : null;

    /// <inheritdoc />
    public override int GetByteCount(char[] chars, int index, int count) => Latin1.GetByteCount(chars, index, count);

    /// <inheritdoc />
    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) => Latin1.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

    /// <inheritdoc />
    public override int GetCharCount(byte[] bytes, int index, int count) => NamesOwnHeader(bytes.AsSpan(index, count)) ? count + BothWords.Length : count;

    /// <inheritdoc />
    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex)
    {
        var line = bytes.AsSpan(byteIndex, byteCount);
        // What Kestrel answers for a NUL in any other header: 400.
        if (line.Contains((byte)0))
            throw new DecoderFallbackException("A NUL in the Connection header.");
        var length = Latin1.GetChars(line, chars.AsSpan(charIndex));
        if (!NamesOwnHeader(line))
            return length;
        BothWords.CopyTo(chars.AsSpan(charIndex + length));
        return length + BothWords.Length;
    }

    /// <inheritdoc />
    public override int GetMaxByteCount(int charCount) => charCount;

    /// <inheritdoc />
    public override int GetMaxCharCount(int byteCount) => byteCount + BothWords.Length;

    // Hop-by-hop names are never forwarded, listed or not: clients that list TE or HTTP2-Settings keep their connection.
    private static bool NamesOwnHeader(ReadOnlySpan<byte> line)
    {
        foreach (var range in line.Split((byte)','))
        {
            var name = Latin1.GetString(line[range]).Trim(' ', '\t').ToLowerInvariant();
            if (name.Length > 0 && name is not ("close" or "keep-alive" or "upgrade") && !HeaderNames.IsHopByHop(name))
                return true;
        }

        return false;
    }
}
