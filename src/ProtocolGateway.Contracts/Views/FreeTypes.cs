using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto;

namespace ProtocolGateway.Contracts.Views;

/// <summary>The messages of google.protobuf that hold any JSON, and the one that holds nothing.</summary>
internal static class FreeTypes
{
    private static readonly ContractContent Content = ProtoModelBuilder.Build(
        new FileDescriptorSet { File = { StructReflection.Descriptor.ToProto(), EmptyReflection.Descriptor.ToProto() } }, "built in");

    /// <summary>The files that declare them.</summary>
    public static IReadOnlyList<ProtoFile> Files => Content.Files;

    public static MessageType Any { get; } = Content.Types["google.protobuf.Value"];

    public static MessageType List { get; } = Content.Types["google.protobuf.ListValue"];

    public static MessageType Map { get; } = Content.Types["google.protobuf.Struct"];

    public static MessageType Nothing { get; } = Content.Types["google.protobuf.Empty"];
}
