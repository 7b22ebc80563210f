using Google.Protobuf;
using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto;
using ProtocolGateway.Contracts.Proto.Descriptors;
using Xunit;

namespace ProtocolGateway.UnitTests.Contracts.Proto;

public sealed class DescriptorFileTests
{
    private const string Source = """
        syntax = "proto3";
        package shop;
        // Sells things.
        //   Indented, with an umlaut: ü.
        //
        // The end.
        service Shop {
          rpc Get(Item) returns (Item); // Gets one.
        }
        message Item {
          message Inner { string a = 1; }
          string id = 1; // The name.
          /* A block
           * of words. */
          Inner inner = 2;
        }
        """;

    [Fact]
    public void Comments_are_read_as_the_library_reads_them()
    {
        using var tree = new TempTree();
        var file = Assert.Single(ProtocRunner.Run([tree.Write("shop.proto", Source)], [tree.Root]).Files!);
        Assert.Null(file.Proto.SourceCodeInfo);
        var info = SourceCodeInfo.Parser.ParseFrom(file.SourceInfo.Span);
        var comments = new SourceComments(file.SourceInfo);
        Assert.NotEmpty(info.Location);
        foreach (var location in info.Location.Where(l => l.Path.Count > 0 && l.Path.Count % 2 == 0))
        {
            var key = ElementKey.Root;
            for (var i = 0; i < location.Path.Count; i += 2)
                key = key.Child(location.Path[i], location.Path[i + 1]);
            var text = location.HasLeadingComments ? location.LeadingComments : location.TrailingComments;
            var lines = text.Split('\n').Select(line => line.StartsWith(' ') ? line[1..].TrimEnd() : line.TrimEnd());
            Assert.Equal(string.Join('\n', lines).Trim('\n'), comments.Documentation(key));
            Assert.Equal((location.Span[0] + 1L, location.Span[1] + 1L), comments.Position(key));
        }
    }

    [Fact]
    public void A_place_within_a_set_names_the_file()
    {
        using var tree = new TempTree();
        var file = Assert.Single(ProtocRunner.Run([tree.Write("shop.proto", Source)], [tree.Root]).Files!);
        var content = ProtoModelBuilder.Build([file], "all.binpb");
        var get = Assert.Single(content.Operations);
        Assert.Equal(new SourceLocation("all.binpb", "shop.proto:8:3"), get.Source);
        Assert.Equal("Gets one.", get.Documentation);
        Assert.Equal("The name.", content.Types["shop.Item"].FindField("id")!.Documentation);
    }

    [Fact]
    public void A_set_is_the_same_however_its_fields_are_ordered()
    {
        using var tree = new TempTree();
        var file = Assert.Single(ProtocRunner.Run([tree.Write("shop.proto", Source)], [tree.Root]).Files!);
        var info = new FileDescriptorProto { SourceCodeInfo = SourceCodeInfo.Parser.ParseFrom(file.SourceInfo.Span) }.ToByteArray();
        foreach (var body in new byte[][] { [.. file.Proto.ToByteArray(), .. info], [.. info, .. file.Proto.ToByteArray()], [.. info, .. file.Proto.ToByteArray(), .. info] })
        {
            var set = new FileDescriptorSet { File = { FileDescriptorProto.Parser.ParseFrom(body) } };
            var operation = Assert.Single(ProtoModelBuilder.Build(DescriptorFile.ParseSet(Set(body)), "set").Operations);
            Assert.Equal("Gets one.", operation.Documentation);
            Assert.Null(Assert.Single(DescriptorFile.ParseSet(Set(body))).Proto.SourceCodeInfo);
            Assert.Equal(operation.Source, Assert.Single(ProtoModelBuilder.Build(DescriptorFile.ParseSet(set.ToByteArray()), "set").Operations).Source);
        }
    }

    [Fact]
    public void Broken_comments_cost_the_comments_alone()
    {
        var file = new FileDescriptorProto
        {
            Name = "a.proto",
            Syntax = "proto3",
            MessageType = { new DescriptorProto { Name = "A" } },
            Service = { new ServiceDescriptorProto { Name = "S", Method = { new MethodDescriptorProto { Name = "M", InputType = ".A", OutputType = ".A" } } } },
        };
        foreach (var info in new byte[][] { [0xFF], [0x0A, 0x7F], [0x0A, 0x02, 0x0A, 0x05], [0x0A, 0x03, 0x0A, 0x01, 0x80], [0x0B], [0x0A, 0x06, 0x0A, 0x04, 0x06, 0x00, 0x02, 0x00, 0x0A, 0x01, 0xFF] })
        {
            byte[] body = [.. file.ToByteArray(), 0x4A, (byte)info.Length, .. info];
            var content = ProtoModelBuilder.Build(DescriptorFile.ParseSet(Set(body)), "set");
            Assert.Equal("S.M", Assert.Single(content.Operations).FullName);
            Assert.Empty(content.Diagnostics);
        }
    }

    [Fact]
    public void What_is_no_set_is_refused()
    {
        var good = new FileDescriptorSet { File = { new FileDescriptorProto { Name = "a.proto" } } }.ToByteArray();
        Assert.Single(DescriptorFile.ParseSet(good));
        Assert.Empty(DescriptorFile.ParseSet(default));
        Assert.Throws<InvalidProtocolBufferException>(() => DescriptorFile.ParseSet(good.AsMemory(0, good.Length - 1)));
        Assert.Throws<InvalidProtocolBufferException>(() => DescriptorFile.ParseSet("hello"u8.ToArray()));
        Assert.Throws<InvalidProtocolBufferException>(() => DescriptorFile.ParseSet(Set([0x0A, 0x7F])));
    }

    private static byte[] Set(byte[] file)
    {
        using var stream = new MemoryStream();
        using var output = new CodedOutputStream(stream);
        output.WriteTag(FileDescriptorSet.FileFieldNumber, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(file));
        output.Flush();
        return stream.ToArray();
    }
}
