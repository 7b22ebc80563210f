namespace ProtocolGateway.Contracts.Model;

/// <summary>A .proto file that a contract was read from, for clients that ask for it.</summary>
/// <param name="Name">Its import name.</param>
/// <param name="Bytes">A serialized google.protobuf.FileDescriptorProto, without comments and places.</param>
public sealed record ProtoFile(string Name, ReadOnlyMemory<byte> Bytes);
