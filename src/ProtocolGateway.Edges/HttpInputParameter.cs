using System.Text;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges;

/// <summary>Writes the JSON value of one parameter as OpenAPI's serialization has it ("Parameter Object", style and explode).</summary>
internal sealed class HttpInputParameter(Field parameter)
{
    private readonly byte[] _jsonName = Encoding.UTF8.GetBytes(parameter.JsonName);
    private readonly string _style = parameter.Style?.Name ?? (parameter.Location is FieldLocation.Query or FieldLocation.Cookie ? "form" : "simple");
    private readonly bool _explode = parameter.Style?.Explode ?? parameter.Location is FieldLocation.Query or FieldLocation.Cookie;

    /// <summary>The name in the contract.</summary>
    public string Name => parameter.Name;

    /// <summary>The name as a header.</summary>
    public string HeaderName { get; } = parameter.Name.ToLowerInvariant();

    /// <summary>Where it travels.</summary>
    public FieldLocation Location => parameter.Location;

    /// <summary>The value in an input; empty where it is absent or null.</summary>
    public ReadOnlySpan<byte> Find(ReadOnlySpan<byte> input)
    {
        var at = JsonScan.FindMember(input, 0, _jsonName);
        return at < 0 || JsonScan.IsNull(input, at) ? default : input[at..JsonScan.SkipValue(input, at)];
    }

    /// <summary>Appends the value to a path, escaped.</summary>
    public void WritePath(ReadOnlySpan<byte> value, StringBuilder path)
    {
        switch (_style)
        {
            case "label":
                path.Append('.').Append(Joined(value, _explode ? "." : ",", escape: true));
                break;
            case "matrix" when _explode && value[0] == '{':
                path.Append(';').Append(Joined(value, ";", escape: true));
                break;
            case "matrix":
                path.Append(';').Append(Uri.EscapeDataString(Name)).Append('=')
                    .Append(Joined(value, _explode ? ";" + Uri.EscapeDataString(Name) + "=" : ",", escape: true));
                break;
            default:
                path.Append(Joined(value, ",", escape: true));
                break;
        }
    }

    /// <summary>Appends the value to a query; true, as there is a query then.</summary>
    /// <param name="value">One JSON value.</param>
    /// <param name="target">The target so far.</param>
    /// <param name="more">A parameter stands there already.</param>
    public bool WriteQuery(ReadOnlySpan<byte> value, StringBuilder target, bool more)
    {
        var name = Uri.EscapeDataString(Name);
        if (value[0] == '{')
            return WriteObject(value, target, name, more);
        if (value[0] == '[' && _explode)
        {
            var at = 1;
            while (JsonScan.NextElement(value, ref at))
            {
                var end = JsonScan.SkipValue(value, at);
                more = WritePair(target, name, Uri.EscapeDataString(Text(value[at..end])), more);
                at = end;
            }

            return more;
        }

        var separator = _style switch { "spaceDelimited" => "%20", "pipeDelimited" => "%7C", _ => "," };
        return WritePair(target, name, Joined(value, separator, escape: true), more);
    }

    /// <summary>The value as a header.</summary>
    public string ToHeader(ReadOnlySpan<byte> value) => Joined(value, ",", escape: false);

    /// <summary>The value as a cookie, escaped: lists and objects have no form there that all backends read, so they are one value.</summary>
    public static string ToCookie(ReadOnlySpan<byte> value) => string.Join("%2C", Parts(value).Select(Uri.EscapeDataString));

    // deepObject writes name[key]=value, exploded form key=value, the others one list of keys and values.
    private bool WriteObject(ReadOnlySpan<byte> value, StringBuilder target, string name, bool more)
    {
        if (_style != "deepObject" && !_explode)
            return WritePair(target, name, Joined(value, ",", escape: true), more);
        var at = 1;
        while (JsonScan.NextMember(value, ref at, out var member))
        {
            var end = JsonScan.SkipValue(value, at);
            var key = Uri.EscapeDataString(JsonEscapes.ToText(member));
            more = WritePair(target, _style == "deepObject" ? $"{name}%5B{key}%5D" : key, Uri.EscapeDataString(Text(value[at..end])), more);
            at = end;
        }

        return more;
    }

    private static bool WritePair(StringBuilder target, string name, string value, bool more)
    {
        target.Append(more ? '&' : '?').Append(name).Append('=').Append(value);
        return true;
    }

    // Keys and values of an exploded object are pairs, otherwise one list.
    private string Joined(ReadOnlySpan<byte> value, string separator, bool escape)
    {
        var pairs = _explode && value[0] == '{';
        var parts = Parts(value);
        for (var i = 0; escape && i < parts.Count; i++)
            parts[i] = Uri.EscapeDataString(parts[i]);
        return pairs ? string.Join(separator, parts.Chunk(2).Select(static p => p[0] + "=" + p[1])) : string.Join(separator, parts);
    }

    private static List<string> Parts(ReadOnlySpan<byte> value)
    {
        var parts = new List<string>();
        var at = 1;
        if (value[0] == '[')
        {
            while (JsonScan.NextElement(value, ref at))
            {
                var end = JsonScan.SkipValue(value, at);
                parts.Add(Text(value[at..end]));
                at = end;
            }
        }
        else if (value[0] == '{')
        {
            while (JsonScan.NextMember(value, ref at, out var member))
            {
                var end = JsonScan.SkipValue(value, at);
                parts.Add(JsonEscapes.ToText(member));
                parts.Add(Text(value[at..end]));
                at = end;
            }
        }
        else
        {
            parts.Add(Text(value));
        }

        return parts;
    }

    private static string Text(ReadOnlySpan<byte> value) => value[0] == '"' ? JsonEscapes.ToText(value[1..^1]) : Encoding.UTF8.GetString(value);
}
