using Microsoft.AspNetCore.Builder;
using ProtocolGateway.Samples;
using ProtocolGateway.Samples.Chat;
using ProtocolGateway.TestKit.Backends;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace MatrixTests;

/// <summary>The sample services, and the gateway before them with the samples' configuration.</summary>
internal sealed class SampleGateway : IAsyncDisposable
{
    private readonly List<WebApplication> _services = [];

    public GatewayProcess Gateway { get; private set; } = null!;

    /// <summary>The samples' configuration, with free ports in place of its own.</summary>
    /// <param name="ports">In place of 5001 and those after it.</param>
    public static async Task<string> ConfigurationAsync(IReadOnlyList<int> ports)
    {
        var yaml = (await File.ReadAllTextAsync(Repository.PathOf("samples/gateway.yaml")))
            .Replace("../contracts", Repository.PathOf("contracts"), StringComparison.Ordinal)
            .Replace("http://127.0.0.1:8080", "LISTEN", StringComparison.Ordinal)
            .Replace("http://127.0.0.1:8081", "ADMIN", StringComparison.Ordinal);
        for (var i = 0; i < ports.Count; i++)
            yaml = yaml.Replace($":{5001 + i}", $":{ports[i]}", StringComparison.Ordinal);
        return yaml;
    }

    public static async Task<SampleGateway> StartAsync()
    {
        var samples = new SampleGateway();
        var ports = new int[5];
        Func<string, WebApplication>[] hosts = [SampleHosts.Users, SampleHosts.Orders, SampleHosts.Inventory, static url => SampleHosts.Chat(url, new ChatRooms()), SampleHosts.Pages];
        for (var i = 0; i < hosts.Length; i++)
        {
            ports[i] = MatrixBackend.FreePort();
            var app = hosts[i]($"http://127.0.0.1:{ports[i]}");
            await app.StartAsync(TestContext.Current.CancellationToken);
            samples._services.Add(app);
        }

        samples.Gateway = await GatewayProcess.StartAsync(await ConfigurationAsync(ports));
        return samples;
    }

    /// <summary>The browser, and the folder of the scripts that drive it; where one is missing, the test is skipped.</summary>
    public static async Task<(string Browser, string Scripts)> BrowserAsync()
    {
        var browser = new[] { "/usr/bin/chromium-headless-shell", "/usr/bin/chromium" }.FirstOrDefault(File.Exists);
        Assert.SkipWhen(browser is null, "There is no Chromium on this machine.");
        var scripts = Path.Combine(AppContext.BaseDirectory, "Clients");
        var missing = await NodeScript.InstallAsync(scripts);
        Assert.SkipWhen(missing is not null, missing ?? "");
        return (browser, scripts);
    }

    public async ValueTask DisposeAsync()
    {
        Gateway.Log.ThrowOnUndeclaredErrors();
        await Gateway.DisposeAsync();
        foreach (var service in _services)
            await service.DisposeAsync();
    }
}
