using System.Buffers;

namespace ProtocolGateway.Edges.Rest.Routing;

/// <summary>
/// The grammar of google/api/http.proto: <c>Template = "/" Segments [ Verb ]</c>. A literal is any run of RFC 3986 pchar without <c>*</c>; a colon
/// begins the verb in the last segment and is text before it.
/// </summary>
internal ref struct TemplateParser(string text)
{
    private static readonly SearchValues<char> LiteralCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()+,;=@:%");

    private readonly List<PathSegment> _segments = [];
    private readonly List<TemplateVariable> _variables = [];
    private int _position;

    /// <summary>What is wrong, and where.</summary>
    public string Error { get; private set; } = "";

    /// <summary>The template; null where <see cref="Error"/> says why not.</summary>
    public PathTemplate? Parse()
    {
        if (!Take('/'))
            return Fail("expected '/'");
        if (_position == text.Length)
            return new PathTemplate(text, [], [], "");
        var verb = "";
        while (true)
        {
            if (!(Peek == '{' ? Variable() : Segment(inVariable: false)))
                return null;
            if (_segments.Count > PathTemplate.MaxSegments)
                return Fail($"more than {PathTemplate.MaxSegments} segments");
            if (Take('/'))
                continue;
            if (_position < text.Length && !Verb(out verb))
                return null;
            break;
        }

        for (var i = 0; i < _segments.Count - 1; i++)
        {
            if (_segments[i].Kind == SegmentKind.Rest)
                return Fail("'**' must be the last segment", text.IndexOf("**", StringComparison.Ordinal));
        }

        return new PathTemplate(text, _segments, _variables, verb);
    }

    private readonly char Peek => _position < text.Length ? text[_position] : '\0';

    private bool Take(char c)
    {
        if (Peek != c || _position >= text.Length)
            return false;
        _position++;
        return true;
    }

    private bool Segment(bool inVariable)
    {
        if (Take('*'))
        {
            _segments.Add(Take('*') ? PathSegment.Rest : PathSegment.Single);
            return Peek != '*' || FailAt("unexpected '*'");
        }

        var rest = text.AsSpan(_position);
        var length = rest.IndexOfAnyExcept(LiteralCharacters);
        if (length < 0)
            length = rest.Length;
        // The last segment of the template ends at its first colon; within a variable there is no verb, and a colon is a mistake.
        if (inVariable || length == rest.Length)
        {
            var colon = rest[..length].IndexOf(':');
            if (colon >= 0)
                length = colon;
        }

        if (length == 0)
            return FailAt(_position == text.Length ? "a segment is empty" : Peek is '/' or ':' ? "a segment is empty" : $"unexpected '{Peek}'");
        if (!Literal(length, out var decoded))
            return false;
        _segments.Add(PathSegment.Text(decoded));
        return true;
    }

    private bool Literal(int length, out string decoded)
    {
        if (!PercentCoding.TryDecode(text.AsSpan(_position, length), keepSlashes: false, out decoded))
            return FailAt("a percent escape is wrong or is not UTF-8");
        _position += length;
        return true;
    }

    private bool Verb(out string verb)
    {
        verb = "";
        if (!Take(':'))
            return FailAt($"expected '/', ':' or the end, got '{Peek}'");
        var length = text.AsSpan(_position).IndexOfAnyExcept(LiteralCharacters);
        if (length >= 0)
        {
            _position += length;
            return FailAt($"unexpected '{Peek}' in the verb");
        }

        return _position < text.Length ? Literal(text.Length - _position, out verb) : FailAt("the verb is empty");
    }

    private bool Variable()
    {
        var at = _position++;
        var nameStart = _position;
        do
        {
            if (!Identifier())
                return false;
        }
        while (Take('.'));
        var name = text[nameStart.._position];
        var first = _segments.Count;
        if (Take('='))
        {
            do
            {
                if (Peek == '{')
                    return FailAt("variables cannot be nested");
                if (!Segment(inVariable: true))
                    return false;
            }
            while (Take('/'));
        }
        else
        {
            _segments.Add(PathSegment.Single);
        }

        if (!Take('}'))
            return FailAt(_position == text.Length ? "expected '}'" : $"expected '}}', got '{Peek}'");
        foreach (var other in _variables)
        {
            if (other.Name == name)
                return Fail($"the variable \"{name}\" is repeated", at) is not null;
        }

        var count = _segments.Count - first;
        _variables.Add(new(name, first, count, count > 1 || _segments[first].Kind == SegmentKind.Rest));
        return true;
    }

    private bool Identifier()
    {
        var start = _position;
        while (char.IsAsciiLetter(Peek) || Peek == '_' || (_position > start && char.IsAsciiDigit(Peek)))
            _position++;
        return _position > start || FailAt("expected a field name");
    }

    private bool FailAt(string message) => Fail(message) is not null;

    private PathTemplate? Fail(string message, int at = -1)
    {
        Error = $"column {(at < 0 ? _position : at) + 1}: {message}";
        return null;
    }
}
