using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.Grpc;

/// <summary>The settings of the edge of gRPC, gRPC-Web and Connect.</summary>
public sealed record GrpcEdgeOptions
{
    /// <summary>The path before every operation of a configured service; without a slash at its end.</summary>
    public Func<string, string> Prefix { get; init; } = static _ => "";

    /// <summary>An operation's own time; null for none.</summary>
    public Func<Operation, TimeSpan?> Timeout { get; init; } = static _ => null;

    /// <summary>The largest request message in bytes.</summary>
    public int MaxRequestBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>How slowly the body of a request that is one message may come.</summary>
    public BodyPace Pace { get; init; } = BodyPace.Default;

    /// <summary>Origins whose pages may call, and read the answers; "*" for all.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>The clock of deadlines.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
