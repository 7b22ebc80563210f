using System.Buffers;
using System.Buffers.Text;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.Grpc;

/// <summary>A unary request of the Connect protocol by GET: all of it is in the query (connectrpc.com/docs/protocol, "Unary-Get-Request").</summary>
internal sealed class ConnectQuery
{
    private string? _version;
    private string? _encoding;
    private string? _base64;
    private ReadOnlyMemory<char>? _message;

    /// <summary>How the message is compressed; null for not at all.</summary>
    public string? Compression { get; private set; }

    /// <summary>How the message is written; null where that is not known.</summary>
    public ConnectForm? Form => _encoding switch
    {
        "json" => new(Streams: false, Json: true),
        "proto" => new(Streams: false, Json: false),
        _ => null,
    };

    /// <summary>The request of a query; null for one of another protocol. Of parameters that are there twice the first counts.</summary>
    public static ConnectQuery? Of(QueryString query)
    {
        if (!query.HasValue)
            return null;
        var request = new ConnectQuery();
        foreach (var pair in new QueryStringEnumerable(query.Value))
        {
            switch (pair.EncodedName.Span)
            {
                case "connect":
                    request._version ??= pair.DecodeValue().ToString();
                    break;
                case "encoding":
                    request._encoding ??= pair.DecodeValue().ToString();
                    break;
                case "compression":
                    request.Compression ??= pair.DecodeValue().ToString();
                    break;
                case "base64":
                    request._base64 ??= pair.DecodeValue().ToString();
                    break;
                case "message":
                    request._message ??= pair.EncodedValue;
                    break;
            }
        }

        return request._version is not null || (request._encoding is not null && request._message is not null) ? request : null;
    }

    /// <summary>The version is one that there is.</summary>
    public GatewayError? CheckVersion() =>
        _version is null or "v1" ? null : GatewayErrors.InvalidInput("The parameter connect must be v1, the only version that there is.");

    /// <summary>Reads the message as its bytes.</summary>
    public GatewayError? ReadMessage(out ReadOnlySequence<byte> message)
    {
        message = default;
        if (_message is not { } text)
            return GatewayErrors.InvalidInput("The parameter message is not there.");
        var encoded = Encoding.UTF8.GetBytes(text.ToArray());
        var bytes = WebUtility.UrlDecodeToBytes(encoded, 0, encoded.Length);
        if (_base64 == "1")
        {
            if (!Base64Url.IsValid(bytes))
                return GatewayErrors.InvalidInput("The parameter message is no URL-safe base64.");
            bytes = Base64Url.DecodeFromUtf8(bytes);
        }

        message = new(bytes);
        return null;
    }
}
