using ProtocolGateway.Envelope.Calls;

namespace ProtocolGateway.Upstreams.Http.Http1;

/// <summary>Finds the pieces of an answer's body in what comes (RFC 9112, sections 6 and 7).</summary>
/// <param name="input">Where it comes from.</param>
/// <param name="framing">How it ends.</param>
/// <param name="length">How long it is, where that is how it ends.</param>
/// <param name="parser">Reads the trailers.</param>
/// <param name="trailerLimit">The most bytes of the trailer section.</param>
internal sealed class Http1Body(Http1Input input, Http1Framing framing, long length, Http1HeadParser parser, int trailerLimit)
{
    // Sixteen digits of size and a few words of extension; longer lines are an attack.
    private const int LongestSizeLine = 256;

    // What is left of the body or of the chunk.
    private long _left = framing == Http1Framing.Length ? length : 0;
    private bool _inChunk;
    private bool _ended = framing == Http1Framing.Length && length == 0;

    /// <summary>What is wrong with the body; final.</summary>
    public string? Wrong { get; private set; }

    /// <summary>The connection ended before the body.</summary>
    public bool IsTruncated { get; private set; }

    /// <summary>The trailers; null where there were none.</summary>
    public CallHeaders? Trailers { get; private set; }

    /// <summary>The next piece, valid until the next call; empty at the end, for a wrong or for a truncated body.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancel)
    {
        while (!_ended && Wrong is null)
        {
            var piece = Take();
            if (!piece.IsEmpty || _ended || Wrong is not null)
                return piece;
            if (await input.FillAsync(cancel))
                continue;
            IsTruncated = framing != Http1Framing.Close;
            _ended = !IsTruncated;
            return default;
        }

        return default;
    }

    private ReadOnlyMemory<byte> Take()
    {
        if (framing == Http1Framing.Chunked && _left == 0 && !TryChunk())
            return default;
        var bytes = input.Buffered;
        if (framing != Http1Framing.Close)
        {
            if (bytes.Length > _left)
                bytes = bytes[..(int)_left];
            _left -= bytes.Length;
            _ended = framing == Http1Framing.Length && _left == 0;
        }

        input.Consume(bytes.Length);
        return bytes;
    }

    // Reads the line between two chunks, and what follows the last; false where more must come first.
    private bool TryChunk()
    {
        while (true)
        {
            var bytes = input.Buffered.Span;
            var feed = bytes.IndexOf((byte)'\n');
            if (feed < 0)
            {
                if (bytes.Length > LongestSizeLine)
                    Wrong = "A chunk's size line has no end.";
                return false;
            }

            var line = bytes[..feed] is [.., (byte)'\r'] whole ? whole[..^1] : bytes[..feed];
            if (_inChunk)
            {
                if (!line.IsEmpty)
                    Wrong = "A chunk is longer than its size.";
                _inChunk = false;
                input.Consume(feed + 1);
                if (Wrong is not null)
                    return false;
                continue;
            }

            if (feed > LongestSizeLine || !TrySize(line, out _left))
            {
                Wrong = "A chunk's size is wrong.";
                return false;
            }

            if (_left == 0)
                return EndChunks(bytes, feed + 1);
            _inChunk = true;
            input.Consume(feed + 1);
            return true;
        }
    }

    private bool EndChunks(ReadOnlySpan<byte> bytes, int sizeLine)
    {
        var section = Http1HeadParser.Measure(bytes[sizeLine..]);
        if (section == 0)
        {
            if (bytes.Length - sizeLine > trailerLimit)
                Wrong = $"The trailers are larger than {trailerLimit} bytes.";
            return false;
        }

        Trailers = parser.ParseTrailers(Http1HeadParser.Lines(bytes.Slice(sizeLine, section)));
        Wrong = parser.Wrong;
        input.Consume(sizeLine + section);
        _ended = Wrong is null;
        return false;
    }

    private static bool TrySize(ReadOnlySpan<byte> line, out long size)
    {
        size = 0;
        var extension = line.IndexOf((byte)';');
        var digits = (extension < 0 ? line : line[..extension]).TrimEnd(" \t"u8);
        if (digits.IsEmpty || digits.Length > 16)
            return false;
        foreach (var digit in digits)
        {
            var value = digit switch
            {
                >= (byte)'0' and <= (byte)'9' => digit - '0',
                >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
                >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
                _ => -1,
            };
            if (value < 0)
                return false;
            size = (size << 4) | (long)value;
        }

        return size >= 0;
    }
}
