using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.Proto;

/// <summary>Messages that every gRPC service may answer with though its contract does not import them: google.rpc.Status and the error details.</summary>
public static class BuiltInTypes
{
    private static readonly Lazy<IReadOnlyDictionary<string, MessageType>> Types = new(Build);

    /// <summary>The message of that full name; null where it is not built in.</summary>
    public static MessageType? Find(string fullName) => Types.Value.GetValueOrDefault(fullName);

    private static IReadOnlyDictionary<string, MessageType> Build()
    {
        var set = new FileDescriptorSet();
        Add(set, "google/rpc/status.proto");
        Add(set, "google/rpc/error_details.proto");
        return ProtoModelBuilder.Build(set, "built in").Types;
    }

    // Dependencies first, each file once.
    private static void Add(FileDescriptorSet set, string name)
    {
        if (set.File.Any(file => file.Name == name) || WellKnownFiles.Find(name) is not { } file)
            return;
        foreach (var dependency in file.Dependency)
            Add(set, dependency);
        set.File.Add(file);
    }
}
