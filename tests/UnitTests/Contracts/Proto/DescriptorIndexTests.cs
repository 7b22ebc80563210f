using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto;
using Xunit;

namespace ProtocolGateway.UnitTests.Contracts.Proto;

/// <summary>The files of a catalog by name and symbol, as reflection serves them.</summary>
public sealed class DescriptorIndexTests
{
    private const string Common = "syntax = \"proto3\"; package c; message M { string a = 1; }";

    [Fact]
    public void Every_kind_of_symbol_leads_to_its_file()
    {
        var index = Index(["p.S"], ("one", Read(("a.proto", """
            syntax = "proto2"; package p;
            message Outer { optional string field = 1; oneof choice { string x = 2; } message Inner { enum Kind { NESTED = 0; } extend Outer { optional string deep = 102; } } extensions 100 to 200; }
            enum Top { VALUE = 0; }
            extend Outer { optional string ext = 100; optional string more = 101; }
            service S { rpc Do(Outer) returns (Outer); }
            """))));
        foreach (var symbol in (string[])["p.S", "p.S.Do", "p.Outer", "p.Outer.field", "p.Outer.choice", "p.Outer.Inner", "p.Outer.Inner.Kind", "p.Outer.Inner.NESTED", "p.Top", "p.VALUE", "p.ext", "p.Outer.Inner.deep"])
            Assert.Equal("a.proto", index.FindSymbol(symbol)?.Name);
        foreach (var symbol in (string[])["", "p", "p.Nope", ".p.S", "p.Outer.Nope"])
            Assert.Null(index.FindSymbol(symbol));
        Assert.Equal("a.proto", index.FindExtension("p.Outer", 102)?.Name);
        Assert.Null(index.FindExtension("p.Outer", 103));
        Assert.Equal([100, 101, 102], index.ExtensionsOf("p.Outer")!);
        Assert.Empty(index.ExtensionsOf("p.Outer.Inner")!);
        Assert.Null(index.ExtensionsOf("p.Nope"));
    }

    [Fact]
    public void Different_files_of_one_name_are_both_served_and_each_contract_has_its_own()
    {
        var index = Index(
            ["x.X", "y.Y"],
            ("one", Read(("common.proto", Common), ("x.proto", Service("x", "X")))),
            ("two", Read(("common.proto", Common.Replace("string a", "int32 a", StringComparison.Ordinal)), ("y.proto", Service("y", "Y")))));
        Assert.Equal(["common.proto"], index.FindSymbol("x.X")!.Dependencies);
        Assert.Equal(["two/common.proto"], index.FindSymbol("y.Y")!.Dependencies);
        Assert.Equal(FieldDescriptorProto.Types.Type.String, FieldOf("common.proto"));
        Assert.Equal(FieldDescriptorProto.Types.Type.Int32, FieldOf("two/common.proto"));
        Assert.Equal("common.proto", index.FindSymbol("c.M")!.Name);
        Assert.Equal(["two/common.proto"], FileDescriptorProto.Parser.ParseFrom(index.FindFile("y.proto")!.Bytes).Dependency);

        FieldDescriptorProto.Types.Type FieldOf(string file) => FileDescriptorProto.Parser.ParseFrom(index.FindFile(file)!.Bytes).MessageType[0].Field[0].Type;
    }

    [Fact]
    public void Equal_files_are_one_whichever_way_they_came()
    {
        var compiled = Read(("common.proto", Common), ("x.proto", Service("x", "X")));
        // C# servers tell of files without the names in JSON, and protoc writes them.
        var stripped = compiled.Select(static f =>
        {
            var file = FileDescriptorProto.Parser.ParseFrom(f.Bytes.Span);
            foreach (var field in file.MessageType.SelectMany(static m => m.Field))
                field.ClearJsonName();
            return KeptFiles.Of(file);
        }).ToList();
        var index = Index(["x.X"], ("one", compiled), ("two", stripped), ("three", Read(("y.proto", "syntax = \"proto3\"; import \"google/protobuf/empty.proto\"; message Y { google.protobuf.Empty e = 1; }"))));
        Assert.Null(index.FindFile("two/common.proto"));
        Assert.Null(index.FindFile("two/x.proto"));
        Assert.NotNull(index.FindFile("google/protobuf/empty.proto"));
    }

    [Fact]
    public void Of_services_that_are_not_served_nothing_is_told()
    {
        var file = ("a.proto", "syntax = \"proto3\"; package p; message M {} service Open { rpc Do(M) returns (M); } service Closed { rpc Do(M) returns (M); }");
        var index = Index(["p.Open"], ("one", Read(file)), ("two", Read(file)));
        Assert.Equal(["p.Open"], index.Services);
        Assert.Null(index.FindSymbol("p.Closed"));
        Assert.Null(index.FindSymbol("p.Closed.Do"));
        Assert.Equal("Open", Assert.Single(FileDescriptorProto.Parser.ParseFrom(index.FindSymbol("p.Open")!.Bytes).Service).Name);
        Assert.Null(index.FindFile("two/a.proto"));
    }

    [Fact]
    public void Imports_that_are_missing_or_go_in_a_circle_hurt_nobody()
    {
        var a = new FileDescriptorProto { Name = "a.proto", Package = "a", Syntax = "proto3", Dependency = { "b.proto", "gone.proto" }, MessageType = { new DescriptorProto { Name = "A" } } };
        var b = new FileDescriptorProto { Name = "b.proto", Package = "b", Syntax = "proto3", Dependency = { "a.proto" }, MessageType = { new DescriptorProto { Name = "B" } } };
        var index = DescriptorIndex.Build([new("one", [KeptFiles.Of(a), KeptFiles.Of(b)])], []);
        Assert.Equal("a.proto", index.FindSymbol("a.A")!.Name);
        Assert.Equal("b.proto", index.FindSymbol("b.B")!.Name);
    }

    [Fact]
    public void Contracts_keep_the_bytes_of_files_once_for_what_they_share()
    {
        var first = Read(("x.proto", "syntax = \"proto3\"; import \"google/protobuf/empty.proto\"; message X { google.protobuf.Empty e = 1; }"));
        var second = Read(("y.proto", "syntax = \"proto3\"; import \"google/protobuf/empty.proto\"; message Y { google.protobuf.Empty e = 1; }"));
        Assert.Equal(["google/protobuf/empty.proto", "x.proto"], first.Select(static f => f.Name).Order(StringComparer.Ordinal));
        Assert.Same(first.Single(static f => f.Name.StartsWith("google", StringComparison.Ordinal)), second.Single(static f => f.Name.StartsWith("google", StringComparison.Ordinal)));
        // Neither comments nor places are kept.
        Assert.Null(FileDescriptorProto.Parser.ParseFrom(first.Single(static f => f.Name == "x.proto").Bytes.Span).SourceCodeInfo);
    }

    private static string Service(string package, string name) =>
        $"syntax = \"proto3\"; package {package}; import \"common.proto\"; service {name} {{ rpc Do(c.M) returns (c.M); }}";

    private static DescriptorIndex Index(string[] services, params (string Service, IReadOnlyList<ProtoFile> Files)[] contracts) =>
        DescriptorIndex.Build(contracts.Select(static c => new ServiceFiles(c.Service, c.Files)), services);

    private static IReadOnlyList<ProtoFile> Read(params (string Name, string Source)[] files)
    {
        using var tree = new TempTree();
        var content = ProtoSourceReader.ReadSources([.. files.Select(f => tree.Write(f.Name, f.Source))], [tree.Root]);
        Assert.DoesNotContain(content.Diagnostics, static d => d.Severity == Severity.Error);
        return content.Files;
    }
}
