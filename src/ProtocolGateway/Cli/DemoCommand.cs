using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using ProtocolGateway.Config;
using ProtocolGateway.Hosting;
using ProtocolGateway.Samples;
using ProtocolGateway.Samples.Chat;

namespace ProtocolGateway.Cli;

/// <summary><c>demo</c>: the sample backends and the gateway before them in one process.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var port = new Option<int>("--port") { Description = "The gateway's port.", DefaultValueFactory = _ => 8080 };
        var admin = new Option<int>("--admin-port") { Description = "The admin listener's port.", DefaultValueFactory = _ => 8081 };
        var level = RunCommand.LogLevelOption();
        var command = new Command("demo", "Starts the sample services and the gateway before them, and prints what to try.") { port, admin, level };
        command.SetAction(async (parsed, _) =>
        {
            using var stop = new StopSignals();
            var cancel = stop.Token;
            var (gatewayPort, adminPort) = (parsed.GetValue(port), parsed.GetValue(admin));
            await using var users = await StartAsync(SampleHosts.Users("http://127.0.0.1:0"), cancel);
            await using var orders = await StartAsync(SampleHosts.Orders("http://127.0.0.1:0"), cancel);
            await using var inventory = await StartAsync(SampleHosts.Inventory("http://127.0.0.1:0"), cancel);
            await using var chat = await StartAsync(SampleHosts.Chat("http://127.0.0.1:0", new ChatRooms()), cancel);
            await using var pages = await StartAsync(SampleHosts.Pages("http://127.0.0.1:0"), cancel);
            var folder = Directory.CreateTempSubdirectory("protocol-gateway-demo-").FullName;
            try
            {
                var file = WriteConfig(folder, (gatewayPort, adminPort), [users.Urls.First(), orders.Urls.First(), inventory.Urls.First(), chat.Urls.First(), pages.Urls.First()]);
                var result = ConfigLoader.Load(file, Environment.GetEnvironmentVariables());
                if (ContractInput.Report(result, Console.Error))
                    return CommandLine.Failed;
                return await GatewayHost.RunAsync(
                    result.Config!, file, parsed.GetValue(level), () => DemoText.Print(Console.Out, gatewayPort, adminPort, file), cancel);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        });
        return command;
    }

    private static async Task<WebApplication> StartAsync(WebApplication app, CancellationToken cancel)
    {
        await app.StartAsync(cancel);
        return app;
    }

    // The effective configuration is a file, so that a reader can see it, copy it, and change it while the demo runs.
    private static string WriteConfig(string folder, (int Public, int Admin) ports, string[] services)
    {
        var contracts = Path.Combine(AppContext.BaseDirectory, "contracts", "samples");
        var file = Path.Combine(folder, "gateway.yaml");
        File.WriteAllText(file, $$"""
            listen: [ { url: "http://127.0.0.1:{{ports.Public}}" } ]
            admin: { url: "http://127.0.0.1:{{ports.Admin}}" }
            edges: { graphql: { joins: [ '{{contracts}}/joins.graphql' ] } }
            services:
              users:
                contract: '{{contracts}}/users.proto'
                upstream: { protocol: grpc, instances: [ { address: "{{services[0]}}" } ] }
              orders:
                contract: '{{contracts}}/orders.proto'
                upstream: { protocol: grpc, instances: [ { address: "{{services[1]}}" } ] }
              inventory:
                contract: '{{contracts}}/inventory.openapi.yaml'
                rest: { prefix: /inventory }
                upstream: { protocol: http, instances: [ { address: "{{services[2]}}" } ] }
              chat:
                webSockets: [ { path: /chat } ]
                upstream: { protocol: grpc, instances: [ { address: "{{services[3]}}" } ] }
              pages:
                contract: '{{contracts}}/pages.openapi.yaml'
                upstream: { protocol: http, instances: [ { address: "{{services[4]}}" } ] }

            """);
        return file;
    }
}
