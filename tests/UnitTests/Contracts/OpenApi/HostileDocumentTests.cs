using System.Text;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.OpenApi;
using Xunit;

namespace UnitTests.Contracts.OpenApi;

public sealed class HostileDocumentTests
{
    public static TheoryData<string, string, string> Broken => new()
    {
        { "{\n \"openapi\": \"3.0.0\",\n oops }", ".json", "3:" },
        { "openapi: 3.0.0\npaths: [\n  }", ".yaml", "3:" },
        { "", ".yaml", "" },
        { "hello", ".yaml", "" },
        { "[1]", ".json", "" },
        { "null", ".json", "" },
        { "{}", ".json", "" },
        { "{\"openapi\":\"9.9.9\",\"paths\":{}}", ".json", "" },
        { "{\"openapi\":31,\"paths\":7}", ".json", "" },
        { "{\"a\":1,\"a\":2}", ".json", "" },
        { "a: &x [*x]", ".yaml", "1:" },
        { "\0\u0001\u0002\u00ff", ".bin", "" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void What_is_no_document_is_an_error_with_its_line(string text, string extension, string place)
    {
        var content = Documents.Read(text, extension);
        Assert.Empty(content.Operations);
        Assert.Contains(content.Diagnostics, d => d.Severity == Severity.Error && d.Place.Location.StartsWith(place, StringComparison.Ordinal));
    }

    [Fact]
    public void Depth_and_unfolding_are_bounded()
    {
        foreach (var text in new[]
        {
            string.Concat(Enumerable.Repeat("{\"a\":", 100_000)),
            "a: " + new string('[', 100_000),
            string.Concat(Enumerable.Range(0, 5000).Select(i => new string(' ', i) + "a:\n")),
            "a0: &a0 [x,x]\n" + string.Concat(Enumerable.Range(1, 60).Select(i => $"a{i}: &a{i} [*a{i - 1},*a{i - 1},*a{i - 1}]\n")),
        })
        {
            // Unfolded, the last one would be 3^60 values: this would not come back.
            var content = Documents.Read(text);
            Assert.Contains(content.Diagnostics, d => d.Severity == Severity.Error);
        }
    }

    [Fact]
    public void A_file_that_is_not_there_is_an_error()
    {
        var content = OpenApiContractReader.Read(Path.Combine(Path.GetTempPath(), "no", "such.yaml"), "svc");
        Assert.Equal(Severity.Error, Assert.Single(content.Diagnostics).Severity);
        Assert.Equal(Severity.Error, Assert.Single(OpenApiContractReader.Read(Path.GetTempPath(), "svc").Diagnostics).Severity);
    }

    [Fact]
    public void References_to_elsewhere_are_told_and_not_followed()
    {
        var content = Documents.Paths("""
              /a:
                get:
                  operationId: a
                  parameters: [ { $ref: '#/components/parameters/None' }, { $ref: 'http://127.0.0.1:1/x.yaml#/p' } ]
                  responses: { '200': { description: ok, content: { application/json: { schema: { $ref: 'http://127.0.0.1:1/x.yaml#/S' } } } } }
              /b: { $ref: 'other.yaml#/b' }
              /c:
                get:
                  operationId: c
                  requestBody: { $ref: '#/components/requestBodies/None' }
                  responses: { '200': { $ref: '#/components/responses/None' } }
              /d:
                get: { operationId: d, responses: { '200': { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/None' } } } } } }
            """);
        Assert.Equal(ScalarKind.Json, Assert.IsType<ScalarType>(content.Operation("a").Output).Kind);
        Assert.Contains(content.Operations, o => o.Name == "d");
        Assert.Contains(content.Diagnostics, d => d.Place.Location == "/paths/~1a/get");
        Assert.DoesNotContain(content.Diagnostics, d => d.Severity == Severity.Error);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Any_cut_of_a_document_is_survived(bool json)
    {
        var text = json
            ? "{\"openapi\":\"3.0.3\",\"info\":{\"title\":\"t\",\"version\":\"1\"},\"paths\":{\"/a/{b}\":{\"get\":{\"parameters\":[{\"name\":\"b\",\"in\":\"path\",\"required\":true,\"schema\":{\"type\":\"string\"}}],\"responses\":{\"200\":{\"description\":\"ok\"}}}}}}"
            : "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths:\n  /a/{b}:\n    get:\n      parameters:\n        - name: b\n          in: path\n          schema: {type: [string, 'null']}\n      responses:\n        '200': {description: ok}\n";
        for (var i = 0; i <= text.Length; i += 5)
        {
            Documents.Read(text[..i]);
            var bytes = Encoding.UTF8.GetBytes(text);
            bytes[Math.Min(i, bytes.Length - 1)] = (byte)"{[}]:\"0a"[i % 8];
            Documents.Read(bytes);
        }
    }
}
