using ProtocolGateway.Config;
using ProtocolGateway.Hosting;
using Xunit;

namespace UnitTests.Hosting;

/// <summary>What is looked at for changes.</summary>
public sealed class WatchedFilesTests
{
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
            WatchedFiles.Of("/c/gateway.yaml", config).Order(StringComparer.Ordinal));
    }
}
