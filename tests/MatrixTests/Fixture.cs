using ProtocolGateway.TestKit.Backends;
using ProtocolGateway.TestKit.Running;
using Xunit;

[assembly: AssemblyFixture(typeof(MatrixTests.Fixture))]

namespace MatrixTests;

/// <summary>The recording backends and the gateway before them, for all tests of the assembly.</summary>
public sealed class Fixture : IAsyncLifetime
{
    public MatrixBackend Backend { get; private set; } = null!;

    public GatewayProcess Gateway { get; private set; } = null!;

    public HttpClient Client { get; } = new() { Timeout = TimeSpan.FromSeconds(20) };

    public async ValueTask InitializeAsync()
    {
        Backend = await MatrixBackend.StartAsync();
        var contracts = Path.Combine(AppContext.BaseDirectory, "Contracts");
        Gateway = await GatewayProcess.StartAsync($$"""
            listen: [ { url: LISTEN } ]
            admin: { url: ADMIN }
            services:
              matrix:
                contract: {{contracts}}/matrix/v1/matrix.proto
                upstream:
                  protocol: grpc
                  instances: [ { address: "http://127.0.0.1:{{Backend.GrpcPort}}" } ]
              items:
                contract: {{contracts}}/items.openapi.yaml
                upstream:
                  protocol: http
                  instances: [ { address: "http://127.0.0.1:{{Backend.HttpPort}}" } ]
            """);
        Client.BaseAddress = Gateway.Address;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Gateway.DisposeAsync();
        await Backend.DisposeAsync();
    }

    /// <summary>Forgets what the backend received before.</summary>
    public void Forget()
    {
        Backend.Calls.Clear();
        Backend.Cancelled.Clear();
        Backend.Requests.Clear();
    }
}
