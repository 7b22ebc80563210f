using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.Proto;

/// <summary>Messages that every gRPC service may answer with though its contract does not import them: google.rpc.Status and the error details.</summary>
public static class BuiltInTypes
{
    private static readonly Lazy<IReadOnlyDictionary<string, MessageType>> Types = new(() =>
    {
        var set = new FileDescriptorSet();
        foreach (var name in new[] { "google/rpc/status.proto", "google/rpc/error_details.proto" })
        {
            if (WellKnownFiles.Find(name) is { } file)
                set.File.Add(file);
        }

        return ProtoModelBuilder.Build(set, "built in").Types;
    });

    /// <summary>The message of that full name; null where it is not built in.</summary>
    public static MessageType? Find(string fullName) => Types.Value.GetValueOrDefault(fullName);
}
