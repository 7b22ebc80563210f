namespace ProtocolGateway.Envelope.Telemetry;

/// <summary>The names of edges in logs and metrics.</summary>
public static class EdgeNames
{
    /// <summary>REST.</summary>
    public const string Rest = "rest";

    /// <summary>GraphQL.</summary>
    public const string GraphQL = "graphql";

    /// <summary>WebSockets.</summary>
    public const string WebSockets = "websockets";

    /// <summary>gRPC, gRPC-Web, Connect.</summary>
    public const string Grpc = "grpc";
}

/// <summary>Every meter, instrument and tag of the gateway; OpenTelemetry's semantic conventions where they have a word.</summary>
public static class TelemetryNames
{
    /// <summary>The meter and activity source.</summary>
    public const string Source = "ProtocolGateway";

    /// <summary>The gateway's own name among the services that report (service.name).</summary>
    public const string ServiceName = "protocol-gateway";

    /// <summary>Histogram, seconds: from the call's entry into the spine to its end.</summary>
    public const string CallDuration = "gateway.call.duration";

    /// <summary>Up-down counter: calls in the spine.</summary>
    public const string ActiveCalls = "gateway.call.active";

    /// <summary>Tag: the edge; one of <see cref="EdgeNames"/>.</summary>
    public const string EdgeTag = "gateway.edge";

    /// <summary>Tag: the configured service.</summary>
    public const string ServiceTag = "gateway.service";

    /// <summary>Tag: the operation's full name; from the catalog, so bounded by it.</summary>
    public const string OperationTag = "gateway.operation";

    /// <summary>Tag: the code by name (Ok, NotFound...).</summary>
    public const string CodeTag = "rpc.grpc.status_code";

    /// <summary>Tag: whose fault a failure was: caller, gateway or backend.</summary>
    public const string BlameTag = "gateway.blame";
}
