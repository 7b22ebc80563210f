using System.Diagnostics.CodeAnalysis;

namespace ProtocolGateway.Edges.Rest.Routing;

/// <summary>What one segment of a template matches.</summary>
public enum SegmentKind
{
    /// <summary>Exactly one text.</summary>
    Literal,

    /// <summary>A text with parameters between fixed parts, such as <c>{name}.json</c> (OpenAPI only).</summary>
    Partial,

    /// <summary>One segment that is not empty.</summary>
    Single,

    /// <summary>Any number of segments, none included; the last of its template.</summary>
    Rest,
}

/// <summary>One segment of a template.</summary>
/// <param name="Kind">What it matches.</param>
/// <param name="Literal">The decoded text of a literal; empty otherwise.</param>
/// <param name="Parts">The decoded fixed parts of a partial segment, one more than it has parameters; empty otherwise.</param>
public sealed record PathSegment(SegmentKind Kind, string Literal, IReadOnlyList<string> Parts)
{
    internal static readonly PathSegment Single = new(SegmentKind.Single, "", []);
    internal static readonly PathSegment Rest = new(SegmentKind.Rest, "", []);

    internal static PathSegment Text(string decoded) => new(SegmentKind.Literal, decoded, []);
}

/// <summary>A variable of a template.</summary>
/// <param name="Name">The field path as written, <c>book.name</c>; of OpenAPI the parameter's name.</param>
/// <param name="Start">The index of its first segment.</param>
/// <param name="Count">How many segments it spans; the last may be <see cref="SegmentKind.Rest"/>.</param>
/// <param name="IsMulti">It may span several segments, so %2F stays escaped in its value.</param>
/// <param name="Part">Which parameter of a partial segment it is; -1 elsewhere.</param>
public sealed record TemplateVariable(string Name, int Start, int Count, bool IsMulti, int Part = -1);

/// <summary>A parsed path template: google.api.http's grammar, or OpenAPI's.</summary>
public sealed class PathTemplate
{
    /// <summary>Longer templates are refused: matching recurses once per segment.</summary>
    internal const int MaxSegments = 128;

    internal PathTemplate(string text, IReadOnlyList<PathSegment> segments, IReadOnlyList<TemplateVariable> variables, string verb) =>
        (Text, Segments, Variables, Verb) = (text, segments, variables, verb);

    /// <summary>The template as written.</summary>
    public string Text { get; }

    /// <summary>The segments; none for <c>/</c>.</summary>
    public IReadOnlyList<PathSegment> Segments { get; }

    /// <summary>The variables in the order of the text.</summary>
    public IReadOnlyList<TemplateVariable> Variables { get; }

    /// <summary>The decoded verb without its colon; empty without one.</summary>
    public string Verb { get; }

    /// <summary>Parses the grammar of google/api/http.proto. On failure <paramref name="error"/> says what is wrong at which column (from 1).</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out PathTemplate? template, [NotNullWhen(false)] out string? error)
    {
        var parser = new TemplateParser(text);
        template = parser.Parse();
        error = template is null ? parser.Error : null;
        return template is not null;
    }

    /// <summary>Parses a path of an OpenAPI document: parameters may be part of a segment and have any name.</summary>
    public static bool TryParseOpenApi(string text, [NotNullWhen(true)] out PathTemplate? template, [NotNullWhen(false)] out string? error) =>
        OpenApiTemplateParser.TryParse(text, out template, out error);

    /// <summary>This template below literal segments.</summary>
    internal PathTemplate Under(string prefix, IReadOnlyList<PathSegment> literals)
    {
        if (literals.Count == 0)
            return this;
        // "/" below a prefix is the prefix with a slash at its end, which is a path of its own.
        IReadOnlyList<PathSegment> own = Segments.Count == 0 ? [PathSegment.Text("")] : Segments;
        return new(
            prefix + Text,
            [.. literals, .. own],
            [.. Variables.Select(variable => variable with { Start = variable.Start + literals.Count })],
            Verb);
    }

    /// <summary>The template as written.</summary>
    public override string ToString() => Text;
}
