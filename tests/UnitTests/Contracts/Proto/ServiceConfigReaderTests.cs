using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto;
using Xunit;

namespace ProtocolGateway.UnitTests.Contracts.Proto;

public sealed class ServiceConfigReaderTests : IDisposable
{
    private readonly TempTree _tree = new();
    private readonly List<Diagnostic> _diagnostics = [];
    private readonly IReadOnlyList<Operation> _operations = TempTree.Build("""
        syntax = "proto3";
        package t;
        import "google/api/annotations.proto";
        message M { string id = 1; }
        service S {
          rpc Get(M) returns (M) { option (google.api.http) = { get: "/old" }; }
          rpc Keep(M) returns (M) { option (google.api.http) = { get: "/keep" }; }
        }
        """).Operations;

    public void Dispose() => _tree.Dispose();

    private IReadOnlyList<Operation> Apply(string yaml) => ServiceConfigReader.Apply(_operations, _tree.Write("rules.yaml", yaml), _diagnostics);

    [Fact]
    public void Rules_replace_those_of_the_named_method_only()
    {
        var result = Apply("""
            type: google.api.Service
            http:
              fully_decode_reserved_expansion: true
              rules:
              - selector: t.S.Get
                post: /new/{id}
                body: "*"
                additional_bindings:
                - get: /new
                  response_body: id
                - custom: { kind: purge, path: /new }
            """);
        Assert.Empty(_diagnostics);
        Assert.Equal(["POST /new/{id}", "GET /new", "PURGE /new"], result[0].HttpRules.Select(r => r.Method + " " + r.Template));
        Assert.Equal(("*", "id", true), (result[0].HttpRules[0].Body, result[0].HttpRules[1].ResponseBody, result[0].HttpRules[0].FullyDecodeReservedExpansion));
        Assert.Equal("5:5", result[0].HttpRules[0].Source.Location);
        Assert.Same(_operations[0].Input, result[0].Input);
        Assert.Same(_operations[1], result[1]);
    }

    [Fact]
    public void Unknown_selectors_missing_selectors_and_rules_without_a_path_are_warnings()
    {
        var result = Apply("""
            http:
              rules:
              - { selector: t.S.Nope, get: /a }
              - { get: /b }
              - { selector: t.S.Get, body: "*" }
            """);
        Assert.Empty(result[0].HttpRules);
        Assert.Equal(3, _diagnostics.Count);
        Assert.Contains(_diagnostics, d => d.Message.Contains("t.S.Nope", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http: [", Severity.Error)]
    [InlineData("http: { rules: text }", Severity.Warning)]
    [InlineData("", Severity.Warning)]
    public void A_file_without_rules_changes_nothing_and_says_so(string yaml, Severity severity)
    {
        Assert.Same(_operations, Apply(yaml));
        Assert.Equal(severity, Assert.Single(_diagnostics).Severity);
    }

    [Fact]
    public void A_missing_file_is_an_error()
    {
        Assert.Same(_operations, ServiceConfigReader.Apply(_operations, Path.Combine(_tree.Root, "none.yaml"), _diagnostics));
        Assert.Equal(Severity.Error, Assert.Single(_diagnostics).Severity);
    }
}
