using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;
using Microsoft.OpenApi.YamlReader;
using ProtocolGateway.Contracts.Model;
using SharpYaml;
using SharpYaml.Serialization;

namespace ProtocolGateway.Contracts.OpenApi;

/// <summary>From a file to the library's document. Everything that can be wrong with a file as a whole ends here as one error.</summary>
internal static class DocumentLoader
{
    /// <summary>Deeper documents are refused: the library walks them recursively. Real ones stay below 60.</summary>
    private const int MaxDepth = 512;

    // The library's own bound on YAML.
    private const int MaxYamlDepth = 64;

    // The largest public documents are about 40 MB.
    private const int MaxBytes = 256 * 1024 * 1024;

    /// <summary>The document; null after an error has been added.</summary>
    public static OpenApiDocument? Load(string path, DiagnosticList diagnostics)
    {
        try
        {
            var length = new FileInfo(path).Length;
            if (length > MaxBytes)
            {
                diagnostics.Add(Severity.Error, "", $"The file has {length} bytes; at most {MaxBytes} are read. Split the document.");
                return null;
            }

            return Read(File.ReadAllBytes(path), diagnostics);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            diagnostics.Add(Severity.Error, "", $"The file cannot be read: {e.Message}");
            return null;
        }
    }

    private static OpenApiDocument? Read(byte[] content, DiagnosticList diagnostics)
    {
        // References to other files and hosts are never followed: a contract must not make the gateway fetch anything.
        var settings = new OpenApiReaderSettings { LoadExternalRefs = false };
        var location = new Uri("file:///contract");
        ReadResult Parse(JsonNode node) => OpenApiYamlReader.Read(node, location, settings);
        try
        {
            var root = LooksLikeJson(content) ? ParseJson(content) : ParseYaml(content);
            DocumentMarks.Set(root);
            return Accept(Read(root, Parse, diagnostics), diagnostics);
        }
        catch (JsonException e)
        {
            diagnostics.Add(Severity.Error, e.LineNumber is null ? "" : $"{e.LineNumber + 1}:{e.BytePositionInLine + 1}", "This is not valid JSON: " + FirstSentence(e.Message));
        }
        catch (YamlException e)
        {
            diagnostics.Add(Severity.Error, $"{e.Start.Line + 1}:{e.Start.Column + 1}", "This is not valid YAML: " + e.Message);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The library answers odd input with many kinds of exception.
            diagnostics.Add(Severity.Error, "", $"This is not an OpenAPI document that can be read: {e.Message} Versions 2.0, 3.0 and 3.1 are understood.");
        }

        return null;
    }

    private static ReadResult Read(JsonNode root, Func<JsonNode, ReadResult> parse, DiagnosticList diagnostics)
    {
        try
        {
            return parse(root);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (root is not JsonObject document || !new DocumentSalvage(document, part => parse(part), diagnostics).TakeOut())
                throw;
            return parse(root);
        }
    }

    private static JsonNode ParseYaml(byte[] content)
    {
        YamlBounds.Check(content, MaxYamlDepth);
        using var text = new StreamReader(new MemoryStream(content, writable: false));
        var stream = new YamlStream();
        stream.Load(text);
        return stream.Documents.Count > 0 ? stream.Documents[0].ToJsonNode() : throw new InvalidDataException("It is empty.");
    }

    private static OpenApiDocument? Accept(ReadResult result, DiagnosticList diagnostics)
    {
        var usable = result.Document is { Paths: not null };
        foreach (var error in result.Diagnostic?.Errors ?? [])
            diagnostics.Add(usable ? Severity.Warning : Severity.Error, error.Pointer ?? "", error.Message);
        foreach (var warning in result.Diagnostic?.Warnings ?? [])
            diagnostics.Add(Severity.Warning, warning.Pointer ?? "", warning.Message);
        if (!usable && result.Diagnostic is not { Errors.Count: > 0 })
            diagnostics.Add(Severity.Error, "", "This is not an OpenAPI document: it has no paths. Versions 2.0, 3.0 and 3.1 are understood.");
        return usable ? result.Document : null;
    }

    private static JsonNode ParseJson(byte[] content)
    {
        var text = content.AsSpan().StartsWith("\uFEFF"u8) ? content.AsSpan(3) : content;
        var options = new JsonDocumentOptions
        {
            MaxDepth = MaxDepth,
            AllowTrailingCommas = true,
            CommentHandling = JsonCommentHandling.Skip,
            AllowDuplicateProperties = false,
        };
        return JsonNode.Parse(text, documentOptions: options) ?? throw new JsonException("The document is null.", null, 0, 0);
    }

    private static bool LooksLikeJson(byte[] content)
    {
        var text = content.AsSpan().StartsWith("\uFEFF"u8) ? content.AsSpan(3) : content;
        text = text.TrimStart(" \t\r\n"u8);
        return text.StartsWith("{"u8) || text.StartsWith("["u8);
    }

    // System.Text.Json repeats the position, which the diagnostic already gives.
    private static string FirstSentence(string message)
    {
        var end = message.IndexOf(" Path: ", StringComparison.Ordinal);
        end = end < 0 ? message.IndexOf(" LineNumber: ", StringComparison.Ordinal) : end;
        return end < 0 ? message : message[..end];
    }
}
