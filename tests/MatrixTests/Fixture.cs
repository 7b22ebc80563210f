using ProtocolGateway.TestKit.Backends;
using ProtocolGateway.TestKit.Running;
using Xunit;

[assembly: AssemblyFixture(typeof(MatrixTests.Fixture))]

namespace MatrixTests;

/// <summary>The recording backends and the gateway before them, for all tests of the assembly.</summary>
public sealed class Fixture : IAsyncLifetime
{
    /// <summary>The listeners of a configuration.</summary>
    public const string Listeners = "listen: [ { url: LISTEN } ]\nadmin: { url: ADMIN }\n";

    private static readonly string _contracts = Path.Combine(AppContext.BaseDirectory, "Contracts");

    public MatrixBackend Backend { get; private set; } = null!;

    public GatewayProcess Gateway { get; private set; } = null!;

    public HttpClient Client { get; } = new() { Timeout = TimeSpan.FromSeconds(20) };

    public async ValueTask InitializeAsync()
    {
        Backend = await MatrixBackend.StartAsync();
        Gateway = await GatewayProcess.StartAsync(Listeners + "edges: { grpc: { origins: [ https://app.example ] } }\nservices:\n" + MatrixService(Backend) + ItemsService(Backend));
        Client.BaseAddress = Gateway.Address;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Gateway.DisposeAsync();
        await Backend.DisposeAsync();
    }

    /// <summary>The gRPC service of a configuration.</summary>
    public static string MatrixService(MatrixBackend backend) => MatrixService(backend.GrpcPort);

    /// <summary>The gRPC service of a configuration, at a port.</summary>
    public static string MatrixService(int port) =>
        $"  matrix:\n    contract: {_contracts}/matrix/v1/matrix.proto\n" +
        $"    upstream: {{ protocol: grpc, instances: [ {{ address: \"http://127.0.0.1:{port}\" }} ] }}\n";

    /// <summary>The HTTP service of a configuration.</summary>
    public static string ItemsService(MatrixBackend backend) =>
        $"  items:\n    contract: {_contracts}/items.openapi.yaml\n" +
        $"    upstream: {{ protocol: http, instances: [ {{ address: \"http://127.0.0.1:{backend.HttpPort}\" }} ] }}\n";

    /// <summary>Forgets what the backend received before.</summary>
    public void Forget()
    {
        Backend.Calls.Clear();
        Backend.Cancelled.Clear();
        Backend.Requests.Clear();
    }
}
