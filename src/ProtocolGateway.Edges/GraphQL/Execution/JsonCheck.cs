using System.Text.Json;
using System.Text.Unicode;

namespace ProtocolGateway.Edges.GraphQL.Execution;

/// <summary>Decides once whether foreign bytes are one JSON value, so that nothing after has to doubt it.</summary>
internal static class JsonCheck
{
    private const int MaxDepth = 128;

    /// <summary>Null, or what is wrong, with the position in bytes.</summary>
    public static string? Check(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
            return "not valid UTF-8";
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            while (reader.Read())
            {
            }

            return reader.BytesConsumed == 0 ? "empty" : null;
        }
        catch (JsonException e)
        {
            // The message quotes the text; the position is enough, and safe.
            return $"not JSON at line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1}";
        }
    }
}
