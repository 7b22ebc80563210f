using System.Globalization;
using System.Text;

namespace ProtocolGateway.Edges.Rest.Description;

/// <summary>A variable of an expanded path.</summary>
/// <param name="Name">Its name in the path, unique there.</param>
/// <param name="FieldPath">The field of the input that it is, or is a part of.</param>
/// <param name="Whole">It is the whole value of the field.</param>
/// <param name="ManySegments">It takes any number of segments.</param>
internal sealed record PathVariable(string Name, string FieldPath, bool Whole, bool ManySegments);

/// <summary>A path template of google.api.http in the plainer form of OpenAPI: <c>{name=shelves/*}</c> is <c>/shelves/{shelf}</c>.</summary>
internal sealed class ExpandedTemplate
{
    private readonly List<string> _parts = [];
    private readonly List<PathVariable> _variables = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private string _verb = "";

    /// <summary>The variables in order.</summary>
    public IReadOnlyList<PathVariable> Variables => _variables;

    /// <summary>The path with the variables' names, or those given in their stead.</summary>
    public string Path(IReadOnlyList<string>? names = null)
    {
        var path = new StringBuilder();
        var next = 0;
        foreach (var part in _parts)
        {
            path.Append('/');
            if (part == "{}")
                path.Append('{').Append(names is null ? _variables[next++].Name : names[next++]).Append('}');
            else
                path.Append(part);
        }

        return path.Length == 0 ? "/" + _verb : path.Append(_verb).ToString();
    }

    /// <summary>The path without the variables' names: two of one signature are one path to OpenAPI.</summary>
    public string Signature => "/" + string.Join('/', _parts) + _verb;

    /// <summary>Expands a rule's template.</summary>
    public static ExpandedTemplate Of(string template)
    {
        var expanded = new ExpandedTemplate();
        var text = template.AsSpan().TrimStart('/');
        var verb = text.LastIndexOf(':');
        if (verb >= 0 && verb > text.LastIndexOf('}') && verb > text.LastIndexOf('/'))
        {
            expanded._verb = text[verb..].ToString();
            text = text[..verb];
        }

        while (!text.IsEmpty)
        {
            // A slash inside braces separates segments of the variable, not of the template.
            var end = text[0] == '{' ? text.IndexOf('}') + 1 : text.IndexOf('/');
            if (end <= 0)
                end = text.Length;
            expanded.Add(text[..end]);
            text = text[end..].TrimStart('/');
        }

        return expanded;
    }

    private void Add(ReadOnlySpan<char> part)
    {
        if (part is "*" or "**")
        {
            AddVariable(Hint(""), "", false, part.Length == 2);
            return;
        }

        if (part[0] != '{')
        {
            _parts.Add(part.ToString());
            return;
        }

        var inner = part[1..].TrimEnd('}');
        var equals = inner.IndexOf('=');
        var field = (equals < 0 ? inner : inner[..equals]).Trim().ToString();
        var pattern = equals < 0 ? "*" : inner[(equals + 1)..].Trim().ToString();
        if (pattern is "*" or "**")
        {
            AddVariable(field, field, true, pattern.Length == 2);
            return;
        }

        foreach (var segment in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (segment is "*" or "**")
                AddVariable(Hint(field), field, false, segment.Length == 2);
            else
                _parts.Add(segment);
        }
    }

    private void AddVariable(string wanted, string field, bool whole, bool many)
    {
        var name = wanted;
        for (var i = 2; !_names.Add(name); i++)
            name = string.Create(CultureInfo.InvariantCulture, $"{wanted}_{i}");
        _variables.Add(new PathVariable(name, field, whole, many));
        _parts.Add("{}");
    }

    // books/* is the book; without a literal before it, a part of its field.
    private string Hint(string field)
    {
        var before = _parts.Count > 0 && _parts[^1] != "{}" ? _parts[^1] : "";
        if (before.EndsWith("ies", StringComparison.Ordinal) && before.Length > 3)
            return before[..^3] + "y";
        if (before.EndsWith("lves", StringComparison.Ordinal))
            return before[..^3] + "f";
        if (before.EndsWith('s') && !before.EndsWith("ss", StringComparison.Ordinal) && before.Length > 1)
            return before[..^1];
        return before.Length > 0 ? before : field.Length > 0 ? field : "segment";
    }
}
