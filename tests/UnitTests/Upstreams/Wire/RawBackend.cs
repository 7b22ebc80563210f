using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ProtocolGateway.Upstreams;
using Xunit;

namespace UnitTests.Upstreams.Wire;

/// <summary>A backend that sends exactly the bytes it is told to: each connection runs the script, with its number from 0. And an <see cref="UpstreamSet"/> that speaks to it.</summary>
internal sealed class RawBackend : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<NetworkStream, int, Task> _script;
    private readonly ConcurrentQueue<Exception> _wrong = new();
    private readonly ConcurrentQueue<NetworkStream> _streams = new();
    private readonly ConcurrentBag<Task> _running = [];
    private readonly Task _accepting;
    private int _connections;

    private RawBackend(UpstreamProtocol protocol, Func<NetworkStream, int, Task> script, UpstreamOptions? options, string scheme)
    {
        _script = script;
        // Small, so that a peer that does not read is felt after few bytes.
        _listener.Server.ReceiveBufferSize = 16 * 1024;
        _listener.Start();
        Address = new($"{scheme}://{_listener.LocalEndpoint}");
        Upstreams = ScriptedBackend.CreateUpstreams(Address, protocol, options);
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    public UpstreamSet Upstreams { get; }

    /// <summary>How many connections were made.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public static RawBackend Grpc(Func<Http2Peer, int, Task> script, UpstreamOptions? options = null) =>
        new(UpstreamProtocol.Grpc, (stream, number) => script(new Http2Peer(stream), number), options, "http");

    public static RawBackend Http(Func<NetworkStream, int, Task> script, UpstreamOptions? options = null, string scheme = "http") =>
        new(UpstreamProtocol.Http, script, options, scheme);

    public async Task<RecordingCall> RunAsync(RecordingCall call)
    {
        await Upstreams.DispatchAsync(call).AsTask().WaitAsync(Patience);
        Assert.Equal(1, call.Ends);
        return call;
    }

    /// <summary>Closes everything, and throws what a script threw: other than that its client hung up.</summary>
    public async ValueTask DisposeAsync()
    {
        await Upstreams.DisposeAsync();
        _listener.Stop();
        await _accepting;
        foreach (var stream in _streams)
            await stream.DisposeAsync();
        await Task.WhenAll(_running).WaitAsync(Patience);
        if (!_wrong.IsEmpty)
            throw new AggregateException(_wrong);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var stream = new NetworkStream(await _listener.AcceptSocketAsync(), ownsSocket: true);
                stream.Socket.NoDelay = true;
                _streams.Enqueue(stream);
                _running.Add(PlayAsync(stream, Interlocked.Increment(ref _connections) - 1));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private async Task PlayAsync(NetworkStream stream, int number)
    {
        try
        {
            await _script(stream, number);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or SocketException)
        {
            // The client has hung up, which it may.
        }
        catch (Exception e)
        {
            _wrong.Enqueue(e);
        }
        finally
        {
            await stream.DisposeAsync();
        }
    }
}
