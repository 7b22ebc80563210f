using System.Text.Json;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace MatrixTests;

/// <summary><c>buf curl</c> without a schema: what it knows, it has asked the gateway by reflection, over the protocol that it then calls by.</summary>
public sealed class BufTests(Fixture fixture) : MatrixTest(fixture)
{
    private static readonly string _folder = Path.Combine(AppContext.BaseDirectory, "Buf");

    [Theory]
    [InlineData("grpc", "grpc-v1")]
    [InlineData("grpcweb", "grpc-v1alpha")]
    [InlineData("connect", "grpc-v1")]
    public async Task Services_of_gRPC_and_of_HTTP_are_described_and_called(string protocol, string reflection)
    {
        Assert.Equal("""{"text":"hello a","number":"5"}""", await CurlAsync(protocol, reflection, "matrix.v1.Matrix/Say", """{"name":"a","number":5}"""));
        Assert.Equal("""{"id":"7"}""", await CurlAsync(protocol, reflection, "items.Items/GetItem", """{"id":"7","depth":1}"""));
        Assert.Equal("""{"id":"x","count":"9007199254740993"}""", await CurlAsync(protocol, reflection, "items.Items/CreateItem", """{"body":{"id":"x","count":"9007199254740993"}}"""));
        Assert.Equal("""{"status":"SERVING"}""", await CurlAsync(protocol, reflection, "grpc.health.v1.Health/Check", """{"service":"items.Items"}"""));
    }

    private async Task<string> CurlAsync(string protocol, string reflection, string method, string message)
    {
        var missing = await NodeScript.InstallAsync(_folder);
        Assert.SkipWhen(missing is not null, missing ?? "");
        var (code, output) = await NodeScript.RunAsync(
            Path.Combine(_folder, "node_modules", ".bin", "buf"), _folder,
            "curl", "--protocol", protocol, "--reflect-protocol", reflection, "--http2-prior-knowledge", "-d", message, $"{_fixture.Gateway.Address}{method}");
        Assert.True(code == 0, output);
        using var json = JsonDocument.Parse(output);
        return JsonSerializer.Serialize(json.RootElement);
    }
}
