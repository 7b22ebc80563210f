using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace ProtocolGateway.Contracts.Codec.Parsing;

/// <summary>A place in the JSON being read, and what went wrong there. Methods that return false have set the error.</summary>
internal ref struct JsonCursor
{
    private const int LongestPathName = 64;

    private static readonly SearchValues<byte> _stringStops = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(i => (byte)i), (byte)'"', (byte)'\\']);

    private readonly int _badByte;
    private readonly int _maxDepth;
    private int _depth;
    private List<string>? _path;
    private string? _error;

    public JsonCursor(ReadOnlySpan<byte> json, ParseScratch scratch, PlanCache cache)
    {
        Json = json;
        Scratch = scratch;
        Wire = scratch.Wire;
        Cache = cache;
        _maxDepth = cache.Options.MaxDepth;
        // One vectorised pass over everything; strings then need only look where the first bad byte is.
        _badByte = System.Text.Unicode.Utf8.IsValid(json) ? int.MaxValue : FirstInvalid(json);
    }

    public ReadOnlySpan<byte> Json { get; }

    public ParseScratch Scratch { get; }

    /// <summary>Where the message goes.</summary>
    public WireBuffer Wire { get; }

    public PlanCache Cache { get; }

    public int Position { get; set; }

    public readonly bool Fails => _error is not null;

    public readonly CodecError ToError()
    {
        var path = new StringBuilder();
        for (var i = (_path?.Count ?? 0) - 1; i >= 0; i--)
        {
            if (path.Length > 0 && _path![i][0] != '[')
                path.Append('.');
            path.Append(_path![i]);
        }

        return new CodecError(path.ToString(), _error ?? "unreadable");
    }

    public bool Fail(string message)
    {
        _error ??= message;
        return false;
    }

    /// <summary>Fails on the syntax at the current place.</summary>
    public bool FailHere(string expected)
    {
        if (_error is null)
        {
            SkipWhitespace();
            var found = Position >= Json.Length ? "the end of the input" : Position >= _badByte ? "invalid UTF-8"
                : Json[Position] is > 0x20 and < 0x7F ? $"'{(char)Json[Position]}'" : $"byte 0x{Json[Position]:x2}";
            _error = string.Create(CultureInfo.InvariantCulture, $"expected {expected}, found {found} at byte {Position}");
        }

        return false;
    }

    /// <summary>Names the place that a failing value stands at, from the inside out.</summary>
    public bool Within(string name)
    {
        (_path ??= []).Add(name);
        return false;
    }

    public bool WithinIndex(int index) => Within(string.Create(CultureInfo.InvariantCulture, $"[{index}]"));

    public bool WithinKey(ReadOnlySpan<byte> key) => Within("[\"" + Shown(key) + "\"]");

    public static string Shown(ReadOnlySpan<byte> name) =>
        name.Length <= LongestPathName ? Encoding.UTF8.GetString(name) : Encoding.UTF8.GetString(name[..LongestPathName]) + "...";

    /// <summary>One level deeper: an object or an array.</summary>
    public bool Enter()
    {
        // A limit far above the default could exhaust the thread's stack before it is reached.
        if (++_depth > _maxDepth || (_depth > 64 && !RuntimeHelpers.TryEnsureSufficientExecutionStack()))
            return Fail(string.Create(CultureInfo.InvariantCulture, $"nested deeper than {Math.Min(_depth - 1, _maxDepth)} levels"));
        return true;
    }

    public void Leave() => _depth--;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SkipWhitespace()
    {
        // Clients write none, or one space.
        var at = Position;
        if ((uint)at >= (uint)Json.Length || Json[at] > ' ')
            return;
        if (Json[at] == ' ')
            Position = ++at;
        if ((uint)at < (uint)Json.Length && Json[at] <= ' ')
            SkipMoreWhitespace();
    }

    /// <summary>The next byte that is not whitespace, not consumed; 0 at the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte Peek()
    {
        SkipWhitespace();
        return (uint)Position < (uint)Json.Length ? Json[Position] : (byte)0;
    }

    /// <summary>Consumes that byte after whitespace if it is next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake(byte expected)
    {
        if (Peek() != expected)
            return false;
        Position++;
        return true;
    }

    /// <summary>Consumes a literal such as null if it stands exactly here.</summary>
    public bool TryTakeLiteral(ReadOnlySpan<byte> literal)
    {
        var rest = Json[Position..];
        if (!rest.StartsWith(literal) || (rest.Length > literal.Length && IsWordByte(rest[literal.Length])))
            return false;
        Position += literal.Length;
        return true;
    }

    /// <summary>Consumes a number.</summary>
    public bool ReadNumber(out NumberText number)
    {
        var length = NumberText.Read(Json[Position..], out number);
        if (length < 0 || (Position + length < Json.Length && (IsWordByte(Json[Position + length]) || Json[Position + length] == '.')))
            return FailHere("a number");
        Position += length;
        return true;
    }

    /// <summary>Consumes a string, decoded. The text is gone with the next string that is read.</summary>
    public bool ReadString(out ReadOnlySpan<byte> text)
    {
        var rest = Json[(Position + 1)..];
        var stop = rest.IndexOfAny(_stringStops);
        if (stop >= 0 && rest[stop] == '"')
        {
            text = rest[..stop];
            if (Position + stop >= _badByte)
                return Fail("invalid UTF-8 in a string");
            Position += stop + 2;
            return true;
        }

        var decoded = Scratch.Text;
        decoded.Rewind(0);
        var done = AppendString(decoded);
        text = decoded.Written;
        return done;
    }

    /// <summary>Consumes a string and appends it, decoded.</summary>
    public bool AppendString(WireBuffer target)
    {
        var at = Position + 1;
        while (true)
        {
            at += target.WritePlainText(Json[at..]);
            if ((uint)at >= (uint)Json.Length)
                return Fail("a string does not end");
            if (Json[at] == '"')
                break;
            if (Json[at] != '\\')
                return Fail("a control character in a string must be escaped");
            if (!JsonEscapes.TryDecode(Json[at..], target.Room(JsonEscapes.LongestDecoded), out var consumed, out var produced))
                return Fail("invalid escape in a string");
            at += consumed;
            target.Advance(produced);
        }

        if (at > _badByte)
            return Fail("invalid UTF-8 in a string");
        Position = at + 1;
        return true;
    }

    /// <summary>Consumes the name of a member and the colon after it. The name is gone with the next string that is read.</summary>
    public bool ReadName(out ReadOnlySpan<byte> name)
    {
        name = default;
        if (Peek() != '"')
            return FailHere("a name in quotes");
        if (!ReadString(out name))
            return false;
        return TryTake((byte)':') || FailHere("':'");
    }

    /// <summary>Consumes a name and its colon if they are next, byte for byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTakeName(ReadOnlySpan<byte> nameAndColon)
    {
        SkipWhitespace();
        if (!Json[Position..].StartsWith(nameAndColon))
            return false;
        Position += nameAndColon.Length;
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void SkipMoreWhitespace()
    {
        var at = Position;
        while (at < Json.Length && Json[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            at++;
        Position = at;
    }

    private static bool IsWordByte(byte b) => (b | 0x20) is >= (byte)'a' and <= (byte)'z' || b is >= (byte)'0' and <= (byte)'9' or (byte)'_' or >= 0x80;

    private static int FirstInvalid(ReadOnlySpan<byte> json)
    {
        var at = 0;
        while (Rune.DecodeFromUtf8(json[at..], out _, out var consumed) == OperationStatus.Done)
            at += consumed;
        return at;
    }
}
