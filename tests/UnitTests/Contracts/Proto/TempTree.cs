using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto;
using ProtocolGateway.Contracts.Proto.Descriptors;
using Xunit;

namespace ProtocolGateway.UnitTests.Contracts.Proto;

/// <summary>A directory of files that a test writes; gone with it.</summary>
internal sealed class TempTree : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("contracts-").FullName;

    public string Write(string path, string text)
    {
        var full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return full;
    }

    /// <summary>The descriptors of one source, by protoc.</summary>
    public static FileDescriptorSet Compile(string source) => new() { File = { Parse(source).Select(file => file.Proto) } };

    /// <summary>The model of one source.</summary>
    public static ContractContent Build(string source)
    {
        var content = ProtoModelBuilder.Build(Parse(source), "test", _ => "test");
        Assert.Empty(content.Diagnostics);
        return content;
    }

    private static List<DescriptorFile> Parse(string source)
    {
        using var tree = new TempTree();
        var result = ProtocRunner.Run([tree.Write("test.proto", source)], [tree.Root]);
        Assert.True(result.Files is not null, string.Join('\n', result.Messages));
        return result.Files;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
