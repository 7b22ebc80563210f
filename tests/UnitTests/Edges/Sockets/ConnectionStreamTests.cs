using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Time.Testing;
using ProtocolGateway.Edges.Sockets;
using Xunit;

namespace UnitTests.Edges.Sockets;

/// <summary>What a WebSocket sends goes past the server's pipe where that is known to be empty, and nowhere else.</summary>
public sealed class ConnectionStreamTests : IConnectionSocketFeature, IDuplexPipe, IDisposable
{
    private readonly SocketPinger _pinger = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(15), new FakeTimeProvider());
    private readonly Socket _client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _connection;
    private readonly Pipe _input = new(), _output = new();

    public ConnectionStreamTests()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _client.Connect(listener.LocalEndPoint!);
        _connection = listener.Accept();
    }

    Socket IConnectionSocketFeature.Socket => _connection;

    PipeReader IDuplexPipe.Input => _input.Reader;

    PipeWriter IDuplexPipe.Output => _output.Writer;

    public void Dispose()
    {
        _pinger.Dispose();
        _client.Dispose();
        _connection.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_a_connection_with_TLS_or_without_a_socket_all_goes_through_the_pipe(bool tls)
    {
        await using var stream = Open(tls, socket: tls);
        await SpeakAsync(stream);
        await stream.WriteAsync("a"u8.ToArray());
        Assert.Equal("a", await PipedAsync());
        Assert.Equal(0, _client.Available);
    }

    [Fact]
    public async Task What_is_sent_before_the_client_has_spoken_goes_through_the_pipe_and_so_does_all_after_it()
    {
        await using var stream = Open();
        await stream.WriteAsync("a"u8.ToArray());
        await SpeakAsync(stream);
        await stream.WriteAsync("b"u8.ToArray());
        Assert.Equal("ab", await PipedAsync());
        Assert.Equal(0, _client.Available);
    }

    [Fact]
    public async Task What_the_client_may_have_sent_with_its_handshake_does_not_say_that_it_has_the_answer()
    {
        await using var stream = Open();
        await _input.Writer.WriteAsync("x"u8.ToArray());
        Assert.Equal(1, await stream.ReadAsync(new byte[1]));
        await stream.WriteAsync("a"u8.ToArray());
        Assert.Equal("a", await PipedAsync());
        Assert.Equal(0, _client.Available);
    }

    [Fact]
    public async Task Who_reads_is_not_woken_by_what_was_meant_for_the_request_before()
    {
        await using var stream = Open();
        _input.Reader.CancelPendingRead();
        var waiting = stream.ReadAsync(new byte[1]);
        Assert.False(waiting.IsCompleted);
        await _input.Writer.WriteAsync("x"u8.ToArray());
        Assert.Equal(1, await waiting);
    }

    [Fact]
    public async Task Where_the_client_has_spoken_first_frames_go_past_the_pipe()
    {
        await using var stream = Open();
        await SpeakAsync(stream);
        await stream.WriteAsync("a"u8.ToArray());
        var bytes = new byte[1];
        await _client.ReceiveAsync(bytes);
        Assert.Equal("a"u8, bytes);
        Assert.False(_output.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Who_reads_slowly_gets_everything_in_order_and_the_sender_waits()
    {
        const int Frames = 300, Size = 20_000;
        await using var stream = Open();
        await SpeakAsync(stream);
        _connection.SendBufferSize = 16 * 1024;
        var sending = Task.Run(
            async () =>
            {
                for (var i = 0; i < Frames; i++)
                    await stream.WriteAsync(Enumerable.Repeat((byte)i, Size).ToArray());
            },
            TestContext.Current.CancellationToken);
        await Task.Delay(200, TestContext.Current.CancellationToken);
        Assert.False(sending.IsCompleted);
        var (bytes, heard) = (new byte[70_000], 0);
        while (heard < Frames * Size)
        {
            var count = await _client.ReceiveAsync(bytes);
            for (var i = 0; i < count; i++, heard++)
                Assert.Equal((byte)(heard / Size), bytes[i]);
        }

        await sending;
    }

    [Fact]
    public async Task A_client_that_has_gone_is_told_as_a_broken_connection_is()
    {
        await using var stream = Open();
        await SpeakAsync(stream);
        _client.LingerState = new(true, 0);
        _client.Dispose();
        var gone = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                await stream.WriteAsync("a"u8.ToArray());
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        });
        Assert.True(ClientSocket.IsGone(gone), gone.ToString());
    }

    private async Task<string> PipedAsync() => Encoding.ASCII.GetString((await _output.Reader.ReadAsync(TestContext.Current.CancellationToken)).Buffer);

    private async Task SpeakAsync(ConnectionStream stream)
    {
        var waiting = stream.ReadAsync(Memory<byte>.Empty);
        await _input.Writer.WriteAsync("x"u8.ToArray());
        Assert.Equal(0, await waiting);
        Assert.Equal(1, await stream.ReadAsync(new byte[1]));
    }

    private ConnectionStream Open(bool tls = false, bool socket = true)
    {
        var connection = new DefaultConnectionContext { Transport = this };
        if (socket)
            connection.Features.Set<IConnectionSocketFeature>(this);
        if (tls)
            connection.Features.Set<ITlsHandshakeFeature>(DispatchProxy.Create<ITlsHandshakeFeature, Tls>());
        return new(connection, _pinger);
    }

    /// <summary>A feature that only is there: most of its members are obsolete.</summary>
    public class Tls : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => null;
    }
}
