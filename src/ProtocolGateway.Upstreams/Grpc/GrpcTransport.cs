using System.Buffers;
using System.Collections.Concurrent;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Upstreams.Grpc.Http2;

namespace ProtocolGateway.Upstreams.Grpc;

/// <summary>How one instance is spoken to in gRPC: its connections, and the heads of requests to it.</summary>
internal sealed class GrpcTransport(Uri address, UpstreamOptions options, TimeProvider time) : IDisposable
{
    // gRPC over HTTP2, "ASCII-Value"; what is outside would break the backend's parser, not ours.
    private static readonly SearchValues<char> Printable = SearchValues.Create(Enumerable.Range(0x20, 0x5f).Select(c => (char)c).ToArray());

    private readonly ConcurrentDictionary<Operation, byte[]> _heads = new();

    /// <summary>The connections.</summary>
    public Http2Pool Pool { get; } = new(address, options, time);

    /// <summary>Writes the header block of a call.</summary>
    public void WriteHead(GatewayCall call, PooledBuffer block)
    {
        block.Write(_heads.GetOrAdd(call.Operation, static (operation, self) => self.EncodeHead(operation), this));
        // Who takes messages as they come from the backend says what it takes itself.
        HpackWriter.Write(block, "grpc-accept-encoding", call.Compression?.Accepted ?? "identity,gzip");
        if (call.Compression?.Request is { } encoding)
            HpackWriter.Write(block, "grpc-encoding", encoding);
        else if (options.GzipRequests)
            HpackWriter.Write(block, "grpc-encoding", "gzip");
        if (call.Deadline.IsSet)
            HpackWriter.Write(block, "grpc-timeout", GrpcTimeout.Format(call.Deadline.Left));
        foreach (var (name, value) in call.Headers.Items)
        {
            if (!IsOurs(name) && !value.AsSpan().ContainsAnyExcept(Printable))
                HpackWriter.Write(block, name, value);
        }
    }

    /// <inheritdoc />
    public void Dispose() => Pool.Dispose();

    // The same bytes for every call of an operation: encoded once.
    private byte[] EncodeHead(Operation operation)
    {
        using var block = new PooledBuffer(256);
        HpackWriter.Write(block, ":method", "POST");
        HpackWriter.Write(block, ":scheme", address.Scheme);
        HpackWriter.Write(block, ":path", address.AbsolutePath.TrimEnd('/') + operation.GrpcPath);
        HpackWriter.Write(block, ":authority", address.IsDefaultPort ? address.IdnHost : $"{address.IdnHost}:{address.Port}");
        HpackWriter.Write(block, "content-type", "application/grpc");
        HpackWriter.Write(block, "te", "trailers");
        return block.WrittenMemory.ToArray();
    }

    private static bool IsOurs(string name) => name switch
    {
        "content-type" or "content-length" or "host" or "expect" or "grpc-timeout" or "grpc-encoding" or "grpc-accept-encoding" or "grpc-status" or "grpc-message" => true,
        _ => HeaderNames.IsHopByHop(name),
    };
}
