using System.Buffers;
using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.Contracts.Codec.Formatting;
using ProtocolGateway.Contracts.Codec.Parsing;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges;

/// <summary>An operation as clients call it that name it and send messages: those of gRPC, gRPC-Web, Connect and WebSockets. Its plans are compiled on first use: of thousands of operations few are ever called as JSON.</summary>
internal sealed class RpcTarget(Operation operation, string service, TimeSpan? timeout, Func<string, MessageType?> find)
{
    // As the protocols' own implementations read JSON.
    private static readonly CodecOptions Options = CodecOptions.Default with { IgnoreUnknownFields = true };

    private JsonParsePlan? _parse;
    private MessageFormatter? _format;

    public Operation Operation => operation;

    /// <summary>The configured service.</summary>
    public string Service => service;

    /// <summary>The operation's own time; null for none.</summary>
    public TimeSpan? Timeout => timeout;

    /// <summary>The operation's messages stand in envelopes.</summary>
    public bool Streams => operation.Shape != Shape.Unary;

    /// <summary>The request is any number of messages; otherwise it is exactly one.</summary>
    public bool StreamsRequest => operation.Shape is Shape.ClientStreaming or Shape.Duplex;

    /// <summary>The answer is any number of messages; otherwise it is exactly one.</summary>
    public bool StreamsAnswer => operation.Shape is Shape.ServerStreaming or Shape.Duplex;

    /// <summary>A message of the client to protobuf.</summary>
    public GatewayError? Read(bool json, ReadOnlySequence<byte> message, IBufferWriter<byte> output)
    {
        if (!json)
            return Copy(message, output);
        _parse ??= JsonParsePlan.Compile(operation.Input, Options, find);
        return _parse.Parse(message, output) is { } wrong ? GatewayErrors.InvalidInput(wrong.ToString()) : null;
    }

    /// <summary>Protobuf of the backend to a message for the client.</summary>
    /// <param name="json">As JSON; otherwise as it is.</param>
    /// <param name="message">The message.</param>
    /// <param name="output">Takes it.</param>
    /// <param name="shared">The message as other calls have it; null for one that is this call's alone.</param>
    public GatewayError? Write(bool json, ReadOnlySequence<byte> message, IBufferWriter<byte> output, SharedMessage? shared = null)
    {
        if (!json)
            return Copy(message, output);
        _format ??= JsonFormatPlan.Compile((MessageType)operation.Output!, Options, find).Format;
        return SharedFormat.Write(shared, _format, message, output) is { } wrong ? GatewayErrors.BackendContract(service, wrong.ToString()) : null;
    }

    private static GatewayError? Copy(ReadOnlySequence<byte> message, IBufferWriter<byte> output)
    {
        foreach (var piece in message)
            output.Write(piece.Span);
        return null;
    }
}
