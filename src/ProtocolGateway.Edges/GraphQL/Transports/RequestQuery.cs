using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.GraphQL.Transports;

/// <summary>Reads a request from the query of a URL (application/x-www-form-urlencoded), as GET brings it.</summary>
internal static class RequestQuery
{
    /// <summary>Reads the request; a parameter without a value is one that is not there.</summary>
    /// <param name="query">As on the wire, with its question mark or empty.</param>
    /// <param name="into">Takes the texts; the request points into it.</param>
    /// <param name="request">The request, where null is returned.</param>
    public static GatewayError? Read(string? query, PooledBuffer into, out IncomingRequest request)
    {
        request = default;
        // Positions: the buffer may move while it grows.
        Range document = default, variables = default, extensions = default;
        string? operationName = null, documentId = null;
        var seen = 0;
        ReadOnlySpan<char> text = query;
        text = text.TrimStart('?');
        foreach (var range in text.Split('&'))
        {
            var pair = text[range];
            var end = pair.IndexOf('=');
            var name = end < 0 ? pair : pair[..end];
            var member = MemberOf(name);
            if (member == RequestMember.None)
                continue;
            if ((seen & (1 << (int)member)) != 0)
                return TransportErrors.NotWellFormed($"The parameter {name} is there twice.");
            seen |= 1 << (int)member;
            var value = Decode(end < 0 ? default : pair[(end + 1)..]);
            if (value is null)
                return TransportErrors.BadRequest($"The parameter {name} holds a bad escape, or bytes that are not UTF-8.");
            if (value.Length == 0)
                continue;
            switch (member)
            {
                case RequestMember.Query:
                    document = WriteInside(value, into);
                    break;
                case RequestMember.OperationName:
                    operationName = Encoding.UTF8.GetString(value);
                    break;
                case RequestMember.DocumentId:
                    documentId = Encoding.UTF8.GetString(value);
                    break;
                default:
                    if (RequestJson.CheckObject(value, out var isNull) is { } problem)
                        return TransportErrors.NotWellFormed($"The parameter {name} {problem}.");
                    var written = isNull ? default : Write(value, into);
                    if (member == RequestMember.Variables)
                        variables = written;
                    else
                        extensions = written;
                    break;
            }
        }

        var all = into.WrittenMemory;
        request = new(new() { Query = all[document], OperationName = operationName, Variables = all[variables], Extensions = all[extensions] }, documentId);
        return null;
    }

    /// <summary>Writes the inside of the JSON string that stands for a text.</summary>
    /// <param name="text">Valid UTF-8.</param>
    /// <param name="into">Takes it.</param>
    /// <returns>Where it lies in the buffer.</returns>
    public static Range WriteInside(ReadOnlySpan<byte> text, PooledBuffer into) =>
        Write(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes, into);

    private static Range Write(ReadOnlySpan<byte> bytes, PooledBuffer into)
    {
        var start = into.Length;
        into.Write(bytes);
        return start..into.Length;
    }

    private static RequestMember MemberOf(ReadOnlySpan<char> name) => name switch
    {
        "query" => RequestMember.Query,
        "variables" => RequestMember.Variables,
        "operationName" => RequestMember.OperationName,
        "extensions" => RequestMember.Extensions,
        "documentId" => RequestMember.DocumentId,
        _ => RequestMember.None,
    };

    // Null where it cannot be decoded.
    private static byte[]? Decode(ReadOnlySpan<char> value)
    {
        var bytes = new byte[value.Length];
        var length = 0;
        for (var i = 0; i < value.Length; i++, length++)
        {
            var c = value[i];
            if (c == '%')
            {
                if (i + 2 >= value.Length || !byte.TryParse(value.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[length]))
                    return null;
                i += 2;
            }
            else if (char.IsAscii(c))
            {
                bytes[length] = c == '+' ? (byte)' ' : (byte)c;
            }
            else
            {
                return null;
            }
        }

        return Utf8.IsValid(bytes.AsSpan(0, length)) ? bytes[..length] : null;
    }
}
