namespace ProtocolGateway.Upstreams;

/// <summary>What a cluster's instances speak.</summary>
public enum UpstreamProtocol
{
    /// <summary>gRPC over HTTP/2.</summary>
    Grpc,

    /// <summary>HTTP/1.1 or HTTP/2, as <see cref="UpstreamOptions.HttpVersion"/> says.</summary>
    Http,
}

/// <summary>The backends of one service, validated.</summary>
/// <param name="Name">For logs.</param>
/// <param name="Protocol">What all of them speak.</param>
/// <param name="Instances">At least one.</param>
/// <param name="Options">How they are spoken to.</param>
public sealed record ClusterModel(string Name, UpstreamProtocol Protocol, IReadOnlyList<InstanceModel> Instances, UpstreamOptions Options);

/// <summary>One backend.</summary>
/// <param name="Address">http or https, host and port; a path is put before every request's own.</param>
/// <param name="Weight">Its share of the calls relative to its siblings; 0 takes none while another has more.</param>
public sealed record InstanceModel(Uri Address, int Weight);

/// <summary>Whether an instance could be reached just now.</summary>
/// <param name="Service">The configured service.</param>
/// <param name="Instance">The instance's address.</param>
/// <param name="Reachable">A TCP connection was made.</param>
/// <param name="Why">Why not; null where it is reachable. Only for operators.</param>
public readonly record struct InstanceProbe(string Service, string Instance, bool Reachable, string? Why);
