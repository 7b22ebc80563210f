using System.Buffers;
using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.Contracts.Codec.Formatting;
using ProtocolGateway.Contracts.Codec.Parsing;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.Grpc;

/// <summary>An operation as Connect clients call it. Its plans are compiled on first use: of thousands of operations few are ever called as JSON.</summary>
internal sealed class ConnectTarget(Operation operation, string service, TimeSpan? timeout, Func<string, MessageType?> find)
{
    // As the protocol's own implementations read JSON.
    private static readonly CodecOptions Options = CodecOptions.Default with { IgnoreUnknownFields = true };

    private JsonParsePlan? _parse;
    private JsonFormatPlan? _format;

    public Operation Operation => operation;

    /// <summary>The configured service.</summary>
    public string Service => service;

    /// <summary>The operation's own time; null for none.</summary>
    public TimeSpan? Timeout => timeout;

    /// <summary>The operation's messages stand in envelopes.</summary>
    public bool Streams => operation.Shape != Shape.Unary;

    /// <summary>JSON of the input to protobuf.</summary>
    public CodecError? Parse(ReadOnlySequence<byte> json, IBufferWriter<byte> output) =>
        (_parse ??= JsonParsePlan.Compile(operation.Input, Options, find)).Parse(json, output);

    /// <summary>Protobuf of the output to JSON.</summary>
    public CodecError? Format(ReadOnlySequence<byte> message, IBufferWriter<byte> output) =>
        (_format ??= JsonFormatPlan.Compile((MessageType)operation.Output!, Options, find)).Format(message, output);
}
