using System.Collections;
using ProtocolGateway.Config;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace UnitTests.Program;

public sealed class ConfigErrorTests
{
    // A document without errors, line by line; line 5 and on is the one service.
    private const string Good = """
        listen:
          - url: http://127.0.0.1:8080
        services:
          users:
            reflection: true
            upstream:
              protocol: grpc
              instances:
                - address: http://127.0.0.1:5001

        """;

    [Fact]
    public void A_good_document_has_no_errors()
    {
        var result = Load(Good);
        Assert.Empty(result.Errors);
        Assert.Equal("http://127.0.0.1:5001", result.Config!.Services["users"].Upstream.Instances[0].Address);
    }

    [Fact]
    public void Every_error_is_told_at_once_with_its_place()
    {
        var result = Load("""
            listen:
              - url: http://127.0.0.1:8080
                colour: red
            admin:
              url: http://127.0.0.1:8081
            servces: {}
            services:
              users:
                contract: missing.proto
                timeout: soon
                upstream:
                  protocol: grcp
                  instances:
                    - address: http://127.0.0.1:5001
                      weight: many
            admin:
              url: http://127.0.0.1:8082
            """);
        Assert.Equal(
            [
                "gateway.yaml:3:5: error: listen[0].colour: There is no such key. The keys here are url, certificate, key.",
                "gateway.yaml:6:1: error: servces: There is no such key. Did you mean services?",
                $"gateway.yaml:9:15: error: services.users.contract: There is no file {Path.Combine(Path.GetTempPath(), "missing.proto")}.",
                "gateway.yaml:10:14: error: services.users.timeout: \"soon\" is not a duration such as 500ms, 15s, 2m or 1h.",
                "gateway.yaml:12:17: error: services.users.upstream.protocol: \"grcp\" is not one of grpc, http.",
                "gateway.yaml:15:19: error: services.users.upstream.instances[0].weight: \"many\" is not a whole number.",
                "gateway.yaml:16:1: error: admin: The key stands twice; first in line 4.",
            ],
            result.Errors.Select(e => e.ToString()));
        // What was right is bound all the same, so that the contracts can be looked at too.
        Assert.Equal("http://127.0.0.1:8081", result.Config!.Admin!.Url);
    }

    [Theory]
    [InlineData("limits: 5", "10:9: error: limits: An object is expected here, with the keys maxRequestBytes, maxHeaderBytes.")]
    [InlineData("limits: [1]", "10:9: error: limits: An object is expected here")]
    [InlineData("limits:", "10:8: error: limits: A value is missing.")]
    [InlineData("limits: {maxRequestBytes: 4MB}", "10:27: error: limits.maxRequestBytes: \"4MB\" is not a size")]
    [InlineData("limits: {maxRequestBytes: 99999999999999999999}", "10:27: error: limits.maxRequestBytes: ")]
    [InlineData("limits: {maxRequestBytes: 4GiB}", "10:27: error: limits.maxRequestBytes: ")]
    [InlineData("limits: {maxRequestBytes: {a: 1}}", "10:27: error: limits.maxRequestBytes: a size (bytes, or a text such as 4MiB) is expected here, not an object.")]
    [InlineData("edges: {rest: {enabled: \"true\"}}", "10:25: error: edges.rest.enabled: \"true\" is not true or false.")]
    [InlineData("edges: {rest: {errorFormat: Problem}}", "10:29: error: edges.rest.errorFormat: \"Problem\" is not one of problem, status.")]
    [InlineData("edges: {rest: {path: api}}", "10:22: error: edges.rest.path: The path must begin with a slash.")]
    [InlineData("edges: {rest: {path: \"\"}}", "10:22: error: edges.rest.path: The path must begin with a slash.")]
    [InlineData("edges: {rest: {path: /a//b}, graphql: {path: /graphql}}", "10:22: error: edges.rest.path: The path holds literal segments only")]
    [InlineData("edges: {graphql: {path: \"\"}}", "10:25: error: edges.graphql.path: The path must begin with a slash")]
    [InlineData("edges: {graphql: {path: /}}", "10:25: error: edges.graphql.path: The path holds literal segments only, at least one")]
    [InlineData("edges: {graphql: {path: \"/a/{b}\"}}", "10:25: error: edges.graphql.path: The path holds literal segments only")]
    [InlineData("edges: {graphql: {keepAlive: 2h}}", "10:30: error: edges.graphql.keepAlive: The duration is none between 0 and 1h.")]
    [InlineData("edges: {graphql: {initTimeout: 0s}}", "10:32: error: edges.graphql.initTimeout: ")]
    [InlineData("edges: {graphql: {trustedDocumentsOnly: true}}", "10:41: error: edges.graphql.trustedDocumentsOnly: There are no trustedDocuments")]
    [InlineData("edges: {graphql: {origins: [https://a.example/b]}}", "10:28: error: edges.graphql.origins: \"https://a.example/b\" is no origin")]
    [InlineData("admin: {}", "10:8: error: admin.url: This key must be given.")]
    [InlineData("admin: {url: \"ftp://a\"}", "10:14: error: admin.url: \"ftp://a\" is not a URL")]
    [InlineData("admin: {url: \"http://a:1/x\"}", "10:14: error: admin.url: \"http://a:1/x\" has more than a scheme, a host and a port.")]
    [InlineData("admin: {url: \"http://127.0.0.1:8080\"}", "10:14: error: admin.url: http://127.0.0.1:8080 is listened on already by listen[0].")]
    [InlineData("admin: {url: \"https://127.0.0.1:8081\"}", "10:14: error: admin.url: The admin listener speaks http only")]
    [InlineData("admin: {url: \"http://gateway.internal:8081\"}", "10:14: error: admin.url: gateway.internal is a name. Listen on an address of this machine, on localhost, or on 0.0.0.0 or [::] for all of them.")]
    [InlineData("edges: {rest: {path: \"/a//b\"}}", "10:22: error: edges.rest.path: The path holds literal segments only, none of them empty.")]
    [InlineData("limits: {maxHeaderBytes: 17MiB}", "10:26: error: limits.maxHeaderBytes: 17825792 bytes are more than 16MiB")]
    [InlineData("shutdown: {drainDelay: 6m}", "10:24: error: shutdown.drainDelay: The delay is longer than 5m.")]
    [InlineData("services: {}", "10:1: error: services: The key stands twice; first in line 3.")]
    [InlineData("admin: *none", "10:8: error: This is not YAML: there is no anchor &none before this")]
    [InlineData("---\na: b", "10:1: error: The file holds a second document; only one is read.")]
    [InlineData("Limits: {}", "10:1: error: Limits: There is no such key. Did you mean limits?")]
    public void One_error_names_its_place_and_what_would_be_right(string line, string expected)
    {
        var error = Assert.Single(Load(Good + line).Errors).ToString();
        Assert.StartsWith("gateway.yaml:" + expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Trusted_documents_are_read_before_they_are_trusted()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "{\"a\": 7}");
        var error = Assert.Single(Load(Good + $"edges: {{graphql: {{trustedDocuments: {file}}}}}").Errors);
        Assert.Equal(("edges.graphql.trustedDocuments", "\"a\" is not the text of a document."), (error.Path, error.Message));
        File.Delete(file);
    }

    [Theory]
    [InlineData("http://0.0.0.0:80", null)]
    [InlineData("http://[::]:80", null)]
    [InlineData("http://localhost:80", null)]
    [InlineData("http://LOCALHOST:80", null)]
    [InlineData("http://localhost.example.com:80", "localhost.example.com is a name.")]
    [InlineData("http://example.com:80", "example.com is a name.")]
    public void A_listener_is_an_address_and_never_a_name(string url, string? expected)
    {
        var errors = Load(Good.Replace("http://127.0.0.1:8080", url, StringComparison.Ordinal)).Errors;
        Assert.Equal(expected is null ? 0 : 1, errors.Count);
        Assert.StartsWith("gateway.yaml:2:10: error: listen[0].url: " + expected, errors.SingleOrDefault()?.ToString() ?? "gateway.yaml:2:10: error: listen[0].url: ", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/a", null)]
    [InlineData("/a/", null)]
    [InlineData("/ab/c", null)]
    [InlineData("a", "A prefix begins with a slash")]
    [InlineData("/a//b", "A prefix begins with a slash and holds literal segments only, none of them empty.")]
    [InlineData("/{a}", "A prefix begins with a slash and holds literal segments only")]
    public void A_prefix_is_made_of_literal_segments(string prefix, string? expected)
    {
        var errors = Load(Good.Replace("reflection: true", $"reflection: true\n    rest: {{prefix: \"{prefix}\"}}", StringComparison.Ordinal)).Errors;
        Assert.Equal(expected is null ? 0 : 1, errors.Count);
        Assert.StartsWith("gateway.yaml:6:20: error: services.users.rest.prefix: " + expected, errors.SingleOrDefault()?.ToString() ?? "gateway.yaml:6:20: error: services.users.rest.prefix: ", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("999ms", false)]
    [InlineData("0.0000001ms", false)]
    [InlineData("1s", true)]
    public void Reflection_is_not_asked_without_a_pause(string interval, bool good)
    {
        var errors = Load(Good.Replace("reflection: true", $"reflection: {{interval: {interval}}}", StringComparison.Ordinal)).Errors;
        Assert.Equal(good ? 0 : 1, errors.Count);
        Assert.All(errors, e => Assert.StartsWith("gateway.yaml:5:28: error: services.users.reflection.interval: ", e.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void An_error_of_one_service_hides_none_of_another_whose_name_begins_the_same()
    {
        const string Upstream = "upstream: { protocol: grpc, instances: [ { address: \"http://127.0.0.1:1\" } ] }";
        var result = Load($"services:\n  user:\n    {Upstream}\n  users:\n    reflection: true\n    timeout: soon\n    {Upstream}\n");
        Assert.Equal(["services.user", "services.users.timeout"], result.Errors.Select(e => e.Path));
    }

    [Theory]
    [InlineData("", "The file holds no certificate in PEM form (-----BEGIN CERTIFICATE-----).")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "The file holds no certificate in PEM form")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "The certificates cannot be read: ")]
    public void A_file_of_authorities_without_any_is_an_error(string content, string expected)
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, content);
        var errors = Load(Good.Replace("http://127.0.0.1:5001", "https://127.0.0.1:5001", StringComparison.Ordinal) + $"      tls: {{ ca: \"{file}\" }}\n").Errors;
        File.Delete(file);
        Assert.StartsWith("gateway.yaml:10:18: error: services.users.upstream.tls.ca: " + expected, Assert.Single(errors).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "gateway.yaml:1:1: error: The file is empty.")]
    [InlineData("- a", "gateway.yaml:1:1: error: The document must be an object")]
    [InlineData("listen: [", "gateway.yaml:")]
    public void A_document_that_is_none_is_an_error(string text, string expected)
    {
        var result = Load(text);
        Assert.Null(result.Config);
        Assert.StartsWith(expected, Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_is_bounded()
    {
        var result = Load("a: " + new string('[', 10_000) + new string(']', 10_000));
        Assert.Null(result.Config);
        Assert.Contains("nested deeper than 32", Assert.Single(result.Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_missing_is_an_error_that_names_it()
    {
        var result = ConfigLoader.Load("no-such-gateway.yaml", new Hashtable());
        Assert.Null(result.Config);
        Assert.StartsWith("no-such-gateway.yaml:1:1: error: The file cannot be read: ", Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("true", null)]
    [InlineData("\"http://127.0.0.1:5009\"", "http://127.0.0.1:5009")]
    [InlineData("http://127.0.0.1:5009", "http://127.0.0.1:5009")]
    [InlineData("{address: \"http://127.0.0.1:5009\", interval: 5s}", "http://127.0.0.1:5009")]
    [InlineData("{}", null)]
    public void Reflection_is_a_flag_an_address_or_an_object(string written, string? address)
    {
        var result = Load(Good.Replace("reflection: true", "reflection: " + written, StringComparison.Ordinal));
        Assert.Empty(result.Errors);
        Assert.Equal(address, result.Config!.Services["users"].Reflection!.Address);
    }

    [Theory]
    [InlineData("false", "5:5: error: services.users: The service has neither contract nor reflection")]
    [InlineData("soon", "5:17: error: services.users.reflection: \"soon\" is not a URL")]
    [InlineData("\"true\"", "5:17: error: services.users.reflection: \"true\" is not a URL")]
    [InlineData("[a]", "5:17: error: services.users.reflection: An object is expected here")]
    public void Reflection_that_is_none_of_them_is_an_error(string written, string expected)
    {
        var error = Assert.Single(Load(Good.Replace("reflection: true", "reflection: " + written, StringComparison.Ordinal)).Errors).ToString();
        Assert.StartsWith("gateway.yaml:" + expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_sample_has_no_errors()
    {
        var result = ConfigLoader.Load(Repository.PathOf("samples/gateway.yaml"), new Hashtable());
        Assert.Empty(result.Errors);
        Assert.Equal(["users", "orders", "inventory", "chat", "pages"], result.Config!.Services.Keys);
        Assert.All(result.Config.Services.Values, s => Assert.True(s.WebSockets.Count > 0 || File.Exists(Assert.Single(s.Contract))));
    }

    [Fact]
    public void The_committed_schema_is_the_generated_one() =>
        Assert.Equal(ConfigSchema.Write(), File.ReadAllText(Repository.PathOf("contracts/protocol-gateway.schema.json")));

    private static ConfigResult Load(string text) =>
        ConfigLoader.Load("gateway.yaml", new StringReader(text), Path.GetTempPath(), new Hashtable());
}
