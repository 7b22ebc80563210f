using System.Diagnostics;
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
            var clock = Stopwatch.StartNew();
            var content = Documents.Read(text);
            Assert.Contains(content.Diagnostics, d => d.Severity == Severity.Error);
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), text[..20]);
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

    [Fact]
    public void Twelve_megabytes_and_twelve_hundred_operations_load_in_time()
    {
        var text = new StringBuilder("{\"openapi\":\"3.0.3\",\"info\":{\"title\":\"t\",\"version\":\"1\"},\"paths\":{");
        var words = new string('x', 900);
        for (var i = 0; i < 1200; i++)
        {
            text.Append(i == 0 ? "" : ",").Append($"\"/r{i}/{{id}}\":{{\"get\":{{\"operationId\":\"op{i}\",\"description\":\"{words}\",\"parameters\":[{{\"name\":\"id\",\"in\":\"path\",\"required\":true,\"schema\":{{\"type\":\"string\"}}}}],");
            text.Append($"\"responses\":{{\"200\":{{\"description\":\"ok\",\"content\":{{\"application/json\":{{\"schema\":{{\"$ref\":\"#/components/schemas/S{i}\"}}}}}}}}}}}}}}");
        }

        text.Append("},\"components\":{\"schemas\":{");
        for (var i = 0; i < 1200; i++)
        {
            text.Append(i == 0 ? "" : ",").Append($"\"S{i}\":{{\"type\":\"object\",\"properties\":{{\"next\":{{\"$ref\":\"#/components/schemas/S{(i + 1) % 1200}\"}}");
            for (var j = 0; j < 60; j++)
                text.Append($",\"p{j}\":{{\"type\":\"string\",\"description\":\"{words.AsSpan(0, 90)}\"}}");
            text.Append("}}");
        }

        var bytes = Encoding.UTF8.GetBytes(text.Append("}}}").ToString());
        Assert.True(bytes.Length > 10_000_000);
        var clock = Stopwatch.StartNew();
        var content = Documents.Read(bytes, ".json");
        TestContext.Current.SendDiagnosticMessage($"{bytes.Length} bytes in {clock.Elapsed}");
        Assert.Equal(1200, content.Operations.Count);
        Assert.Equal(2400, content.Types.Count);
        // One second alone on a core; the bound is against quadratic steps, on machines that do much else.
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), clock.Elapsed.ToString());
    }
}
