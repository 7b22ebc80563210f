using Google.Protobuf.Reflection;
using Grpc.Health.V1;
using ProtocolGateway.Config;
using ProtocolGateway.Contracts;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto;
using ReflectionV1 = Grpc.Reflection.V1.ReflectionReflection;
using ReflectionV1Alpha = Grpc.Reflection.V1Alpha.ReflectionReflection;

namespace ProtocolGateway.OwnServices;

/// <summary>The gRPC operations that the gateway answers itself, as contracts of its own.</summary>
internal static class OwnOperations
{
    /// <summary>What they belong to in metrics and logs.</summary>
    public const string Service = "protocol-gateway";

    // grpcurl and other tools of before 2023 ask for v1alpha only.
    private static readonly ContractContent Reflection = Read(ReflectionV1.Descriptor, ReflectionV1Alpha.Descriptor);
    private static readonly ContractContent Health = Read(HealthReflection.Descriptor);

    /// <summary>Those of a configuration.</summary>
    public static ContractContent Of(GrpcEdgeConfig edge)
    {
        var parts = new List<ContractContent>(2);
        if (edge is { Enabled: true, Reflection: true })
            parts.Add(Reflection);
        if (edge is { Enabled: true, Health: true })
            parts.Add(Health);
        return ContractLoader.Merge(parts);
    }

    /// <summary>It is one of reflection, of whichever version: they differ in the package only.</summary>
    public static bool IsReflection(Operation operation) => operation.ServiceName.StartsWith("grpc.reflection.", StringComparison.Ordinal);

    private static ContractContent Read(params ReadOnlySpan<FileDescriptor> files)
    {
        var set = new FileDescriptorSet();
        foreach (var file in files)
            set.File.Add(file.ToProto());
        var content = ProtoModelBuilder.Build(set, "built in");
        return content with { Operations = [.. content.Operations.Select(static o => o.AsOwn())] };
    }
}
