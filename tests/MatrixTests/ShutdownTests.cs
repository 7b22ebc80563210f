using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using ProtocolGateway.TestKit.Backends;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace MatrixTests;

/// <summary>The program is told to stop while it works.</summary>
public sealed class ShutdownTests : IAsyncLifetime
{
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(20) };
    private MatrixBackend _backend = null!;

    private string Config => Fixture.Listeners + "services:\n" + Fixture.MatrixService(_backend);

    public async ValueTask InitializeAsync() => _backend = await MatrixBackend.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _backend.DisposeAsync();
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task Calls_under_way_end_while_readiness_says_no(string signal)
    {
        await using var gateway = await GatewayProcess.StartAsync(Config);
        // Connections that have not begun a request must not hold the program, nor those that rest between two.
        await using var silent = await RawConnection.OpenAsync(gateway.Port);
        using (var before = await _client.GetAsync(new Uri(gateway.Address, "/v1/rooms/a:say")))
            Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        var call = _client.GetAsync(new Uri(gateway.Address, "/v1/rooms/a:say?wait_ms=3500"));
        while (_backend.Calls.Count < 2)
            await Task.Delay(10);

        gateway.Signal(signal);
        await gateway.Log.WaitForAsync("Stopping", TimeSpan.FromSeconds(5));
        using var ready = await _client.GetAsync(new Uri(gateway.AdminAddress, "/healthz/ready"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        using var why = JsonDocument.Parse(await ready.Content.ReadAsStringAsync());
        Assert.Equal("stopping", why.RootElement.GetProperty("status").GetString());
        using var live = await _client.GetAsync(new Uri(gateway.AdminAddress, "/healthz/live"));
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        await RefusedAsync(gateway.Port);

        using var answer = await call;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(0, await gateway.WaitForExitAsync(TimeSpan.FromSeconds(3)));
        Assert.Empty(_backend.Cancelled);
    }

    // The listeners close a moment after the log has told of it.
    private static async Task RefusedAsync(int port)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        while (true)
        {
            try
            {
                await using var taken = await RawConnection.OpenAsync(port);
            }
            catch (SocketException)
            {
                return;
            }

            await Task.Delay(20, limit.Token);
        }
    }

    [Fact]
    public async Task Calls_are_taken_until_the_drain_delay_is_over_though_readiness_says_no()
    {
        await using var gateway = await GatewayProcess.StartAsync("shutdown: { drainDelay: 2s }\n" + Config);
        gateway.Signal("TERM");
        await gateway.Log.WaitForAsync("Draining", TimeSpan.FromSeconds(5));
        using (var ready = await _client.GetAsync(new Uri(gateway.AdminAddress, "/healthz/ready")))
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        await using (await RawConnection.OpenAsync(gateway.Port))
        using (var answer = await _client.GetAsync(new Uri(gateway.Address, "/v1/rooms/a:say")))
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain("Stopping", gateway.Output, StringComparison.Ordinal);
        Assert.Equal(0, await gateway.WaitForExitAsync(TimeSpan.FromSeconds(10)));
    }

    [Theory]
    [InlineData("TERM", 143)]
    [InlineData("INT", 130)]
    public async Task A_second_signal_ends_the_program_at_once(string signal, int code)
    {
        await using var gateway = await GatewayProcess.StartAsync("shutdown: { drainDelay: 5m }\n" + Config);
        gateway.Signal("TERM");
        await gateway.Log.WaitForAsync("Draining", TimeSpan.FromSeconds(5));
        gateway.Signal(signal);
        Assert.Equal(code, await gateway.WaitForExitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Connections_without_a_request_end_at_once()
    {
        await using var gateway = await GatewayProcess.StartAsync(Config);
        await using var silent = await RawConnection.OpenAsync(gateway.Port);
        await using var begun = await RawConnection.OpenAsync(gateway.Port);
        await begun.SendAsync("PRI * HT");
        await Task.Delay(100);
        gateway.Signal("TERM");
        Assert.Equal(0, await gateway.WaitForExitAsync(TimeSpan.FromSeconds(4)));
    }

    [Fact]
    public async Task A_stream_without_an_end_is_cut_after_the_patience()
    {
        await using var gateway = await GatewayProcess.StartAsync(Config);
        using var stream = await _client.GetAsync(new Uri(gateway.Address, "/v1/count/100000?wait_ms=50"), HttpCompletionOption.ResponseHeadersRead);
        await using var body = await stream.Content.ReadAsStreamAsync();
        gateway.Signal("TERM");
        // Cut, not ended: a client must not take it for whole.
        await Assert.ThrowsAnyAsync<Exception>(async () => await body.CopyToAsync(Stream.Null));
        Assert.Equal(0, await gateway.WaitForExitAsync(TimeSpan.FromSeconds(5)));
        Assert.Equal("Count", Assert.Single(_backend.Cancelled));
    }
}
