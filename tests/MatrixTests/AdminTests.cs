using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ProtocolGateway.TestKit.Backends;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace MatrixTests;

/// <summary>What operators see on the admin listener.</summary>
public sealed class AdminTests(Fixture fixture) : MatrixTest(fixture)
{
    [Fact]
    public async Task It_lives_and_is_ready_with_every_service_named()
    {
        var (live, alive) = await GetAsync(_fixture.Gateway, "/healthz/live");
        Assert.Equal((HttpStatusCode.OK, "live"), (live, (string?)alive["status"]));

        var (status, ready) = await GetAsync(_fixture.Gateway, "/healthz/ready");
        Assert.Equal((HttpStatusCode.OK, "ready"), (status, (string?)ready["status"]));
        Assert.Equal(["matrix", "items"], ready["services"]!.AsObject().Select(s => s.Key));
        var matrix = ready["services"]!["matrix"]!;
        Assert.Equal((true, 5, "loaded"), ((bool)matrix["ready"]!, (int)matrix["operations"]!, (string)matrix["contract"]!));
        Assert.True((bool)matrix["instances"]![0]!["reachable"]!);
    }

    [Fact]
    public async Task It_is_alive_but_not_ready_for_each_reason_that_is_told()
    {
        var folder = Directory.CreateTempSubdirectory("gateway-admin");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "bad.proto"), "syntax = \"proto3\";\nmessage M { Nope x = 1; }\n");
        var nobody = $"{{ protocol: grpc, instances: [ {{ address: \"http://127.0.0.1:{MatrixBackend.FreePort()}\" }} ] }}";
        await using var gateway = await GatewayProcess.StartAsync(
            Fixture.Listeners + "services:\n" + Fixture.MatrixService(_fixture.Backend) +
            $"  down:\n    contract: {Repository.PathOf("contracts/samples/users.proto")}\n    upstream: {nobody}\n" +
            $"  silent:\n    reflection: true\n    upstream: {nobody}\n" +
            $"  broken:\n    contract: {folder.FullName}/bad.proto\n    upstream: {{ protocol: grpc, instances: [ {{ address: \"http://127.0.0.1:{_fixture.Backend.GrpcPort}/\" }} ] }}\n",
            probe: "/healthz/live");
        var (status, ready) = await GetAsync(gateway, "/healthz/ready");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "not ready"), (status, (string?)ready["status"]));
        Assert.True((bool)ready["services"]!["matrix"]!["ready"]!);
        var down = ready["services"]!["down"]!;
        Assert.Equal((false, "loaded", false), ((bool)down["ready"]!, (string)down["contract"]!, (bool)down["instances"]![0]!["reachable"]!));
        Assert.Contains("refused", (string)down["instances"]![0]!["why"]!, StringComparison.OrdinalIgnoreCase);
        Assert.False((bool)ready["services"]!["silent"]!["ready"]!);
        Assert.Equal(0, (int)ready["services"]!["silent"]!["operations"]!);
        Assert.NotEqual("loaded", (string)ready["services"]!["silent"]!["contract"]!);
        var broken = ready["services"]!["broken"]!;
        Assert.Equal((false, "No contract could be loaded; see /admin/catalog."), ((bool)broken["ready"]!, (string)broken["contract"]!));
        Assert.True((bool)broken["instances"]![0]!["reachable"]!);

        var (_, catalog) = await GetAsync(gateway, "/admin/catalog");
        Assert.Contains(catalog["diagnostics"]!.AsArray(), d => ((string)d!["source"]!).EndsWith("bad.proto", StringComparison.Ordinal) && (string)d["severity"]! == "error");
        using var client = new HttpClient();
        using var served = await client.GetAsync(new Uri(gateway.Address, "/v1/rooms/a:say"));
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task The_catalog_names_operations_shapes_and_routes()
    {
        var (status, catalog) = await GetAsync(_fixture.Gateway, "/admin/catalog");
        Assert.Equal(HttpStatusCode.OK, status);
        // Streams from clients, which GraphQL does not have, are worth knowing of and nothing is wrong with them.
        Assert.All(catalog["diagnostics"]!.AsArray(), static d => Assert.Equal("info", (string)d!["severity"]!));
        var operations = catalog["services"]!.AsArray().Single(s => (string)s!["name"]! == "matrix")!["operations"]!.AsArray();
        var say = operations.Single(o => (string)o!["name"]! == "matrix.v1.Matrix.Say")!;
        Assert.Equal(("grpc", "unary", "matrix.v1.SayRequest", "matrix.v1.SayReply"), ((string)say["kind"]!, (string)say["shape"]!, (string)say["input"]!, (string)say["output"]!));
        Assert.Contains(say["routes"]!.AsArray(), r => ((string)r!).Contains("/v1/{name=rooms/*}:say", StringComparison.Ordinal));
        Assert.Equal(["unary", "serverStreaming", "clientStreaming", "duplex", "unary"], operations.Select(o => (string)o!["shape"]!));
    }

    [Fact]
    public async Task Metrics_count_calls_by_edge_service_operation_and_code()
    {
        var before = await MetricsAsync();
        using (await _fixture.Client.GetAsync("/v1/rooms/a:say"))
        using (await _fixture.Client.GetAsync("/v1/rooms/a:say?fail_code=5"))
        using (await _fixture.Client.GetAsync("/items/1"))
        {
        }

        var after = await MetricsAsync();
        foreach (var (service, operation, code) in new[]
        {
            ("matrix", "matrix.v1.Matrix.Say", "Ok"), ("matrix", "matrix.v1.Matrix.Say", "NotFound"), ("items", "items.getItem", "Ok"),
        })
            Assert.Equal(Count(before, service, operation, code) + 1, Count(after, service, operation, code));
        Assert.Contains(after, l => l.StartsWith("gateway_call_duration_seconds_bucket{", StringComparison.Ordinal) && l.Contains("le=\"0.005\"", StringComparison.Ordinal));
        Assert.Contains(after, l => l.StartsWith("target_info{", StringComparison.Ordinal) && l.Contains("service_name=\"protocol-gateway\"", StringComparison.Ordinal));
        Assert.Contains(after, l => l.StartsWith("gateway_call_active", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_public_listener_knows_none_of_it()
    {
        foreach (var path in (string[])["/healthz/live", "/healthz/ready", "/admin/catalog", "/metrics"])
        {
            using var answer = await _fixture.Client.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    private static double Count(string[] metrics, string service, string operation, string code)
    {
        var line = metrics.SingleOrDefault(l => l.StartsWith("gateway_call_duration_seconds_count{", StringComparison.Ordinal)
            && new[] { "\"rest\"", $"\"{service}\"", $"\"{operation}\"", $"\"{code}\"" }.All(v => l.Contains(v, StringComparison.OrdinalIgnoreCase)));
        // Name, labels, value and the time of the sample.
        return line is null ? 0 : double.Parse(line[(line.IndexOf('}', StringComparison.Ordinal) + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture);
    }

    private static async Task<(HttpStatusCode Status, JsonObject Body)> GetAsync(GatewayProcess gateway, string path)
    {
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri(gateway.AdminAddress, path));
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject());
    }

    private async Task<string[]> MetricsAsync()
    {
        // The exporter answers from a cache for its first 300 ms.
        await Task.Delay(400);
        return (await _fixture.Client.GetStringAsync(new Uri(_fixture.Gateway.AdminAddress, "/metrics"))).Split('\n');
    }
}
