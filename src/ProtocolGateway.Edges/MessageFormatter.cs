using System.Buffers;
using ProtocolGateway.Contracts.Codec;

namespace ProtocolGateway.Edges;

/// <summary>Writes one protobuf message as JSON. A method of the compiled plan.</summary>
internal delegate CodecError? MessageFormatter(ReadOnlySequence<byte> message, IBufferWriter<byte> output);
