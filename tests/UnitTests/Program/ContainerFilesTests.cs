using System.Collections;
using ProtocolGateway.Config;
using ProtocolGateway.TestKit.Running;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace UnitTests.Program;

/// <summary>docker/ and bench/ hold against the configuration and against each other: names, ports, projects.</summary>
public sealed class ContainerFilesTests
{
    [Fact]
    public void The_gateway_in_compose_finds_its_services_and_is_found_at_its_ports()
    {
        var text = File.ReadAllText(Repository.PathOf("docker/gateway.yaml")).Replace("/contracts/", Repository.PathOf("contracts") + "/", StringComparison.Ordinal);
        var result = ConfigLoader.Load("docker/gateway.yaml", new StringReader(text), Repository.PathOf("docker"), new Hashtable());
        Assert.Empty(result.Errors);
        var config = result.Config!;
        var services = Load("docker/compose.yaml", "services");

        var ports = Of(services, "gateway", "ports");
        var published = ((YamlSequenceNode)ports).Select(p => ((YamlScalarNode)p).Value!.Split(':')[^1]);
        Assert.Equal([$"{new Uri(config.Listen[0].Url).Port}", $"{new Uri(config.Admin!.Url).Port}"], published);
        Assert.Contains($"HEALTH_PORT:-{new Uri(config.Admin.Url).Port}", File.ReadAllText(Repository.PathOf("docker/Dockerfile")), StringComparison.Ordinal);
        foreach (var service in config.Services.Values)
        {
            var address = new Uri(service.Upstream.Instances[0].Address);
            var arguments = Of(services, address.Host, "build", "args");
            var project = ((YamlScalarNode)arguments["PROJECT"]).Value!;
            var file = Assert.Single(Directory.GetFiles(Repository.PathOf(project), "*.csproj"));
            Assert.Contains($"<AssemblyName>{arguments["PROGRAM"]}</AssemblyName>", File.ReadAllText(file), StringComparison.Ordinal);
            // The command of all three comes from the first by a merge key.
            Assert.Equal($"http://0.0.0.0:{address.Port}", Of(services, "users", "command")[0].ToString());
        }

        Assert.Equal($"gateway:{new Uri(config.Admin.Url).Port}", Of(Load("docker/collector.yaml", "receivers"), "prometheus", "config", "scrape_configs")[0]["static_configs"][0]["targets"][0].ToString());
    }

    [Theory]
    [InlineData("rest", "proto/shop/v1/shop.proto")]
    [InlineData("http", "dotnet/backend/openapi.json")]
    public void The_entries_of_the_comparison_start_the_gateway_where_it_listens(string family, string contract)
    {
        var keys = File.ReadAllLines(Repository.PathOf($"bench/gateways/protocol-gateway-{family}"))
            .Where(l => l.Length > 0 && l[0] != '#').Select(l => l.Split(" = ", 2)).ToDictionary(l => l[0], l => l[1]);
        Assert.Equal(["start", family], keys.Keys);
        var file = $"conf/protocol-gateway-{family}.yaml";
        Assert.EndsWith("--config " + file, keys["start"], StringComparison.Ordinal);

        // Only the kit has the contract; everything else must be right here.
        var result = ConfigLoader.Load(Repository.PathOf("bench/" + file), new Hashtable());
        Assert.Equal($"services.shop.contract: There is no file {Repository.PathOf("bench/" + contract)}.", result.Errors.Select(e => $"{e.Path}: {e.Message}").Single());
        Assert.Equal(keys[family], result.Config!.Listen[0].Url);
    }

    private static YamlMappingNode Load(string file, string key)
    {
        var stream = new YamlStream();
        using var text = new StreamReader(Repository.PathOf(file));
        stream.Load(text);
        return (YamlMappingNode)stream.Documents[0].RootNode[key];
    }

    private static YamlNode Of(YamlNode node, params string[] keys) => keys.Aggregate(node, (at, key) => at[key]);
}
