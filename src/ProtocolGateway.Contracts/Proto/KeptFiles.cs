using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.Proto;

/// <summary>Files as they are kept: their bytes, those of google's once whatever number of contracts import them.</summary>
internal static class KeptFiles
{
    private static readonly ConcurrentDictionary<string, ProtoFile> BuiltIn = new(StringComparer.Ordinal);

    public static ProtoFile Of(FileDescriptorProto file)
    {
        if (BuiltIn.TryGetValue(file.Name, out var known) && known.Bytes.Length == file.CalculateSize() && known.Bytes.Span.SequenceEqual(file.ToByteArray()))
            return known;
        var kept = new ProtoFile(file.Name, file.ToByteArray());
        return WellKnownFiles.Has(file.Name) ? BuiltIn.GetOrAdd(file.Name, kept) is var first && first.Bytes.Span.SequenceEqual(kept.Bytes.Span) ? first : kept : kept;
    }
}
