using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto;

namespace ProtocolGateway.Contracts.Views;

/// <summary>The messages of google.protobuf that hold any JSON, and the one that holds nothing.</summary>
internal static class FreeTypes
{
    private static readonly IReadOnlyDictionary<string, MessageType> Types = ProtoModelBuilder.Build(
        new FileDescriptorSet { File = { StructReflection.Descriptor.ToProto(), EmptyReflection.Descriptor.ToProto() } }, "built in").Types;

    public static MessageType Any { get; } = Types["google.protobuf.Value"];

    public static MessageType List { get; } = Types["google.protobuf.ListValue"];

    public static MessageType Map { get; } = Types["google.protobuf.Struct"];

    public static MessageType Nothing { get; } = Types["google.protobuf.Empty"];
}
