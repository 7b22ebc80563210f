using System.Buffers;
using System.Text;
using ProtocolGateway.Envelope.Calls;

namespace ProtocolGateway.Upstreams.Http.Http1;

/// <summary>
/// Parses the heads of one connection's answers (RFC 9112, sections 2 to 5). Servers say nearly the same each time: a line that equals the one of the
/// last answer at its place is not decoded again, and its strings are shared.
/// </summary>
internal sealed class Http1HeadParser
{
    private const int MostRemembered = 16;
    private const int LongestRemembered = 128;

    // RFC 9110, section 5.5, with obs-text; NUL, CR and LF are never in a value, other controls are not forwarded.
    private static readonly SearchValues<byte> Controls = SearchValues.Create([.. Enumerable.Range(0, 0x20).Where(c => c != '\t').Select(c => (byte)c), 0x7f]);

    private readonly List<(byte[] Line, string Name, string Value)> _last = [];

    /// <summary>What is wrong with the head; null while nothing is.</summary>
    public string? Wrong { get; private set; }

    /// <summary>Parses a whole head, up to the empty line and without it.</summary>
    /// <param name="bytes">Lines, each with its line feed.</param>
    /// <returns>The head; null where it is <see cref="Wrong"/>.</returns>
    public Http1Head? Parse(ReadOnlySpan<byte> bytes)
    {
        Wrong = null;
        var head = new Http1Head();
        if (bytes.IsEmpty || !TryStatusLine(NextLine(ref bytes), head))
        {
            Wrong = "The status line is wrong.";
            return null;
        }

        for (var index = 0; !bytes.IsEmpty; index++)
        {
            var (name, value) = Field(NextLine(ref bytes), index);
            Wrong ??= name is null ? "A header line is wrong." : head.Add(name, value);
            if (Wrong is not null)
                return null;
        }

        Wrong = head.Complete();
        return Wrong is null ? head : null;
    }

    /// <summary>Parses the trailer section of a chunked body.</summary>
    /// <returns>The fields; null where there are none.</returns>
    public CallHeaders? ParseTrailers(ReadOnlySpan<byte> bytes)
    {
        CallHeaders? trailers = null;
        while (!bytes.IsEmpty)
        {
            var (name, value) = Decode(NextLine(ref bytes));
            if (name is null)
            {
                Wrong = "A trailer line is wrong.";
                return null;
            }

            // Section 6.5.1 of RFC 9110: what frames, routes or describes the message has no place here.
            if (!HeaderNames.IsHopByHop(name) && !name.StartsWith("content-", StringComparison.Ordinal) && name is not "set-cookie")
                (trailers ??= new()).TryAdd(name, value);
        }

        return trailers;
    }

    /// <summary>How long the head or trailer section is, its empty line included; 0 where its end has not come.</summary>
    public static int Measure(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (true)
        {
            var feed = bytes[at..].IndexOf((byte)'\n');
            if (feed < 0)
                return 0;
            if (feed == 0 || (feed == 1 && bytes[at] == '\r'))
                return at + feed + 1;
            at += feed + 1;
        }
    }

    /// <summary>The section without its empty line.</summary>
    public static ReadOnlySpan<byte> Lines(ReadOnlySpan<byte> section) => section[..^(section is [.., (byte)'\r', (byte)'\n'] ? 2 : 1)];

    // A recipient may take a line feed alone for the end of a line (section 2.2).
    private static ReadOnlySpan<byte> NextLine(ref ReadOnlySpan<byte> bytes)
    {
        var feed = bytes.IndexOf((byte)'\n');
        var line = bytes[..feed];
        bytes = bytes[(feed + 1)..];
        return line is [.., (byte)'\r'] ? line[..^1] : line;
    }

    private static bool TryStatusLine(ReadOnlySpan<byte> line, Http1Head head)
    {
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || line[7] is not ((byte)'0' or (byte)'1') || line[8] != ' ' || (line.Length > 12 && line[12] != ' '))
            return false;
        var status = 0;
        foreach (var digit in line[9..12])
        {
            if (digit is < (byte)'0' or > (byte)'9')
                return false;
            status = (status * 10) + digit - '0';
        }

        head.Status = status;
        head.IsVersion10 = line[7] == '0';
        return status >= 100 && line.IndexOfAny(Controls) < 0;
    }

    private (string? Name, string Value) Field(ReadOnlySpan<byte> line, int index)
    {
        if (index < _last.Count && line.SequenceEqual(_last[index].Line))
            return (_last[index].Name, _last[index].Value);
        var (name, value) = Decode(line);
        if (name is null || index >= MostRemembered || line.Length > LongestRemembered)
            return (name, value);
        if (index < _last.Count)
            _last[index] = (line.ToArray(), name, value);
        else if (index == _last.Count)
            _last.Add((line.ToArray(), name, value));
        return (name, value);
    }

    private static (string? Name, string Value) Decode(ReadOnlySpan<byte> line)
    {
        // Section 5.1: no space before the colon; section 5.2: no continued lines.
        var colon = line.IndexOf((byte)':');
        if (colon <= 0)
            return (null, "");
        var value = line[(colon + 1)..].Trim(" \t"u8);
        if (value.IndexOfAny(Controls) >= 0)
            return (null, "");
        var name = string.Create(colon, line[..colon], static (into, from) =>
        {
            for (var i = 0; i < into.Length; i++)
                into[i] = (char)(from[i] is >= (byte)'A' and <= (byte)'Z' ? from[i] | 0x20 : from[i]);
        });
        return HeaderNames.IsToken(name) ? (name, Encoding.Latin1.GetString(value)) : (null, "");
    }
}
