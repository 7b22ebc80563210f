using System.Text.Json;
using System.Text.Unicode;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.GraphQL.Transports;

/// <summary>
/// Reads requests from JSON, in one pass and without copying: the parts of a request are positions in the text. Members that mean nothing here are passed
/// over, as the specification of GraphQL over HTTP wants it.
/// </summary>
internal static class RequestJson
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 128 };

    /// <summary>The text is an array, if it is JSON at all.</summary>
    public static bool IsArray(ReadOnlySpan<byte> json) => json.TrimStart(" \t\r\n"u8) is [(byte)'[', ..];

    /// <summary>Reads one request.</summary>
    /// <param name="json">The text.</param>
    /// <param name="request">Points into the text, where null is returned.</param>
    public static GatewayError? Read(ReadOnlyMemory<byte> json, out IncomingRequest request)
    {
        request = default;
        try
        {
            var reader = new Utf8JsonReader(json.Span, Options);
            reader.Read();
            var error = ReadObject(ref reader, json, "", out request);
            // Nothing but white space may follow; reading on says so.
            if (error is null)
                reader.Read();
            return error;
        }
        catch (JsonException bad)
        {
            return NotJson(json, bad);
        }
    }

    /// <summary>Reads an array of requests.</summary>
    /// <param name="json">The text.</param>
    /// <param name="limit">How many there may be.</param>
    /// <param name="into">Takes them, in their order.</param>
    public static GatewayError? ReadArray(ReadOnlyMemory<byte> json, int limit, List<IncomingRequest> into)
    {
        try
        {
            var reader = new Utf8JsonReader(json.Span, Options);
            reader.Read();
            var count = 0;
            for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; count++)
            {
                // What is too many is counted and not read.
                if (count >= limit)
                {
                    reader.Skip();
                    continue;
                }

                if (ReadObject(ref reader, json, $"[{count}]: ", out var request) is { } error)
                    return error;
                into.Add(request);
            }

            reader.Read();
            return count > limit ? TransportErrors.Batch(count, limit) : count == 0 ? TransportErrors.NotWellFormed("The array holds no request.") : null;
        }
        catch (JsonException bad)
        {
            return NotJson(json, bad);
        }
    }

    /// <summary>Checks the text of a JSON object, such as a query parameter holds.</summary>
    /// <param name="json">The text.</param>
    /// <param name="isNull">It is null, which stands for nothing.</param>
    /// <returns>What is wrong with it.</returns>
    public static string? CheckObject(ReadOnlySpan<byte> json, out bool isNull)
    {
        isNull = false;
        try
        {
            var reader = new Utf8JsonReader(json, Options);
            reader.Read();
            isNull = reader.TokenType == JsonTokenType.Null;
            if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.Null))
                return "is not a JSON object";
            reader.Skip();
            reader.Read();
            return TextProblem(json);
        }
        catch (JsonException)
        {
            return "is not JSON";
        }
    }

    private static GatewayError? ReadObject(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json, string place, out IncomingRequest request)
    {
        request = default;
        if (reader.TokenType != JsonTokenType.StartObject)
            return TransportErrors.NotWellFormed(place + "A request is a JSON object.");
        ReadOnlyMemory<byte> query = default, variables = default, extensions = default;
        string? operationName = null, documentId = null;
        var seen = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = MemberOf(ref reader);
            reader.Read();
            if (member == RequestMember.None)
            {
                reader.Skip();
                continue;
            }

            if ((seen & (1 << (int)member)) != 0)
                return TransportErrors.NotWellFormed($"{place}\"{NameOf(member)}\" is there twice.");
            seen |= 1 << (int)member;
            if (ReadMember(ref reader, json, member, out var value) is { } problem)
                return TransportErrors.NotWellFormed($"{place}\"{NameOf(member)}\" {problem}.");
            switch (member)
            {
                case RequestMember.Query:
                    query = value;
                    break;
                case RequestMember.Variables:
                    variables = value;
                    break;
                case RequestMember.Extensions:
                    extensions = value;
                    break;
                case RequestMember.OperationName:
                    operationName = reader.GetString();
                    break;
                default:
                    documentId = reader.GetString();
                    break;
            }
        }

        request = new(new() { Query = query, OperationName = operationName, Variables = variables, Extensions = extensions }, documentId);
        return null;
    }

    // The reader stays on a text, and passes over an object. Null stands for nothing.
    private static string? ReadMember(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json, RequestMember member, out ReadOnlyMemory<byte> value)
    {
        value = default;
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        var start = (int)reader.TokenStartIndex;
        if (member is RequestMember.Variables or RequestMember.Extensions)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                return "is not an object";
            reader.Skip();
            value = json[start..(int)reader.BytesConsumed];
        }
        else
        {
            if (reader.TokenType != JsonTokenType.String)
                return "is not a text";
            value = json.Slice(start + 1, reader.ValueSpan.Length);
        }

        return TextProblem(value.Span);
    }

    private static string? TextProblem(ReadOnlySpan<byte> json) =>
        !Utf8.IsValid(json) ? "holds bytes that are not UTF-8" : JsonText.HasLoneSurrogate(json) ? "holds half of a surrogate pair" : null;

    private static RequestMember MemberOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("query"u8) ? RequestMember.Query
        : reader.ValueTextEquals("variables"u8) ? RequestMember.Variables
        : reader.ValueTextEquals("operationName"u8) ? RequestMember.OperationName
        : reader.ValueTextEquals("extensions"u8) ? RequestMember.Extensions
        : reader.ValueTextEquals("documentId"u8) ? RequestMember.DocumentId
        : RequestMember.None;

    private static string NameOf(RequestMember member) => member switch
    {
        RequestMember.Query => "query",
        RequestMember.Variables => "variables",
        RequestMember.OperationName => "operationName",
        RequestMember.Extensions => "extensions",
        _ => "documentId",
    };

    private static GatewayError NotJson(ReadOnlyMemory<byte> json, JsonException bad) => json.Span.TrimStart(" \t\r\n"u8).IsEmpty
        ? TransportErrors.BadRequest("The request has no body; a JSON object with \"query\" is awaited.")
        : TransportErrors.BadRequest($"The body is not JSON (nested {Options.MaxDepth} deep at most): line {bad.LineNumber + 1}, byte {bad.BytePositionInLine + 1}.");
}
