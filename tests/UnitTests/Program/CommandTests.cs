using System.Text.Json.Nodes;
using ProtocolGateway.Cli;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace UnitTests.Program;

/// <summary>What check and explain write for programs: keys and exit codes are a contract.</summary>
public sealed class CommandTests
{
    private static readonly string _sample = Repository.PathOf("samples/gateway.yaml");

    [Fact]
    public async Task Check_counts_what_the_sample_offers()
    {
        var (code, json) = await CheckAsync(_sample);
        Assert.Equal(0, code);
        Assert.Equal(["services", "operations", "routes", "types", "elapsedMs", "diagnostics"], json.Select(p => p.Key));
        Assert.True((int)json["services"]! >= 3);
        Assert.True((int)json["routes"]! >= (int)json["operations"]! && (int)json["operations"]! > 5);
        Assert.True((int)json["types"]! > 5);
        Assert.DoesNotContain(json["diagnostics"]!.AsArray(), d => (string)d!["severity"]! == "error");
    }

    [Fact]
    public async Task Check_fails_and_tells_of_configuration_and_contract_at_once()
    {
        var folder = Directory.CreateTempSubdirectory("gateway-check");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "bad.proto"), "syntax = \"proto3\";\nmessage M { Nope x = 1; }\n", TestContext.Current.CancellationToken);
            var config = Path.Combine(folder.FullName, "gateway.yaml");
            await File.WriteAllTextAsync(
                config,
                "colour: red\nservices:\n  bad:\n    contract: bad.proto\n    upstream: {protocol: grpc, instances: [{address: \"http://127.0.0.1:1\"}]}\n",
                TestContext.Current.CancellationToken);
            var (code, json) = await CheckAsync(config);
            Assert.Equal(1, code);
            var diagnostics = json["diagnostics"]!.AsArray();
            Assert.All(diagnostics, d => Assert.Equal(["severity", "source", "location", "message"], d!.AsObject().Select(p => p.Key)));
            var first = diagnostics[0]!;
            Assert.Equal(("error", config, "1:1"), ((string)first["severity"]!, (string)first["source"]!, (string)first["location"]!));
            Assert.StartsWith("colour: There is no such key.", (string)first["message"]!, StringComparison.Ordinal);
            Assert.Contains(diagnostics, d => ((string)d!["source"]!).EndsWith("bad.proto", StringComparison.Ordinal) && ((string)d["message"]!).Contains("Nope", StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Export_graphql_prints_the_schema_and_records_its_names()
    {
        var folder = Directory.CreateTempSubdirectory("gateway-graphql");
        try
        {
            var config = Path.Combine(folder.FullName, "gateway.yaml");
            await File.WriteAllTextAsync(
                config,
                $$"""
                edges: { graphql: { manifest: names.json, nullability: allNullable } }
                services:
                  users:
                    contract: {{Repository.PathOf("contracts/samples/users.proto")}}
                    upstream: { protocol: grpc, instances: [ { address: "http://127.0.0.1:1" } ] }
                    graphql: { prefix: my, hidden: [users.v1.User.email] }
                    operations: { users.v1.Users.GetUser: { graphql: { name: user } }, users.v1.Users.DeleteUser: { graphql: { hidden: true } } }
                """,
                TestContext.Current.CancellationToken);
            var (code, output, errors) = await GatewayProcess.RunAsync("export", "graphql", "--write-manifest", "--config", config);
            Assert.Equal((0, ""), (code, errors));
            Assert.Contains("  user(id: String): User\n", output, StringComparison.Ordinal);
            Assert.Contains("  myListUsers(\n", output, StringComparison.Ordinal);
            Assert.DoesNotContain("email", output, StringComparison.Ordinal);
            Assert.DoesNotContain("eleteUser", output, StringComparison.Ordinal);
            Assert.DoesNotContain("Role!", output, StringComparison.Ordinal);
            var names = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder.FullName, "names.json"), TestContext.Current.CancellationToken))!;
            Assert.Equal("myListUsers", (string)names["query"]!["users.v1.Users.ListUsers"]!);

            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "names.json"), "{ \"query\": {", TestContext.Current.CancellationToken);
            (code, _, errors) = await GatewayProcess.RunAsync("export", "graphql", "--write-manifest", "--config", config);
            Assert.Equal(1, code);
            Assert.Contains("is not overwritten", errors, StringComparison.Ordinal);
            Assert.Equal("{ \"query\": {", await File.ReadAllTextAsync(Path.Combine(folder.FullName, "names.json"), TestContext.Current.CancellationToken));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Export_proto_writes_the_sources_of_HTTP_services_and_records_their_numbers()
    {
        var folder = Directory.CreateTempSubdirectory("gateway-proto");
        try
        {
            var config = Path.Combine(folder.FullName, "gateway.yaml");
            var manifest = Path.Combine(folder.FullName, "numbers.json");
            await File.WriteAllTextAsync(
                config,
                $$"""
                edges: { grpc: { manifest: numbers.json } }
                services:
                  stock:
                    contract: {{Repository.PathOf("contracts/samples/inventory.openapi.yaml")}}
                    upstream: { protocol: http, instances: [ { address: "http://127.0.0.1:1" } ] }
                """,
                TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(manifest, """{ "field": { "stock.Item#sku": "sku = 9", "stock.Item#weight": "weight = 1" } }""", TestContext.Current.CancellationToken);
            var (code, output, errors) = await GatewayProcess.RunAsync("export", "proto", "--write-manifest", "--output", folder.FullName, "--config", config);
            Assert.Equal((0, "", ""), (code, output, errors));
            var source = await File.ReadAllTextAsync(Path.Combine(folder.FullName, "stock", "stock.proto"), TestContext.Current.CancellationToken);
            Assert.Contains("  rpc GetItem(GetItemRequest) returns (Item)", source, StringComparison.Ordinal);
            Assert.Contains("  string sku = 9;\n  string name = 10;\n", source, StringComparison.Ordinal);
            Assert.Contains("  reserved 1;\n  reserved \"weight\";\n", source, StringComparison.Ordinal);
            var names = JsonNode.Parse(await File.ReadAllTextAsync(manifest, TestContext.Current.CancellationToken))!;
            Assert.Equal(("name = 10", "weight = 1", "stock"), ((string)names["field"]!["stock.Item#name"]!, (string)names["field"]!["stock.Item#weight"]!, (string)names["package"]!["stock"]!));

            (code, output, _) = await GatewayProcess.RunAsync("export", "proto", "--contract", Repository.PathOf("contracts/samples/inventory.openapi.yaml"));
            Assert.Equal(0, code);
            Assert.Contains("package inventory;", output, StringComparison.Ordinal);
            (code, output, errors) = await GatewayProcess.RunAsync("export", "proto", "--contract", Repository.PathOf("contracts/samples/users.proto"));
            Assert.Equal((1, ""), (code, output));
            Assert.Contains("No service has operations of an OpenAPI contract", errors, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_schema_that_is_lost_is_not_said_to_be_turned_off()
    {
        Assert.Contains("building it failed", ExportGraphQl.WhyNone(new()), StringComparison.Ordinal);
        Assert.Contains("enabled is false", ExportGraphQl.WhyNone(new() { Enabled = false }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_names_the_line_of_a_wrong_join_and_fails()
    {
        var folder = Directory.CreateTempSubdirectory("gateway-joins");
        try
        {
            var joins = Path.Combine(folder.FullName, "joins.graphql");
            await File.WriteAllTextAsync(joins, "extend type Order {\n  buyer(id: String @require(field: \"nope\")): User @lookup(operation: \"users.v1.Users.GetUser\")\n}\n", TestContext.Current.CancellationToken);
            var config = Path.Combine(folder.FullName, "gateway.yaml");
            var text = await File.ReadAllTextAsync(_sample, TestContext.Current.CancellationToken);
            text = text.Replace("[../contracts/samples/joins.graphql]", "joins.graphql", StringComparison.Ordinal);
            await File.WriteAllTextAsync(config, text.Replace("../contracts", Repository.PathOf("contracts"), StringComparison.Ordinal), TestContext.Current.CancellationToken);
            var (code, json) = await CheckAsync(config);
            Assert.Equal(1, code);
            var error = Assert.Single(json["diagnostics"]!.AsArray(), d => (string)d!["severity"]! == "error")!;
            Assert.Equal((joins, "2:3"), ((string)error["source"]!, (string)error["location"]!));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Check_of_a_missing_file_is_json_too()
    {
        var (code, output, errors) = await GatewayProcess.RunAsync("check", "--json", "--config", "no-such-gateway.yaml");
        Assert.Equal((1, ""), (code, errors));
        var diagnostic = Assert.Single(JsonNode.Parse(output)!["diagnostics"]!.AsArray())!;
        Assert.Equal("no-such-gateway.yaml", (string)diagnostic["source"]!);
    }

    [Fact]
    public async Task Explain_of_a_hit_names_rule_and_fields()
    {
        var json = await ExplainAsync("GET", "/v1/users/a%20b?nope=1");
        Assert.Equal(["operation", "rule", "fields", "unknownParameters", "rejected"], json.Select(p => p.Key));
        Assert.EndsWith(".GetUser", (string)json["operation"]!, StringComparison.Ordinal);
        Assert.Contains("/v1/users/{id}", (string)json["rule"]!, StringComparison.Ordinal);
        Assert.Equal("{\"id\":\"a b\"}", json["fields"]!.ToJsonString());
        Assert.Equal("[\"nope\"]", json["unknownParameters"]!.ToJsonString());
        var rejected = json["rejected"]!.AsArray();
        Assert.Contains(rejected, r => (string)r!["why"]! == "it takes DELETE, not GET");
        Assert.All(rejected, r => Assert.Equal(["operation", "rule", "why"], r!.AsObject().Select(p => p.Key)));
    }

    [Theory]
    [InlineData("GET", "/v1/nothing/here", 404, null)]
    [InlineData("PUT", "/v1/users", 405, "GET")]
    [InlineData("GET", "/v1/users/%zz", 400, null)]
    public async Task Explain_of_a_miss_names_the_status(string method, string url, int status, string? allow)
    {
        var json = await ExplainAsync(method, url);
        Assert.Null(json["operation"]);
        Assert.Equal(status, (int)json["status"]!);
        Assert.Equal(allow is null, json["allow"] is null);
        Assert.Contains(allow ?? "", (string?)json["allow"] ?? "", StringComparison.Ordinal);
        Assert.Empty(json["fields"]!.AsObject());
    }

    [Fact]
    public async Task Explain_of_a_document_prints_calls_joins_and_where_the_bytes_go()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "query Q($full: Boolean = false) { listUsers(pageSize: 2) { users { name orders { lines { item { stock } } } email @include(if: $full) } } }", TestContext.Current.CancellationToken);
            var (code, output, errors) = await GatewayProcess.RunAsync("explain", "--graphql", file, "--config", _sample);
            Assert.Equal((0, ""), (code, errors));
            Assert.Equal(
                """
                query, cost 626
                  call 1: users.v1.Users.ListUsers of users (gRPC)
                    input {"pageSize":2}
                    takes users{name id}
                  join 1: orders.v1.Orders.ListOrders of orders (gRPC), after call 1
                    one call for up to 100 distinct keys
                    id -> userIds, found again by userId
                    takes orders{lines{sku} userId}
                  join 2: inventory.listItems of inventory (HTTP), after join 1
                    one call for up to 100 distinct keys
                    sku -> sku, found again by sku
                    takes stock sku
                data
                  listUsers <- call 1
                    users <- users
                      name <- name
                      orders <- join 1
                        lines <- lines
                          item <- join 2
                            stock <- stock

                """.ReplaceLineEndings("\n"),
                output);
            (_, output, _) = await GatewayProcess.RunAsync("explain", "--graphql", file, "--config", _sample, "--variables", "{\"full\":true}");
            Assert.Contains("      email <- email\n", output, StringComparison.Ordinal);
            await File.WriteAllTextAsync(file, "{\n  listUsers { nope } }", TestContext.Current.CancellationToken);
            (code, _, errors) = await GatewayProcess.RunAsync("explain", "--graphql", file, "--config", _sample);
            Assert.Equal(1, code);
            Assert.StartsWith(file + ":2:15: ", errors, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<(int Code, JsonObject Json)> CheckAsync(string config)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await CheckCommand.RunAsync(config, [], [], json: true, output, errors, TestContext.Current.CancellationToken);
        Assert.Empty(errors.ToString());
        return (code, JsonNode.Parse(output.ToString())!.AsObject());
    }

    private static async Task<JsonObject> ExplainAsync(string method, string url)
    {
        var (code, output, errors) = await GatewayProcess.RunAsync("explain", method, url, "--config", _sample, "--json");
        Assert.Equal((0, ""), (code, errors));
        return JsonNode.Parse(output)!.AsObject();
    }
}
