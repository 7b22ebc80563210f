namespace ProtocolGateway.Contracts.Model;

/// <summary>One callable thing of a contract: a gRPC method or an OpenAPI operation.</summary>
public sealed class Operation
{
    /// <summary>
    /// The full name: for a gRPC method that of its descriptor (shop.v1.Shop.GetUser), for an OpenAPI operation the configured service's name and
    /// the operationId, or method and path where it has none (inventory.getItem).
    /// </summary>
    public required string FullName { get; init; }

    /// <summary>The name within the service: GetUser, getItem.</summary>
    public required string Name { get; init; }

    /// <summary>The contract's service: shop.v1.Shop; for OpenAPI the configured service's name.</summary>
    public required string ServiceName { get; init; }

    /// <summary>What it natively speaks.</summary>
    public required ContractKind Kind { get; init; }

    /// <summary>How many messages each side sends.</summary>
    public required Shape Shape { get; init; }

    /// <summary>The type of the input. For OpenAPI: one field per parameter, and one named <c>body</c> with <see cref="FieldLocation.Body"/> for a body.</summary>
    public required MessageType Input { get; init; }

    /// <summary>The type of the output: always a <see cref="MessageType"/> for gRPC; for OpenAPI that of the first success answer; null where it has none.</summary>
    public required DataType? Output { get; init; }

    /// <summary>The HTTP rules: google.api.http and its additional bindings in order, or the one path of an OpenAPI operation. May be empty.</summary>
    public IReadOnlyList<HttpRule> HttpRules { get; init; } = [];

    /// <summary>What an OpenAPI document says of media types and answers; null for gRPC.</summary>
    public HttpOperationDetails? Http { get; init; }

    /// <summary>The OpenAPI operation that this gRPC method stands for; null for all that contracts declare themselves.</summary>
    public RpcView? View { get; init; }

    /// <summary>The gateway answers it itself.</summary>
    public bool IsOwn { get; private init; }

    /// <summary>The messages of its clients are those of a gRPC service, which may take them as they are.</summary>
    public bool ReachesGrpc => Kind == ContractKind.Grpc && View is null && !IsOwn;

    /// <summary>The method's idempotency_level.</summary>
    public Idempotency Idempotency { get; init; }

    /// <summary>The documentation that the contract gives, or empty.</summary>
    public string Documentation { get; init; } = "";

    /// <summary>The contract says that this is deprecated.</summary>
    public bool Deprecated { get; init; }

    /// <summary>Where in which document the operation is declared, for diagnostics.</summary>
    public required SourceLocation Source { get; init; }

    /// <summary>The request path of the gRPC method, <c>/package.Service/Method</c>.</summary>
    public string GrpcPath => field ??= "/" + ServiceName + "/" + Name;

    /// <summary>The same operation as one that the gateway answers itself.</summary>
    public Operation AsOwn() => new()
    {
        FullName = FullName,
        Name = Name,
        ServiceName = ServiceName,
        Kind = Kind,
        Shape = Shape,
        Input = Input,
        Output = Output,
        IsOwn = true,
        Idempotency = Idempotency,
        Source = Source,
    };

    /// <summary>The full name.</summary>
    public override string ToString() => FullName;
}

/// <summary>What a contract promises of repeating a call.</summary>
public enum Idempotency
{
    /// <summary>Nothing.</summary>
    Unknown,

    /// <summary>It changes nothing; any number of calls may be made.</summary>
    NoSideEffects,

    /// <summary>Repeating it changes nothing more.</summary>
    Idempotent,
}

/// <summary>One HTTP rule of an operation; see google/api/http.proto.</summary>
public sealed record HttpRule
{
    /// <summary>The HTTP method in upper case; <c>*</c> for a custom rule of any method.</summary>
    public required string Method { get; init; }

    /// <summary>The path template as written: google.api.http's grammar, or OpenAPI's <c>/a/{b}</c>.</summary>
    public required string Template { get; init; }

    /// <summary>The field that the body is bound to, <c>*</c> for the whole input, empty for none.</summary>
    public string Body { get; init; } = "";

    /// <summary>The field of the output that is the answer's body; empty for the whole output.</summary>
    public string ResponseBody { get; init; } = "";

    /// <summary>Multi-segment variables are decoded whole, reserved characters too (Http.fully_decode_reserved_expansion).</summary>
    public bool FullyDecodeReservedExpansion { get; init; }

    /// <summary>Where the rule is written.</summary>
    public required SourceLocation Source { get; init; }
}

/// <summary>What an OpenAPI document says of one operation beyond its types.</summary>
public sealed record HttpOperationDetails
{
    /// <summary>The operationId as written; null where there is none.</summary>
    public string? OperationId { get; init; }

    /// <summary>The media types that the body may have; empty where the operation takes none.</summary>
    public IReadOnlyList<string> RequestMediaTypes { get; init; } = [];

    /// <summary>A body must be sent.</summary>
    public bool RequestBodyRequired { get; init; }

    /// <summary>The media types of the success answer.</summary>
    public IReadOnlyList<string> ResponseMediaTypes { get; init; } = [];

    /// <summary>The status of the success answer: the smallest 2xx that is declared, else 200.</summary>
    public int SuccessStatus { get; init; } = 200;

    /// <summary>The path of the document's first server URL, prefixed to the operation's path at the backend; without a slash at the end.</summary>
    public string ServerPath { get; init; } = "";

    /// <summary>The declared tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];
}
