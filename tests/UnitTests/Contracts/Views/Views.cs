using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using ProtocolGateway.Contracts;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Views;
using UnitTests.Contracts.OpenApi;
using Xunit;

namespace UnitTests.Contracts.Views;

/// <summary>Makes the views of documents given as text.</summary>
internal static class Views
{
    /// <summary>The views of a document with these paths and component schemas (YAML), as of a service named svc; their file must be a valid one.</summary>
    public static RpcViews Of(string paths, string schemas = "", NameManifest? manifest = null, string service = "svc", params string[] declared)
    {
        var content = Documents.Paths(paths + (schemas.Length == 0 ? "" : $"\ncomponents:\n  schemas:\n{schemas}"));
        return Of(content, manifest, service, declared);
    }

    public static RpcViews Of(ContractContent content, NameManifest? manifest = null, string service = "svc", params string[] declared)
    {
        var diagnostics = new List<Diagnostic>();
        var views = RpcViews.Build([new(service, content.Operations)], declared, manifest ?? NameManifest.Empty, diagnostics);
        Assert.DoesNotContain(diagnostics, static d => d.Severity != Severity.Info);
        foreach (var file in views.Files)
            AssertValid(file);
        return views;
    }

    public static Operation Operation(this RpcViews views, string name) => Assert.Single(Assert.Single(views.Services).Operations, o => o.Name == name);

    /// <summary>A message's fields as lines of a .proto file.</summary>
    public static string Fields(this RpcViews views, string message)
    {
        var proto = Assert.Single(Assert.Single(views.Files).MessageType, m => m.Name == message);
        return string.Join("; ", proto.Field.Select(f => $"{(f.Proto3Optional ? "optional " : f.Label == FieldDescriptorProto.Types.Label.Repeated ? "repeated " : "")}{(f.TypeName.Length > 0 ? f.TypeName : f.Type.ToString().ToLowerInvariant())} {f.Name} = {f.Number}"));
    }

    private static void AssertValid(FileDescriptorProto file) => FileDescriptor.BuildFromByteStrings(
        [StructReflection.Descriptor.SerializedData, EmptyReflection.Descriptor.SerializedData, file.ToByteString()]);
}
