using System.Globalization;
using System.Text;
using System.Text.Json;

namespace UnitTests.Edges.GraphQL.Differential;

/// <summary>A response map in a form that can be compared: data with the order of its members, and the set of the errors' paths.</summary>
/// <param name="Data">Null where the response has none: the request was refused.</param>
/// <param name="Paths">JSON arrays, sorted, each once.</param>
internal sealed record Answers(string? Data, string[] Paths)
{
    public static Answers Of(string response)
    {
        using var document = JsonDocument.Parse(response, new JsonDocumentOptions { MaxDepth = 512 });
        var root = document.RootElement;
        return new(
            root.TryGetProperty("data", out var data) ? Canonical(data) : null,
            root.TryGetProperty("errors", out var errors) ? Sorted(errors.EnumerateArray().Select(static e => e.TryGetProperty("path", out var path) ? path.GetRawText() : "null")) : []);
    }

    public static string[] Sorted(IEnumerable<string> paths) => [.. paths.Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The value; equal numbers are written alike.</summary>
    public static string Canonical(JsonElement value)
    {
        var text = new StringBuilder();
        Append(value, text);
        return text.ToString();
    }

    private static void Append(JsonElement value, StringBuilder text)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                foreach (var member in value.EnumerateObject())
                {
                    text.Append(text[^1] == '{' ? "" : ",").Append(JsonSerializer.Serialize(member.Name)).Append(':');
                    Append(member.Value, text);
                }

                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                foreach (var element in value.EnumerateArray())
                {
                    text.Append(text[^1] == '[' ? "" : ",");
                    Append(element, text);
                }

                text.Append(']');
                break;
            case JsonValueKind.Number:
                text.Append(value.GetDouble().ToString("R", CultureInfo.InvariantCulture));
                break;
            case JsonValueKind.String:
                text.Append(JsonSerializer.Serialize(value.GetString()));
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }
}
