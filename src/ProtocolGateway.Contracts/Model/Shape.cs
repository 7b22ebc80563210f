namespace ProtocolGateway.Contracts.Model;

/// <summary>How many messages each side of a call sends.</summary>
public enum Shape
{
    /// <summary>One in, one out.</summary>
    Unary,

    /// <summary>One in, any number out.</summary>
    ServerStreaming,

    /// <summary>Any number in, one out.</summary>
    ClientStreaming,

    /// <summary>Any number in and out, independent of each other.</summary>
    Duplex,
}

/// <summary>What an operation natively speaks, and so which form of payload a call to it carries.</summary>
public enum ContractKind
{
    /// <summary>A gRPC method: the payload is protobuf messages.</summary>
    Grpc,

    /// <summary>An OpenAPI operation: the payload is an HTTP request and its body.</summary>
    Http,
}
