namespace ProtocolGateway.Upstreams;

/// <summary>The HTTP version towards an HTTP backend.</summary>
public enum UpstreamHttpVersion
{
    /// <summary>HTTP/1.1 without TLS; with TLS the better of the two that the backend offers.</summary>
    Auto,

    /// <summary>HTTP/1.1 only.</summary>
    Http11,

    /// <summary>HTTP/2 only; without TLS by prior knowledge.</summary>
    Http2,
}

/// <summary>How the instances of a cluster are spoken to.</summary>
public sealed record UpstreamOptions
{
    /// <summary>The largest gRPC answer message, in bytes, after decompression. 16 MiB: four times the default of gRPC clients, which would refuse
    /// larger ones anyway, so that only services that raised their own limit need to raise this one.</summary>
    public int MaxAnswerMessageBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>The largest header or trailer block of an answer, in bytes. 64 KiB: status details of 12 KiB are seen in practice, and a block that is
    /// refused hides the status it carries.</summary>
    public int MaxAnswerHeaderBytes { get; init; } = 64 * 1024;

    /// <summary>How long TCP and TLS may take together. 5 s: one lost SYN (1 s) and its repetition (2 s) still pass. As long a gRPC call waits for a
    /// free stream, when all that its instance allows are taken.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A PEM file of the authorities that may sign backends' certificates, instead of the system's; null for the system's.</summary>
    public string? TlsAuthorityFile { get; init; }

    /// <summary>Takes any certificate: for test benches only.</summary>
    public bool TlsSkipVerify { get; init; }

    /// <summary>The version towards HTTP backends; gRPC is always HTTP/2.</summary>
    public UpstreamHttpVersion HttpVersion { get; init; }

    /// <summary>Compresses gRPC requests of 1 KiB and more with gzip. Off: inside a data centre the bytes are cheaper than the CPU time.</summary>
    public bool GzipRequests { get; init; }
}
