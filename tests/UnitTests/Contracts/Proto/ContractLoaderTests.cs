using Google.Protobuf;
using ProtocolGateway.Contracts;
using ProtocolGateway.Contracts.Model;
using Xunit;

namespace ProtocolGateway.UnitTests.Contracts.Proto;

public sealed class ContractLoaderTests : IDisposable
{
    private const string Types = """
        syntax = "proto3";
        package shop.v1;
        message User { string id = 1; }
        """;

    private const string Shop = """
        syntax = "proto3";
        package shop.v1;
        import "shop/v1/types.proto";
        import "google/api/annotations.proto";
        service Shop { rpc Get(User) returns (User) { option (google.api.http) = { get: "/v1/{id}" }; } }
        """;

    private readonly TempTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void The_root_of_a_source_is_found_from_its_imports()
    {
        _tree.Write("protos/shop/v1/types.proto", Types);
        var shop = _tree.Write("protos/shop/v1/shop.proto", Shop);
        var content = ContractLoader.LoadFile(shop, "shop", []);
        Assert.Empty(content.Diagnostics);
        var operation = Assert.Single(content.Operations);
        Assert.Equal("/v1/{id}", Assert.Single(operation.HttpRules).Template);
        Assert.Equal(new SourceLocation(shop, "5:16"), operation.Source);
    }

    [Fact]
    public void A_directory_is_read_whole_and_a_broken_file_costs_only_itself()
    {
        _tree.Write("protos/shop/v1/types.proto", Types);
        _tree.Write("protos/shop/v1/shop.proto", Shop);
        var broken = _tree.Write("protos/shop/v1/broken.proto", "syntax = \"proto3\";\npackage x;\nmessage X { strin a = 1; }\n");
        var lost = _tree.Write("protos/lost.proto", "syntax = \"proto3\";\nimport \"no/such.proto\";\nmessage Y {}\n");
        var content = ContractLoader.LoadFile(_tree.Root, "shop", []);
        Assert.Equal("shop.v1.Shop.Get", Assert.Single(content.Operations).FullName);
        Assert.Contains(content.Diagnostics, d => d.Severity == Severity.Error && d.Place == new SourceLocation(broken, "3:13"));
        Assert.Contains(content.Diagnostics, d => d.Severity == Severity.Error && d.Place == new SourceLocation(lost, "2:1"));
        Assert.DoesNotContain(content.Diagnostics, d => d.Place.Source.EndsWith("shop.proto", StringComparison.Ordinal));
    }

    [Fact]
    public void Files_of_one_name_in_two_trees_are_both_read()
    {
        foreach (var tree in (string[])["a", "b"])
        {
            _tree.Write($"{tree}/common.proto", $"syntax = \"proto3\"; package {tree}; message M {{}}");
            _tree.Write($"{tree}/service.proto", $"syntax = \"proto3\"; package {tree}; import \"common.proto\"; service S {{ rpc Do(M) returns (M); }}");
        }

        var content = ContractLoader.LoadFile(_tree.Root, "shop", []);
        Assert.Empty(content.Diagnostics);
        Assert.Equal(["a.S.Do", "b.S.Do"], content.Operations.Select(o => o.FullName).Order());
    }

    [Fact]
    public void Configured_import_paths_are_searched()
    {
        _tree.Write("vendor/shop/v1/types.proto", Types);
        var shop = _tree.Write("own/shop.proto", Shop);
        Assert.Empty(ContractLoader.LoadFile(shop, "shop", []).Operations);
        Assert.Single(ContractLoader.LoadFile(shop, "shop", [Path.Combine(_tree.Root, "vendor")]).Operations);
        var absent = ContractLoader.LoadFile(shop, "shop", [Path.Combine(_tree.Root, "absent")]);
        Assert.Contains(absent.Diagnostics, d => d.Severity == Severity.Warning && d.Place.Source.EndsWith("absent", StringComparison.Ordinal));
    }

    [Fact]
    public void Descriptor_sets_are_read_by_any_of_their_extensions()
    {
        var bytes = TempTree.Compile("syntax = \"proto3\"; message M {} service S { rpc Do(M) returns (M); }").ToByteArray();
        foreach (var extension in (string[])["protoset", "pb", "binpb", "desc"])
        {
            var path = Path.Combine(_tree.Root, "set." + extension);
            File.WriteAllBytes(path, bytes);
            Assert.Equal("S.Do", Assert.Single(ContractLoader.LoadFile(path, "s", []).Operations).FullName);
        }
    }

    [Theory]
    [InlineData("text.protoset", "not a set")]
    [InlineData("empty.protoset", "")]
    [InlineData("odd.txt", "text")]
    [InlineData("empty/readme.md", "text")]
    public void What_is_no_contract_is_one_error(string path, string text)
    {
        var written = _tree.Write(path, text);
        var content = ContractLoader.LoadFile(path.Contains('/', StringComparison.Ordinal) ? Path.GetDirectoryName(written)! : written, "s", []);
        Assert.Equal(Severity.Error, Assert.Single(content.Diagnostics).Severity);
        Assert.Empty(content.Operations);
    }

    [Fact]
    public void A_missing_contract_is_an_error_and_the_others_load()
    {
        var good = _tree.Write("a.proto", "syntax = \"proto3\"; message M {} service S { rpc Do(M) returns (M); }");
        var content = ContractLoader.Load([Path.Combine(_tree.Root, "none.proto"), good], "s", []);
        Assert.Single(content.Operations);
        Assert.Equal(Severity.Error, Assert.Single(content.Diagnostics).Severity);
    }
}
