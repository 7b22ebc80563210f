using System.Net;
using System.Net.Sockets;
using System.Text;
using ProtocolGateway.Upstreams;
using Xunit;

namespace UnitTests.Edges.Rest;

/// <summary>An HTTP backend that breaks its protocol, on real sockets behind the edge.</summary>
public sealed class RestBackendBreakTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\n";

    [Theory]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")]
    [InlineData("HTTP/1.1 600 Odd\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n")]
    [InlineData("HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData(Ok + "Content-Length: two\r\n\r\n")]
    [InlineData(Ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\nhi\r\n0\r\n\r\n")]
    [InlineData(Ok + "Transfer-Encoding: chunked\r\n\r\n-2\r\nhi\r\n0\r\n\r\n")]
    public async Task A_broken_answer_is_a_502_and_the_exchange_ends(string answer)
    {
        await using var backend = new RawBackend(answer);
        await using var host = await RestHost.StartAsync(backend.Upstreams.DispatchAsync);
        using var got = await host.Client.GetAsync("/items/1");
        Assert.Equal(HttpStatusCode.BadGateway, got.StatusCode);
        // The backend says nothing more and does not close, so that only the gateway can have ended it.
        await backend.Closed;
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\nzz\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n2\r\nhi-longer\r\n0\r\n\r\n")]
    public async Task A_break_within_the_body_breaks_the_clients_answer(string rest)
    {
        await using var backend = new RawBackend(Ok + rest);
        await using var host = await RestHost.StartAsync(backend.Upstreams.DispatchAsync);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => host.Client.GetStringAsync("/items/1"));
        await backend.Closed;
    }

    /// <summary>Answers the first connection with the bytes, and waits for the other side to close.</summary>
    private sealed class RawBackend : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Task _serving;

        public RawBackend(string answer)
        {
            _listener.Start();
            var address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
            Upstreams = new(
                new Dictionary<string, ClusterModel> { ["items"] = new("items", UpstreamProtocol.Http, [new(address, 1)], new()) },
                static _ => "items",
                TimeProvider.System);
            _serving = ServeAsync(answer);
        }

        public UpstreamSet Upstreams { get; }

        public Task Closed => _serving.WaitAsync(TimeSpan.FromSeconds(20));

        public async ValueTask DisposeAsync()
        {
            await Upstreams.DisposeAsync();
            _listener.Stop();
        }

        private async Task ServeAsync(string answer)
        {
            using var socket = await _listener.AcceptSocketAsync();
            var buffer = new byte[4096];
            await socket.ReceiveAsync(buffer);
            await socket.SendAsync(Encoding.ASCII.GetBytes(answer));
            try
            {
                while (await socket.ReceiveAsync(buffer) > 0)
                {
                }
            }
            catch (SocketException)
            {
                // A reset is a close too.
            }
        }
    }
}
