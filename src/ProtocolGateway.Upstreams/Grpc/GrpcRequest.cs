using System.Buffers;
using System.Net.Http;
using ProtocolGateway.Envelope.Calls;

namespace ProtocolGateway.Upstreams.Grpc;

/// <summary>Builds the HTTP/2 request of a gRPC call.</summary>
internal static class GrpcRequest
{
    // gRPC over HTTP2, "ASCII-Value"; what is outside would break the backend's parser, not ours.
    private static readonly SearchValues<char> Printable = SearchValues.Create(Enumerable.Range(0x20, 0x5f).Select(c => (char)c).ToArray());

    /// <summary>The request, with metadata; the content is the caller's to finish.</summary>
    public static HttpRequestMessage Create(GatewayCall call, InstanceTransport transport, GrpcContent content, bool gzip)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, transport.GrpcTarget(call.Operation))
        {
            Version = transport.Version,
            VersionPolicy = transport.Policy,
            Content = content,
        };
        content.Headers.TryAddWithoutValidation("Content-Type", "application/grpc");
        var headers = request.Headers;
        headers.TryAddWithoutValidation("TE", "trailers");
        headers.TryAddWithoutValidation("grpc-accept-encoding", "identity,gzip");
        if (gzip)
            headers.TryAddWithoutValidation("grpc-encoding", "gzip");
        if (call.Deadline.IsSet)
            headers.TryAddWithoutValidation("grpc-timeout", GrpcTimeout.Format(call.Deadline.Left));
        foreach (var (name, value) in call.Headers.Items)
        {
            if (IsOurs(name) || value.AsSpan().ContainsAnyExcept(Printable))
                continue;
            if (!headers.TryAddWithoutValidation(name, value))
                content.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private static bool IsOurs(string name) => name switch
    {
        "content-type" or "content-length" or "host" or "expect" or "grpc-timeout" or "grpc-encoding" or "grpc-accept-encoding" or "grpc-status" or "grpc-message" => true,
        _ => HeaderNames.IsHopByHop(name),
    };
}
