using System.Diagnostics.CodeAnalysis;

namespace ProtocolGateway.Edges.Rest.Routing;

/// <summary>
/// Paths of OpenAPI documents. They have no grammar: parameters stand anywhere in a segment and have any name, empty segments and a slash at the end
/// occur. What follows the last colon of the last segment is a verb, so that such paths meet those of google.api.http in one shape.
/// </summary>
internal static class OpenApiTemplateParser
{
    /// <summary>In one segment; their places are found on the stack.</summary>
    public const int MaxParameters = 32;

    public static bool TryParse(string text, [NotNullWhen(true)] out PathTemplate? template, [NotNullWhen(false)] out string? error)
    {
        template = null;
        error = Check(text);
        if (error is not null)
            return false;
        var segments = new List<PathSegment>();
        var variables = new List<TemplateVariable>();
        var position = 1;
        var verb = "";
        while (position <= text.Length && text.Length > 1)
        {
            var end = SegmentEnd(text, position);
            var isLast = end == text.Length;
            if (isLast && VerbStart(text, position) is var colon and > 0)
            {
                if (!PercentCoding.TryDecode(text.AsSpan(colon + 1), keepSlashes: false, out verb))
                    return Fail("a percent escape is wrong or is not UTF-8", colon + 1, out error);
                end = colon;
            }

            if (!Segment(text, position, end, segments, variables, out error))
                return false;
            if (segments.Count > PathTemplate.MaxSegments)
                return Fail($"more than {PathTemplate.MaxSegments} segments", position, out error);
            if (isLast)
                break;
            position = end + 1;
        }

        template = new(text, segments, variables, verb);
        return true;
    }

    private static string? Check(string text)
    {
        if (text.Length == 0 || text[0] != '/')
            return "column 1: expected '/'";
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '{' or '}')
            {
                depth += text[i] == '{' ? 1 : -1;
                if (depth is < 0 or > 1)
                    return $"column {i + 1}: braces do not pair";
            }
            else if (depth == 0 && text[i] is '?' or '#')
            {
                return $"column {i + 1}: '{text[i]}' cannot be part of a path";
            }
        }

        return depth == 0 ? null : $"column {text.Length + 1}: expected '}}'";
    }

    // A parameter's name may hold slashes and colons; they do not count.
    private static int SegmentEnd(string text, int position)
    {
        var inName = false;
        for (; position < text.Length; position++)
        {
            inName = text[position] == '{' || (inName && text[position] != '}');
            if (!inName && text[position] == '/')
                return position;
        }

        return text.Length;
    }

    private static int VerbStart(string text, int segmentStart)
    {
        var colon = text.LastIndexOf(':');
        return colon > segmentStart && colon < text.Length - 1 && text.AsSpan(colon).IndexOfAny('{', '}') < 0 ? colon : -1;
    }

    private static bool Segment(string text, int start, int end, List<PathSegment> segments, List<TemplateVariable> variables, [NotNullWhen(false)] out string? error)
    {
        error = null;
        var parts = new List<string>();
        var names = new List<string>();
        var position = start;
        while (true)
        {
            var open = text.IndexOf('{', position, end - position);
            var partEnd = open < 0 ? end : open;
            if (!PercentCoding.TryDecode(text.AsSpan(position, partEnd - position), keepSlashes: false, out var part))
                return Fail("a percent escape is wrong or is not UTF-8", position, out error);
            parts.Add(part);
            if (open < 0)
                break;
            if (part.Length == 0 && names.Count > 0)
                return Fail("two parameters need a text between them", open, out error);
            var close = text.IndexOf('}', open);
            var name = text[(open + 1)..close];
            if (name.Length == 0)
                return Fail("a parameter has no name", open, out error);
            if (variables.Exists(variable => variable.Name == name) || names.Contains(name))
                return Fail($"the parameter \"{name}\" is repeated", open, out error);
            names.Add(name);
            if (names.Count > MaxParameters)
                return Fail($"more than {MaxParameters} parameters in one segment", open, out error);
            position = close + 1;
        }

        var whole = names.Count == 1 && parts[0].Length == 0 && parts[1].Length == 0;
        for (var i = 0; i < names.Count; i++)
            variables.Add(new(names[i], segments.Count, 1, IsMulti: false, whole ? -1 : i));
        segments.Add(names.Count == 0 ? PathSegment.Text(parts[0]) : whole ? PathSegment.Single : new(SegmentKind.Partial, "", parts));
        return true;
    }

    private static bool Fail(string message, int at, out string? error)
    {
        error = $"column {at + 1}: {message}";
        return false;
    }
}
