using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ProtocolGateway.Upstreams;
using Xunit;

namespace UnitTests.Upstreams.Wire;

/// <summary>Which connections carry a second exchange, and which requests are sent a second time.</summary>
public sealed class Http1ReuseTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private const string Evil = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";

    [Theory]
    [InlineData(Ok + Evil)]
    [InlineData(Ok + "\r\n")]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nevil")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + Evil)]
    public async Task Bytes_behind_an_answer_are_not_the_next_one(string answer)
    {
        await using var backend = RawBackend.Http((stream, number) => Http1Peer.ServeAsync(stream, number == 0 ? answer : Ok));
        Assert.Null((await backend.RunAsync(RecordingCall.Http("GET", "/"))).Error);
        Assert.Equal("ok", (await backend.RunAsync(RecordingCall.Http("GET", "/"))).Text);
        Assert.Equal(2, backend.Connections);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task Bytes_that_come_unasked_later_are_not_the_next_answer(string method)
    {
        var first = new TaskCompletionSource();
        var sent = new TaskCompletionSource();
        await using var backend = RawBackend.Http(async (stream, number) =>
        {
            if (number == 0)
            {
                await Http1Peer.HeadAsync(stream);
                await Http1Peer.SendAsync(stream, Ok);
                await first.Task;
                await Http1Peer.SendAsync(stream, Evil);
                sent.SetResult();
            }

            await Http1Peer.ServeAsync(stream, Ok);
        });
        Assert.Equal("ok", (await backend.RunAsync(RecordingCall.Http("GET", "/"))).Text);
        first.SetResult();
        await sent.Task;
        Assert.Equal("ok", (await backend.RunAsync(RecordingCall.Http(method, "/"))).Text);
        Assert.Equal(2, backend.Connections);
    }

    [Fact]
    public async Task A_record_that_TLS_holds_back_is_not_the_next_answer()
    {
        // It fills the client's buffer to the last byte, so that what follows stays within TLS.
        const string Head = "HTTP/1.1 200 OK\r\nContent-Length: 16342\r\n\r\n";
        var body = new string('x', (16 * 1024) - Head.Length);
        Assert.Equal(16342, body.Length);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        using var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        await using var backend = RawBackend.Http(
            async (stream, number) =>
            {
                // Both records leave in one segment.
                await using var held = new HeldStream(stream);
                await using var tls = new SslStream(held);
                await tls.AuthenticateAsServerAsync(certificate);
                held.Holds = true;
                while (await Http1Peer.HeadAsync(tls) is not null)
                {
                    await Http1Peer.SendAsync(tls, Head + body);
                    if (number == 0)
                        await Http1Peer.SendAsync(tls, Evil);
                    await held.ReleaseAsync();
                }
            },
            new UpstreamOptions { TlsSkipVerify = true, HttpVersion = UpstreamHttpVersion.Http11 },
            "https");
        for (var i = 0; i < 3; i++)
            Assert.Equal(body, (await backend.RunAsync(RecordingCall.Http("POST", "/"))).Text.Replace("|", "", StringComparison.Ordinal));
        Assert.Equal(2, backend.Connections);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task A_connection_that_was_closed_between_two_requests_is_not_used(string method)
    {
        var first = new TaskCompletionSource();
        var closed = new TaskCompletionSource();
        await using var backend = RawBackend.Http(async (stream, number) =>
        {
            await Http1Peer.HeadAsync(stream);
            await Http1Peer.SendAsync(stream, Ok);
            if (number > 0)
                return;
            await first.Task;
            stream.Socket.Shutdown(SocketShutdown.Both);
            closed.SetResult();
        });
        Assert.Null((await backend.RunAsync(RecordingCall.Http("GET", "/"))).Error);
        first.SetResult();
        await closed.Task;
        Assert.Equal("ok", (await backend.RunAsync(RecordingCall.Http(method, "/"))).Text);
    }

    [Theory]
    // A connection that was kept, and closed without a byte: repeated once where doing twice is doing once.
    [InlineData("GET", "", 1, null, 2)]
    [InlineData("DELETE", "", 1, null, 2)]
    [InlineData("POST", "", 1, "BACKEND_LOST", 1)]
    [InlineData("PATCH", "", 1, "BACKEND_LOST", 1)]
    [InlineData("GET", "", 2, "BACKEND_LOST", 2)]
    // Some of an answer has come: whatever it was to be, the request has been seen.
    [InlineData("GET", "HTTP/1.1 2", 1, "BACKEND_PROTOCOL", 1)]
    [InlineData("GET", "HTTP/1.1 100 Continue\r\n\r\n", 1, "BACKEND_LOST", 1)]
    [InlineData("GET", "garbage\r\n\r\n", 1, "BACKEND_PROTOCOL", 1)]
    public async Task A_request_on_a_kept_connection_is_repeated_only_where_that_is_safe(string method, string last, int failures, string? reason, int connections)
    {
        var requests = 0;
        await using var backend = RawBackend.Http(async (stream, _) =>
        {
            while (await Http1Peer.HeadAsync(stream) is not null)
            {
                var number = Interlocked.Increment(ref requests);
                if (number > 1 && number <= 1 + failures)
                {
                    await Http1Peer.SendAsync(stream, last);
                    return;
                }

                await Http1Peer.SendAsync(stream, Ok);
            }
        });
        Assert.Null((await backend.RunAsync(RecordingCall.Http("GET", "/"))).Error);
        var call = await backend.RunAsync(RecordingCall.Http(method, "/"));
        Assert.Equal(reason, call.Error?.Reason);
        Assert.Equal(connections, backend.Connections);
        Assert.Equal(1 + connections, requests);
    }

    [Fact]
    public async Task A_request_that_fails_on_a_new_connection_is_not_repeated()
    {
        await using var backend = RawBackend.Http((stream, _) => Http1Peer.HeadAsync(stream));
        Assert.Equal("BACKEND_LOST", (await backend.RunAsync(RecordingCall.Http("GET", "/"))).Error!.Reason);
        Assert.Equal(1, backend.Connections);
    }

    [Theory]
    [InlineData("HTTP/1.1 413 Content Too Large\r\nContent-Length: 5\r\n\r\nlarge")]
    [InlineData("HTTP/1.1 413 Content Too Large\r\nConnection: close\r\n\r\nlarge")]
    public async Task An_answer_that_comes_before_the_request_has_ended_is_given_and_ends_the_sending(string answer)
    {
        await using var backend = RawBackend.Http(async (stream, number) =>
        {
            if (number > 0)
            {
                await Http1Peer.ServeAsync(stream, Ok);
                return;
            }

            await Http1Peer.HeadAsync(stream);
            await Http1Peer.SendAsync(stream, answer);
            stream.Socket.Shutdown(SocketShutdown.Send);
            await stream.CopyToAsync(Stream.Null);
        });
        var call = RecordingCall.Http("PUT", "/", stream: true);
        call.Send("some");
        await backend.RunAsync(call);
        Assert.Equal((null, 413, "large"), (call.Error?.Reason, call.Head!.Value.Status, call.Text));
        // What is left of that request must not be in front of the next one.
        Assert.Equal("ok", (await backend.RunAsync(RecordingCall.Http("GET", "/"))).Text);
        Assert.Equal(2, backend.Connections);
    }

    [Fact]
    public async Task An_answer_that_says_close_is_the_last_of_its_connection()
    {
        await using var backend = RawBackend.Http((stream, _) => Http1Peer.ServeAsync(stream, "HTTP/1.1 200 OK\r\nConnection: x-a , Close\r\nX-A: a\r\nContent-Length: 2\r\n\r\nok"));
        for (var i = 0; i < 3; i++)
            Assert.Null((await backend.RunAsync(RecordingCall.Http("GET", "/"))).Head!.Value.Headers.Find("x-a"));
        Assert.Equal(3, backend.Connections);
    }

    // Keeps what is written until it is released, whoever flushes.
    private sealed class HeldStream(Stream inner) : Stream
    {
        private readonly MemoryStream _held = new();

        public bool Holds { get; set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public async Task ReleaseAsync()
        {
            await inner.WriteAsync(_held.ToArray());
            _held.SetLength(0);
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => (Holds ? _held : inner).WriteAsync(buffer, cancellationToken);

        public override void Flush()
        {
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Write(byte[] buffer, int offset, int count) => (Holds ? _held : inner).Write(buffer, offset, count);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
