using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Http;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.Upstreams;
using Xunit;
using static UnitTests.Upstreams.ScriptedBackend;

namespace UnitTests.Upstreams;

/// <summary>Backends that break the protocol, break off, or are slow: a right status, no hang, and the next call passes on the same connection.</summary>
public sealed class GrpcBadAnswersTests
{
    private const int Limit = 100_000;

    [Theory]
    [InlineData("html200", "BACKEND_PROTOCOL", StatusCode.Internal)]
    [InlineData("html503", "BACKEND_NOT_GRPC", StatusCode.Unavailable)]
    [InlineData("html404", "BACKEND_NOT_GRPC", StatusCode.Unimplemented)]
    [InlineData("web", "BACKEND_PROTOCOL", StatusCode.Internal)]
    [InlineData("notype", "BACKEND_PROTOCOL", StatusCode.Internal)]
    [InlineData("nothing", "BACKEND_PROTOCOL", StatusCode.Internal)]
    [InlineData("notrailers", "BACKEND_LOST", StatusCode.Unavailable)]
    [InlineData("two", "BACKEND_PROTOCOL", StatusCode.Internal)]
    [InlineData("none", "BACKEND_PROTOCOL", StatusCode.Internal)]
    [InlineData("flag", "BACKEND_PROTOCOL", StatusCode.Internal)]
    [InlineData("half", "BACKEND_PROTOCOL", StatusCode.Internal)]
    [InlineData("halfprefix", "BACKEND_PROTOCOL", StatusCode.Internal)]
    [InlineData("huge", "ANSWER_TOO_LARGE", StatusCode.ResourceExhausted)]
    [InlineData("bomb", "ANSWER_TOO_LARGE", StatusCode.ResourceExhausted)]
    [InlineData("badgzip", "BACKEND_PROTOCOL", StatusCode.Internal)]
    [InlineData("unasked", "BACKEND_PROTOCOL", StatusCode.Internal)]
    [InlineData("dies", "BACKEND_LOST", StatusCode.Unavailable)]
    [InlineData("diesfirst", "BACKEND_LOST", StatusCode.Unavailable)]
    [InlineData("odd", "BACKEND_STATUS", StatusCode.Unknown)]
    [InlineData("oddtext", "BACKEND_STATUS", StatusCode.Unknown)]
    [InlineData("late", "BACKEND_STATUS", StatusCode.Aborted)]
    public async Task Gives_a_clear_error_and_the_connection_serves_on(string script, string reason, StatusCode code)
    {
        await using var backend = await StartAsync(PlayAsync, options: new UpstreamOptions { MaxAnswerMessageBytes = Limit });
        var call = await backend.RunAsync(RecordingCall.Unary(script));
        Assert.Equal(reason, call.Error!.Reason);
        Assert.Equal(code, call.Error.Code);
        Assert.Equal(Blame.Backend, call.Error.Blame);
        Assert.DoesNotContain("secret", call.Error.Message, StringComparison.Ordinal);
        Assert.Empty(call.Messages);

        var next = await backend.RunAsync(RecordingCall.Unary("good"));
        Assert.Null(next.Error);
        Assert.Single(backend.Connections);
    }

    [Fact]
    public async Task Trailers_only_carries_status_message_details_and_metadata()
    {
        await using var backend = await StartAsync(context =>
        {
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-status"] = "5";
            context.Response.Headers["grpc-message"] = "caf%C3%A9 100% %zz";
            // Cut off within its last field, and without padding.
            var details = new Google.Rpc.Status { Details = { Any.Pack(new Google.Rpc.RetryInfo()), Any.Pack(new Google.Rpc.DebugInfo { Detail = "Db.cs line 3" }) } };
            context.Response.Headers["grpc-status-details-bin"] = Convert.ToBase64String([.. details.ToByteArray(), 0x1A, 100]).TrimEnd('=');
            context.Response.Headers["x-why"] = "gone";
            return Task.CompletedTask;
        });
        var call = await backend.RunAsync(RecordingCall.Unary("Get"));
        Assert.Equal(StatusCode.NotFound, call.Error!.Code);
        Assert.Equal("BACKEND_STATUS", call.Error.Reason);
        Assert.Equal("café 100% %zz", call.Error.Message);
        var shown = Google.Rpc.Status.Parser.ParseFrom(call.Error.StatusDetails.Span);
        Assert.Equal((5, "café 100% %zz"), (shown.Code, shown.Message));
        Assert.Equal("type.googleapis.com/google.rpc.RetryInfo", Assert.Single(shown.Details).TypeUrl);
        Assert.Equal("Db.cs line 3", call.Error.Cause);
        Assert.Equal("gone", call.Trailers!.Find("x-why"));
        Assert.Null(call.Head);
    }

    [Fact]
    public async Task Cut_details_never_hide_the_status()
    {
        await using var backend = await StartAsync(context =>
        {
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-status"] = "7";
            context.Response.Headers["grpc-status-details-bin"] = "CAUSA!!";
            return Task.CompletedTask;
        });
        var call = await backend.RunAsync(RecordingCall.Unary("Get"));
        Assert.Equal(StatusCode.PermissionDenied, call.Error!.Code);
        Assert.True(call.Error.StatusDetails.IsEmpty);
    }

    [Fact]
    public async Task Stream_keeps_what_came_before_the_break()
    {
        await using var backend = await StartAsync(PlayAsync);
        var call = new RecordingCall("dies", Shape.ServerStreaming) { Single = [] };
        await backend.RunAsync(call);
        Assert.Equal("BACKEND_LOST", call.Error!.Reason);
        Assert.Single(call.Messages);
    }

    [Fact]
    public async Task Deadline_ends_the_call_and_the_backends_work()
    {
        var aborted = new TaskCompletionSource();
        await using var backend = await StartAsync(async context =>
        {
            context.RequestAborted.Register(() => aborted.TrySetResult());
            await aborted.Task;
        });
        var call = RecordingCall.Unary("slow");
        call.Deadline = Deadline.After(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        await backend.RunAsync(call);
        Assert.Equal("DEADLINE_EXCEEDED", call.Error!.Reason);
        await aborted.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Passed_deadline_never_reaches_the_backend()
    {
        await using var backend = await StartAsync(_ => throw new InvalidOperationException("reached"));
        var call = RecordingCall.Unary("Get");
        call.Deadline = Deadline.After(TimeSpan.Zero, TimeProvider.System);
        await backend.RunAsync(call);
        Assert.Equal("DEADLINE_EXCEEDED", call.Error!.Reason);
        Assert.Empty(backend.Connections);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Hang_up_of_the_caller_cancels_the_backend(bool inStream)
    {
        using var hangUp = new CancellationTokenSource();
        var reached = new TaskCompletionSource();
        var aborted = new TaskCompletionSource();
        await using var backend = await StartAsync(async context =>
        {
            context.RequestAborted.Register(() => aborted.TrySetResult());
            if (inStream)
            {
                await AnswerAsync(context, null, Frame("one"));
                await context.Response.Body.FlushAsync();
            }

            reached.SetResult();
            await aborted.Task;
        });
        var call = new RecordingCall("Watch", inStream ? Shape.ServerStreaming : Shape.Unary) { Single = [], Cancelled = hangUp.Token };
        var run = backend.RunAsync(call);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await hangUp.CancelAsync();
        await run;
        Assert.Equal("CALLER_GONE", call.Error!.Reason);
        await aborted.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Edge_that_fails_is_not_the_backends_fault()
    {
        await using var backend = await StartAsync(PlayAsync);
        var call = new RecordingCall("good", Shape.ServerStreaming) { Single = [], OnMessage = () => throw new InvalidOperationException("bug") };
        await backend.RunAsync(call);
        Assert.Equal("INTERNAL", call.Error!.Reason);
        Assert.Equal(Blame.Gateway, call.Error.Blame);
    }

    [Fact]
    public async Task Edge_that_cannot_end_its_answer_learns_of_it()
    {
        await using var backend = await StartAsync(PlayAsync);
        var call = new RecordingCall("good") { Single = [], OnEnd = () => throw new InvalidOperationException("bug") };
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(async () => await backend.Upstreams.DispatchAsync(call));
        Assert.Equal("bug", thrown.Message);
        Assert.Equal(1, call.Ends);
    }

    [Fact]
    public async Task Nobody_there_is_unreachable()
    {
        var gone = await StartAsync(PlayAsync);
        var address = gone.Address;
        await gone.DisposeAsync();
        await using var upstreams = CreateUpstreams(address, UpstreamProtocol.Grpc);
        var call = RecordingCall.Unary("Get");
        await upstreams.DispatchAsync(call);
        Assert.Equal("BACKEND_UNREACHABLE", call.Error!.Reason);
        Assert.Equal(RetryAdvice.Safe, call.Error.Retry);
        var probe = Assert.Single(await upstreams.ProbeAsync(default));
        Assert.False(probe.Reachable);
        Assert.NotNull(probe.Why);
    }

    [Fact]
    public async Task Http1_server_is_not_grpc()
    {
        await using var backend = await StartAsync(PlayAsync, http: Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http1);
        var call = await backend.RunAsync(RecordingCall.Unary("good"));
        Assert.Contains(call.Error!.Reason, new[] { "BACKEND_PROTOCOL", "BACKEND_LOST" });
        Assert.True(Assert.Single(await backend.Upstreams.ProbeAsync(default)).Reachable);
    }

    private static async Task PlayAsync(HttpContext context)
    {
        while (await ReadAsync(context) is not null)
        {
        }

        switch (context.Request.Path.Value!["/t.S/".Length..])
        {
            case "good": await AnswerAsync(context, "0", Frame("ok")); break;
            case "html200": await HtmlAsync(context, 200); break;
            case "html503": await HtmlAsync(context, 503); break;
            case "html404": await HtmlAsync(context, 404); break;
            case "web": context.Response.ContentType = "application/grpc-web"; await AnswerAsync(context, "0", Frame("secret")); break;
            case "notype": await context.Response.Body.WriteAsync(Frame("secret")); break;
            case "nothing": break;
            case "notrailers": await AnswerAsync(context, null, Frame("x")); break;
            case "two": await AnswerAsync(context, "0", Frame("x"), Frame("y")); break;
            case "none": await AnswerAsync(context, "0"); break;
            case "flag": await AnswerAsync(context, "0", [7, 0, 0, 0, 1, 1]); break;
            case "half": await AnswerAsync(context, "0", Frame("secret")[..^1]); break;
            case "halfprefix": await AnswerAsync(context, "0", [0, 0, 0]); break;
            case "huge": await AnswerAsync(context, "0", [0, 0xff, 0xff, 0xff, 0xff, 1]); break;
            case "bomb": context.Response.Headers["grpc-encoding"] = "gzip"; await AnswerAsync(context, "0", Frame(new byte[20_000_000], gzip: true)); break;
            case "badgzip": context.Response.Headers["grpc-encoding"] = "gzip"; await AnswerAsync(context, "0", [1, 0, 0, 0, 3, 1, 2, 3]); break;
            case "unasked": context.Response.Headers["grpc-encoding"] = "zstd"; await AnswerAsync(context, "0", Frame("x", gzip: true)); break;
            case "dies":
                await AnswerAsync(context, null, Frame("x"));
                await context.Response.Body.FlushAsync();
                await Task.Delay(100);
                context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpResetFeature>()!.Reset(2);
                break;
            case "diesfirst": context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpResetFeature>()!.Reset(2); break;
            case "odd": await AnswerAsync(context, "99"); break;
            case "oddtext": await AnswerAsync(context, "fine", Frame("x")); break;
            case "late": await AnswerAsync(context, "10", Frame("x")); break;
        }
    }

    private static Task HtmlAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html";
        return context.Response.WriteAsync("<h1>secret</h1>");
    }
}
