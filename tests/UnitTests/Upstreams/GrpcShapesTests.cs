using System.Text;
using Microsoft.AspNetCore.Http;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.Upstreams;
using Xunit;
using static UnitTests.Upstreams.ScriptedBackend;

namespace UnitTests.Upstreams;

/// <summary>What a sound backend and a sound caller exchange, in all four shapes.</summary>
public sealed class GrpcShapesTests
{
    [Fact]
    public async Task Unary_carries_message_metadata_and_timeout()
    {
        var seen = new Dictionary<string, string>();
        await using var backend = await StartAsync(async context =>
        {
            foreach (var (name, value) in context.Request.Headers)
                seen[name.ToLowerInvariant()] = value.ToString();
            seen["path"] = context.Request.Path;
            context.Response.Headers["x-first"] = "one";
            context.Response.Headers["x-raw-bin"] = "AAEC";
            var message = await ReadAsync(context);
            await AnswerAsync(context, "0", Frame("pong " + message));
            context.Response.AppendTrailer("x-last-bin", "AwQ");
            context.Response.AppendTrailer("grpc-message", "ignored");
        });
        var call = RecordingCall.Unary("Get");
        call.Headers.TryAdd("authorization", "Bearer x");
        call.Headers.TryAdd("x-in-bin", "3q2+7w");
        call.Headers.TryAdd("grpc-timeout", "1H");
        call.Headers.TryAdd("x-umlaut", "ä");
        call.Deadline = Deadline.After(TimeSpan.FromSeconds(30), TimeProvider.System);
        await backend.RunAsync(call);

        Assert.Null(call.Error);
        Assert.Equal("pong ping", call.Text);
        Assert.Equal(200, call.Head!.Value.Status);
        Assert.Equal("one", call.Head.Value.Headers.Find("x-first"));
        Assert.Equal("AAEC", call.Head.Value.Headers.Find("x-raw-bin"));
        Assert.Null(call.Head.Value.Headers.Find("content-type"));
        Assert.Equal(1, call.Trailers!.Count);
        Assert.Equal("AwQ", call.Trailers.Find("x-last-bin"));
        Assert.Equal("/t.S/Get", seen["path"]);
        Assert.Equal("application/grpc", seen["content-type"]);
        Assert.Equal("trailers", seen["te"]);
        Assert.Equal("Bearer x", seen["authorization"]);
        Assert.Equal("3q2+7w", seen["x-in-bin"]);
        Assert.Matches("^(2[0-9]|30)[0-9]{6}u$", seen["grpc-timeout"]);
        Assert.False(seen.ContainsKey("x-umlaut"));
        Assert.DoesNotContain(seen.Keys, name => name is "traceparent" or "content-length" or "user-agent");
    }

    [Fact]
    public async Task Empty_message_is_a_message()
    {
        await using var backend = await StartAsync(async context =>
        {
            Assert.Equal("", await ReadAsync(context));
            await AnswerAsync(context, "0", Frame(""));
        });
        var call = await backend.RunAsync(RecordingCall.Unary("Get", ""));
        Assert.Null(call.Error);
        Assert.Empty(Assert.Single(call.Messages));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Large_and_compressed_messages_pass(bool gzip)
    {
        var large = new string('x', 3_000_000);
        await using var backend = await StartAsync(
            async context =>
            {
                Assert.Equal(gzip ? "gzip" : "", context.Request.Headers["grpc-encoding"].ToString());
                var message = await ReadAsync(context);
                context.Response.Headers["grpc-encoding"] = "gzip";
                await AnswerAsync(context, "0", Frame(message!, gzip));
            },
            options: new UpstreamOptions { GzipRequests = gzip });
        var call = await backend.RunAsync(RecordingCall.Unary("Get", large));
        Assert.Null(call.Error);
        Assert.Equal(large, call.Text);
    }

    [Fact]
    public async Task Server_stream_waits_for_the_edge()
    {
        var sent = 0;
        await using var backend = await StartAsync(async context =>
        {
            await ReadAsync(context);
            context.Response.ContentType = "application/grpc+proto";
            var payload = Frame(new byte[100_000]);
            for (; sent < 200; sent++)
                await context.Response.Body.WriteAsync(payload, context.RequestAborted);
            context.Response.AppendTrailer("grpc-status", "0");
        });
        var gate = new TaskCompletionSource();
        var call = new RecordingCall("Watch", Shape.ServerStreaming) { Single = Encoding.UTF8.GetBytes("x"), OnMessage = () => new(gate.Task) };
        var run = backend.RunAsync(call);
        await call.NextAsync();
        await Task.Delay(300);
        Assert.InRange(sent, 0, 100);
        gate.SetResult();
        await run;
        Assert.Null(call.Error);
        Assert.Equal(200, call.Messages.Count);
    }

    [Fact]
    public async Task Client_stream_is_sent_message_by_message()
    {
        await using var backend = await StartAsync(async context =>
        {
            var all = new List<string>();
            while (await ReadAsync(context) is { } message)
                all.Add(message);
            await AnswerAsync(context, "0", Frame(string.Join('+', all)));
        });
        var call = new RecordingCall("Upload", Shape.ClientStreaming);
        var run = backend.RunAsync(call);
        call.Send("a");
        call.Send("b");
        call.Send("c");
        call.SendEnd();
        await run;
        Assert.Null(call.Error);
        Assert.Equal("a+b+c", call.Text);
    }

    [Fact]
    public async Task Duplex_speaks_first_on_either_side_and_in_turns()
    {
        await using var backend = await StartAsync(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(Frame("hello"));
            while (await ReadAsync(context) is { } message)
                await context.Response.Body.WriteAsync(Frame("re:" + message));
            context.Response.AppendTrailer("grpc-status", "0");
        });
        var call = new RecordingCall("Chat", Shape.Duplex);
        var run = backend.RunAsync(call);
        Assert.Equal("hello", await call.NextAsync());
        call.Send("1");
        Assert.Equal("re:1", await call.NextAsync());
        call.Send("2");
        Assert.Equal("re:2", await call.NextAsync());
        call.SendEnd();
        await run;
        Assert.Null(call.Error);
    }

    [Fact]
    public async Task Backend_may_end_a_duplex_before_the_caller()
    {
        await using var backend = await StartAsync(async context =>
        {
            await ReadAsync(context);
            await AnswerAsync(context, "9", Frame("enough"));
        });
        var call = new RecordingCall("Chat", Shape.Duplex);
        call.Send("1");
        await backend.RunAsync(call);
        Assert.Equal("enough", call.Text);
        Assert.Equal(StatusCode.FailedPrecondition, call.Error!.Code);
    }

    [Fact]
    public async Task A_fault_of_the_request_stream_ends_the_call_and_the_backends_work()
    {
        var aborted = new TaskCompletionSource();
        await using var backend = await StartAsync(async context =>
        {
            context.RequestAborted.Register(() => aborted.TrySetResult());
            await AnswerAsync(context, null);
            await context.Response.Body.FlushAsync();
            await aborted.Task;
        });
        var call = new RecordingCall("Chat", Shape.Duplex);
        call.Send("1");
        call.SendError(GatewayErrors.InvalidInput("lines[1] is not JSON."));
        await backend.RunAsync(call);
        Assert.Equal("INVALID_INPUT", call.Error!.Reason);
        await aborted.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }
}
