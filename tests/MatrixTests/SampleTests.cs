using System.Diagnostics;
using System.Net;
using ProtocolGateway.TestKit.Backends;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace MatrixTests;

/// <summary>The sample programs as processes of their own, behind the gateway with the samples' configuration.</summary>
public sealed class SampleTests
{
    [Fact]
    public async Task The_samples_answer_through_the_gateway()
    {
        var ports = Enumerable.Range(0, 5).Select(static _ => MatrixBackend.FreePort()).ToList();
        Process[] processes = [Start("Users", ports[0]), Start("Orders", ports[1]), Start("Inventory", ports[2]), Start("Chat", ports[3], ports[4])];
        try
        {
            var yaml = await SampleGateway.ConfigurationAsync(ports);
            await using var gateway = await GatewayProcess.StartAsync(yaml);
            using var client = new HttpClient { BaseAddress = gateway.Address };

            Assert.Contains("ada", await client.GetStringAsync("/v1/users/ada"), StringComparison.Ordinal);
            Assert.Contains("data:", await EventsAsync(client), StringComparison.Ordinal);
            Assert.Contains("/chat", await client.GetStringAsync("/demo"), StringComparison.Ordinal);
            Assert.Contains("sku", await client.GetStringAsync("/inventory/items?minStock=10"), StringComparison.Ordinal);
        }
        finally
        {
            foreach (var process in processes)
            {
                process.Kill();
                await process.WaitForExitAsync();
                process.Dispose();
            }
        }
    }

    [Fact]
    public async Task The_demo_leaves_nothing_behind()
    {
        var temporary = Directory.CreateTempSubdirectory("gateway-demo-test").FullName;
        var info = new ProcessStartInfo(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "protocol-gateway.dll"), "demo", "--port", $"{MatrixBackend.FreePort()}", "--admin-port", $"{MatrixBackend.FreePort()}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment["TMPDIR"] = temporary;
        using var demo = Process.Start(info)!;
        var log = new ProgramLog();
        log.Follow(demo);
        await log.WaitForAsync("Ctrl-C stops.", TimeSpan.FromSeconds(30));
        Assert.Single(Directory.EnumerateDirectories(temporary, "protocol-gateway-demo-*"));
        using (var kill = Process.Start("kill", ["-TERM", $"{demo.Id}"]))
            await kill.WaitForExitAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await demo.WaitForExitAsync(limit.Token);
        Assert.True(demo.ExitCode == 0, $"It ended with {demo.ExitCode}:\n{log.Text}");
        Assert.Empty(Directory.EnumerateDirectories(temporary, "protocol-gateway-demo-*"));
        Directory.Delete(temporary, recursive: true);
    }

    private static async Task<string> EventsAsync(HttpClient client)
    {
        using var ask = new HttpRequestMessage(HttpMethod.Get, "/v1/orders/1:watch");
        ask.Headers.Add("Accept", "text/event-stream");
        using var answer = await client.SendAsync(ask);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }

    private static Process Start(string sample, params int[] ports)
    {
        var program = Repository.PathOf($"samples/{sample}/bin/Release/net10.0/sample-{sample.ToLowerInvariant()}.dll");
        return Process.Start("dotnet", [program, .. ports.Select(static p => $"http://127.0.0.1:{p}")]);
    }
}
