using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.Upstreams;
using Xunit;

namespace UnitTests.Upstreams;

/// <summary>HTTP backends over both versions: bodies and statuses untouched, headers of one connection kept back.</summary>
public sealed class HttpUpstreamTests
{
    private static Task<ScriptedBackend> StartAsync(Func<HttpContext, Task> script, HttpProtocols http = HttpProtocols.Http1) => ScriptedBackend.StartAsync(
        script,
        UpstreamProtocol.Http,
        new UpstreamOptions { HttpVersion = http == HttpProtocols.Http2 ? UpstreamHttpVersion.Http2 : UpstreamHttpVersion.Auto },
        http);

    [Theory]
    [InlineData(HttpProtocols.Http1, 200)]
    [InlineData(HttpProtocols.Http1, 302)]
    [InlineData(HttpProtocols.Http1, 404)]
    [InlineData(HttpProtocols.Http1, 503)]
    [InlineData(HttpProtocols.Http2, 200)]
    [InlineData(HttpProtocols.Http2, 500)]
    public async Task Every_status_is_an_ordinary_answer(HttpProtocols http, int status)
    {
        await using var backend = await StartAsync(
            async context =>
            {
                context.Response.StatusCode = status;
                context.Response.Headers.Location = "/elsewhere";
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync("{\"a\":1}");
            },
            http);
        var call = await backend.RunAsync(RecordingCall.Http("GET", "/items/1"));
        Assert.Null(call.Error);
        Assert.Equal(status, call.Head!.Value.Status);
        Assert.Equal("{\"a\":1}", call.Text);
        Assert.Equal("application/json", call.Head.Value.Headers.Find("content-type"));
        Assert.Equal("/elsewhere", call.Head.Value.Headers.Find("location"));
    }

    [Fact]
    public async Task Target_goes_as_it_is_and_headers_are_filtered_both_ways()
    {
        var seen = new Dictionary<string, string>();
        await using var backend = await StartAsync(async context =>
        {
            foreach (var (name, value) in context.Request.Headers)
                seen[name.ToLowerInvariant()] = value.ToString();
            seen["target"] = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
            context.Response.Headers.Connection = "x-private, x-other";
            context.Response.Headers["x-private"] = "1";
            context.Response.Headers["x-public"] = "2";
            context.Response.Headers["keep-alive"] = "timeout=5";
            context.Response.Headers.ContentEncoding = "gzip";
            context.Response.ContentLength = 3;
            await context.Response.WriteAsync("raw");
        });
        var call = RecordingCall.Http("POST", "/a%2Fb/%41/caf%C3%A9?q=%20+&x=a%26b", "body");
        call.Headers.TryAdd("host", "evil.example");
        call.Headers.TryAdd("content-length", "999");
        call.Headers.TryAdd("transfer-encoding", "chunked");
        call.Headers.TryAdd("te", "gzip");
        call.Headers.TryAdd("expect", "100-continue");
        call.Headers.TryAdd("content-language", "de");
        call.Headers.TryAdd("x-name", "Zoë");
        await backend.RunAsync(call);

        Assert.Null(call.Error);
        Assert.Equal("raw", call.Text);
        var headers = call.Head!.Value.Headers;
        Assert.Equal("2", headers.Find("x-public"));
        Assert.Equal("gzip", headers.Find("content-encoding"));
        Assert.Equal("3", headers.Find("content-length"));
        Assert.Null(headers.Find("x-private"));
        Assert.Null(headers.Find("keep-alive"));
        Assert.Null(headers.Find("connection"));
        Assert.Equal("/a%2Fb/%41/caf%C3%A9?q=%20+&x=a%26b", seen["target"]);
        Assert.Equal(backend.Address.Authority, seen["host"]);
        Assert.Equal("4", seen["content-length"]);
        Assert.Equal("text/plain", seen["content-type"]);
        Assert.Equal("de", seen["content-language"]);
        Assert.Equal("Zoë", seen["x-name"]);
        Assert.DoesNotContain(seen.Keys, name => name is "transfer-encoding" or "te" or "expect" or "traceparent");
    }

    [Theory]
    [InlineData(HttpProtocols.Http1, null)]
    [InlineData(HttpProtocols.Http1, 6L)]
    [InlineData(HttpProtocols.Http2, null)]
    public async Task Bodies_are_streamed(HttpProtocols http, long? length)
    {
        await using var backend = await StartAsync(
            async context =>
            {
                Assert.Equal(length, context.Request.ContentLength);
                using var reader = new StreamReader(context.Request.Body);
                var body = await reader.ReadToEndAsync();
                for (var i = 0; i < 3; i++)
                {
                    await context.Response.WriteAsync(body + i);
                    await context.Response.Body.FlushAsync();
                    await Task.Delay(50);
                }
            },
            http);
        var call = RecordingCall.Http("PUT", "/up", stream: true, length: length);
        var run = backend.RunAsync(call);
        call.Send("abc");
        call.Send("def");
        call.SendEnd();
        Assert.Equal("abcdef0", await call.NextAsync());
        await run;
        Assert.Null(call.Error);
        Assert.Equal("abcdef0abcdef1abcdef2", call.Text.Replace("|", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("abc", 5L)]
    [InlineData("abcdefgh", 5L)]
    public async Task Body_that_belies_its_length_is_the_callers_fault(string body, long length)
    {
        await using var backend = await StartAsync(async context => await context.Request.Body.CopyToAsync(Stream.Null));
        var call = RecordingCall.Http("PUT", "/up", stream: true, length: length);
        call.Send(body);
        call.SendEnd();
        await backend.RunAsync(call);
        Assert.Equal("INVALID_INPUT", call.Error!.Reason);

        var next = await backend.RunAsync(RecordingCall.Http("PUT", "/up", "fine"));
        Assert.Null(next.Error);
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task Death_mid_body_is_told_after_the_head(HttpProtocols http)
    {
        var read = new TaskCompletionSource();
        await using var backend = await StartAsync(
            async context =>
            {
                if (context.Request.Path == "/fine")
                    return;
                context.Response.ContentLength = 100;
                await context.Response.WriteAsync("part");
                await context.Response.Body.FlushAsync();
                // HTTP/2's reset overtakes what has come but was not read: the client must have it first.
                await read.Task.WaitAsync(TimeSpan.FromSeconds(20));
                context.Abort();
            },
            http);
        var call = RecordingCall.Http("GET", "/dies");
        var run = backend.RunAsync(call);
        Assert.Equal("part", await call.NextAsync());
        read.SetResult();
        await run;
        Assert.Equal(200, call.Head!.Value.Status);
        Assert.Equal("part", call.Text);
        Assert.Equal("BACKEND_LOST", call.Error!.Reason);
        Assert.Null((await backend.RunAsync(RecordingCall.Http("GET", "/fine"))).Error);
    }

    [Fact]
    public async Task Connection_is_used_again()
    {
        await using var backend = await StartAsync(context => context.Response.WriteAsync("x"));
        for (var i = 0; i < 5; i++)
            Assert.Null((await backend.RunAsync(RecordingCall.Http("GET", "/"))).Error);
        Assert.Null((await backend.RunAsync(RecordingCall.Http("HEAD", "/"))).Error);
        Assert.Single(backend.Connections);
    }

    [Theory]
    [InlineData("/a/../b")]
    [InlineData("/a/%2E%2e/b")]
    [InlineData("/a/.%2e")]
    [InlineData("/a/.")]
    [InlineData("//evil/..")]
    [InlineData("/a\\..\\b")]
    [InlineData("/a b")]
    [InlineData("/a\r\nx: y")]
    [InlineData("/ä")]
    [InlineData("/a#b")]
    [InlineData("a")]
    [InlineData("")]
    public async Task Target_that_climbs_or_is_no_target_never_leaves(string target)
    {
        await using var backend = await StartAsync(_ => Task.CompletedTask);
        var call = await backend.RunAsync(RecordingCall.Http("GET", target));
        Assert.Equal("INVALID_INPUT", call.Error!.Reason);
        Assert.Empty(backend.Connections);
    }

    [Fact]
    public async Task Deadline_and_hang_up_cancel_the_backend()
    {
        var aborted = new SemaphoreSlim(0);
        var reached = new SemaphoreSlim(0);
        await using var backend = await StartAsync(async context =>
        {
            var gone = new TaskCompletionSource();
            context.RequestAborted.Register(() => gone.TrySetResult());
            reached.Release();
            await gone.Task;
            aborted.Release();
        });
        var slow = RecordingCall.Http("GET", "/slow");
        slow.Deadline = Deadline.After(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        await backend.RunAsync(slow);
        Assert.Equal(StatusCode.DeadlineExceeded, slow.Error!.Code);
        Assert.True(await reached.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.True(await aborted.WaitAsync(TimeSpan.FromSeconds(10)));

        using var hangUp = new CancellationTokenSource();
        var left = new RecordingCall("http", kind: ProtocolGateway.Contracts.Model.ContractKind.Http)
        {
            HttpRequest = new("GET", "/slow", null, null, false),
            Cancelled = hangUp.Token,
        };
        var run = backend.RunAsync(left);
        Assert.True(await reached.WaitAsync(TimeSpan.FromSeconds(10)));
        await hangUp.CancelAsync();
        await run;
        Assert.Equal("CALLER_GONE", left.Error!.Reason);
        Assert.True(await aborted.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Garbage_is_a_protocol_error()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var serve = Task.Run(async () =>
        {
            using var socket = await listener.AcceptSocketAsync();
            await socket.ReceiveAsync(new byte[4096]);
            await socket.SendAsync(Encoding.ASCII.GetBytes("secret garbage\r\n\r\n"));
        });
        await using var upstreams = ScriptedBackend.CreateUpstreams(new Uri("http://" + listener.LocalEndpoint), UpstreamProtocol.Http);
        var call = RecordingCall.Http("GET", "/");
        await upstreams.DispatchAsync(call);
        await serve;
        Assert.Equal("BACKEND_PROTOCOL", call.Error!.Reason);
        Assert.DoesNotContain("secret", call.Error.Message, StringComparison.Ordinal);
    }
}
