using Microsoft.OpenApi;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.OpenApi;

/// <summary>Which of the declared media types decides the neutral type of a body.</summary>
internal static class MediaTypes
{
    private static readonly ScalarType Text = new(ScalarKind.String);

    /// <summary>The type of a body: JSON's where JSON is declared, else a form's, else text or bytes; null where there is no content.</summary>
    public static TypeUse? BodyType(IDictionary<string, IOpenApiMediaType>? content, SchemaConverter schemas, string name, string pointer)
    {
        if (content is not { Count: > 0 })
            return null;
        foreach (var (media, body) in content)
        {
            if (IsJson(media))
                return schemas.Convert(body?.Schema, name, pointer);
        }

        foreach (var (media, body) in content)
        {
            if (IsForm(media) && body?.Schema is { } form)
                return schemas.Convert(form, name, pointer);
        }

        var first = content.Keys.First();
        return new(first.StartsWith("text/", StringComparison.OrdinalIgnoreCase) ? Text : new ScalarType(ScalarKind.Bytes) { Format = "binary" }, false);
    }

    private static bool IsJson(string media)
    {
        var type = Essence(media);
        return type.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase)
            || type.Equals("text/json", StringComparison.OrdinalIgnoreCase) || type is "*/*" || type.Equals("application/*", StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsForm(string media)
    {
        var type = Essence(media);
        return type.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) || type.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase);
    }

    private static ReadOnlySpan<char> Essence(string media)
    {
        var end = media.IndexOf(';', StringComparison.Ordinal);
        return (end < 0 ? media : media.AsSpan(0, end)).Trim();
    }
}
