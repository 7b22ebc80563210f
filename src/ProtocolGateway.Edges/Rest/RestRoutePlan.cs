using System.Buffers;
using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.Rest.Binding;
using ProtocolGateway.Edges.Rest.Routing;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.Rest;

/// <summary>Writes the protobuf message of a request: variables, query and body (empty for none). A method of the route's binding.</summary>
internal delegate GatewayError? MessageBinder(in RouteMatch match, ReadOnlySpan<char> rawTarget, ReadOnlySequence<byte> body, IBufferWriter<byte> output, string? contentType);

/// <summary>What is compiled for one route at load: all that a call of it needs.</summary>
internal sealed class RestRoutePlan
{
    /// <summary>The operation.</summary>
    public required Operation Operation { get; init; }

    /// <summary>The configured service, for messages.</summary>
    public required string Service { get; init; }

    /// <summary>How long a call may take; null for no limit of our own.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>gRPC: writes the request message.</summary>
    public MessageBinder? Bind { get; init; }

    /// <summary>gRPC: writes the answer, or its response_body field; null where <see cref="RawAnswer"/>.</summary>
    public MessageFormatter? Format { get; init; }

    /// <summary>gRPC: the rule binds the body.</summary>
    public bool ReadsBody { get; init; }

    /// <summary>gRPC: the body is bound to a google.api.HttpBody and so taken as it is.</summary>
    public bool RawRequest { get; init; }

    /// <summary>The number of the field that <see cref="RawRequest"/> goes to; 0 for the whole input.</summary>
    public int RawRequestField { get; init; }

    /// <summary>gRPC: the answer is a google.api.HttpBody and so sent as it is.</summary>
    public bool RawAnswer { get; init; }

    /// <summary>The number of the field that <see cref="RawAnswer"/> comes from; 0 for the whole output.</summary>
    public int RawAnswerField { get; init; }

    /// <summary>HTTP: writes the backend's target.</summary>
    public TargetBinder? BindTarget { get; init; }

    /// <summary>HTTP: how the client sees where the backend points to; null where as it is.</summary>
    public LocationMapping? Locations { get; init; }

    /// <summary>More than one message may be sent, and the body is where they come from.</summary>
    public bool StreamsRequest => ReadsBody && Operation.Shape is (Shape.ClientStreaming or Shape.Duplex);

    /// <summary>More than one message may be answered.</summary>
    public bool StreamsAnswer => Operation.Shape is Shape.ServerStreaming or Shape.Duplex;
}

/// <summary>Checks the parameters of a request to an HTTP operation and writes the backend's escaped path and query.</summary>
internal delegate GatewayError? TargetBinder(in RouteMatch match, ReadOnlySpan<char> rawTarget, Microsoft.AspNetCore.Http.IHeaderDictionary headers, out string pathAndQuery);
