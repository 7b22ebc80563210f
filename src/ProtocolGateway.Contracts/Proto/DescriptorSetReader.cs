using Google.Protobuf;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto.Descriptors;

namespace ProtocolGateway.Contracts.Proto;

/// <summary>Reads files that hold a serialized google.protobuf.FileDescriptorSet: .protoset, .pb, .binpb, .desc.</summary>
public static class DescriptorSetReader
{
    /// <summary>The set at a path; a file that is missing or is not a set yields an error and nothing else.</summary>
    public static ContractContent ReadDescriptorSet(string path)
    {
        try
        {
            // Without google.api.http in the registry, so that one malformed rule cannot fail the whole set; see HttpRuleReader.
            var set = DescriptorFile.ParseSet(File.ReadAllBytes(path));
            return set.Count > 0 ? ProtoModelBuilder.Build(set, path) : Failed(path, "The descriptor set holds no files. Write it with protoc --include_imports --descriptor_set_out, or buf build -o.");
        }
        catch (InvalidProtocolBufferException e)
        {
            return Failed(path, $"This is not a descriptor set ({e.Message}) Write it with protoc --include_imports --descriptor_set_out, or buf build -o.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Failed(path, $"The file cannot be read: {e.Message}");
        }
    }

    /// <summary>A contract that yields nothing, and why.</summary>
    internal static ContractContent Failed(string source, string message) =>
        new([], new Dictionary<string, MessageType>(), [new(Severity.Error, new(source, ""), message)]);
}
