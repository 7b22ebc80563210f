using ProtocolGateway.Config;
using ProtocolGateway.Hosting;
using ProtocolGateway.UnitTests.Contracts.Proto;
using Xunit;

namespace UnitTests.Hosting;

/// <summary>What is looked at every second is what a reload would read, not the trees that it might be in.</summary>
public sealed class WatchedFilesTests : IDisposable
{
    private readonly TempTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void Whatever_the_configuration_names_is_watched()
    {
        var config = new GatewayConfig
        {
            Edges = new() { Graphql = new() { Joins = ["/c/joins.graphql"], Manifest = "/c/names.json" } },
            Services = new Dictionary<string, ServiceConfig>
            {
                ["items"] = new()
                {
                    Contract = ["/c/items.yaml"],
                    HttpRules = ["/c/rules.yaml"],
                    Graphql = new() { Joins = ["/c/items.graphql"] },
                    Upstream = new() { Tls = new() { Ca = "/c/ca.pem" } },
                },
            },
        };
        Assert.Equal(
            ["/c/ca.pem", "/c/gateway.yaml", "/c/items.graphql", "/c/items.yaml", "/c/joins.graphql", "/c/names.json", "/c/rules.yaml"],
            new WatchedFiles("/c/gateway.yaml", () => config).List().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Imports_are_watched_and_their_neighbours_are_not()
    {
        var contract = _tree.Write("api/a.proto", "import \"common/b.proto\";\nimport \"google/protobuf/any.proto\";");
        var imported = _tree.Write("lib/common/b.proto", "import \"common/c.proto\"; import \"common/missing.proto\";");
        var indirect = _tree.Write("lib/common/c.proto", "");
        _tree.Write("lib/common/other.proto", "");
        _tree.Write("api/neighbour.proto", "");
        var config = Config(new() { Contract = [contract], Imports = [Path.Combine(_tree.Root, "lib")], HttpRules = ["rules.yaml"], Graphql = new() { Joins = ["joins.graphql"] } });
        var files = new WatchedFiles("gateway.yaml", () => config).List().ToList();

        Assert.Equal(["gateway.yaml", contract, "rules.yaml", "joins.graphql"], files.Take(4));
        Assert.Contains(imported, files);
        Assert.Contains(indirect, files);
        // Its coming would heal the contract.
        Assert.Contains(Path.Combine(_tree.Root, "lib", "common", "missing.proto"), files);
        Assert.DoesNotContain(files, f => f.Contains("other", StringComparison.Ordinal) || f.Contains("neighbour", StringComparison.Ordinal) || f.Contains("any.proto", StringComparison.Ordinal));
    }

    [Fact]
    public void A_new_file_in_a_directory_that_is_the_contract_is_seen_and_imports_are_found_anew_with_the_configuration()
    {
        _tree.Write("api/a.proto", "");
        var config = Config(new() { Contract = [Path.Combine(_tree.Root, "api")], Imports = [Path.Combine(_tree.Root, "lib")] });
        var watched = new WatchedFiles("gateway.yaml", () => config);
        Assert.Equal(2, watched.List().Count());
        var added = _tree.Write("api/b.proto", "import \"x.proto\";");
        Assert.Contains(added, watched.List());
        var imported = _tree.Write("lib/x.proto", "");
        config = config with { };
        Assert.Contains(imported, watched.List());
    }

    private static GatewayConfig Config(ServiceConfig service) => new() { Services = new Dictionary<string, ServiceConfig> { ["s"] = service } };
}
