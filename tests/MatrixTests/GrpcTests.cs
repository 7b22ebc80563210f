using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;
using ProtocolGateway.TestKit.Matrix;
using Xunit;

namespace MatrixTests;

/// <summary>gRPC and gRPC-Web x gRPC, on real sockets, with gRPC for .NET as the client: every shape, and what the backend received.</summary>
public sealed class GrpcTests(Fixture fixture) : MatrixTest(fixture)
{
    private const string Grpc = "grpc", Web = "grpc-web", WebText = "grpc-web-text";

    [Theory]
    [InlineData(Grpc)]
    [InlineData(Web)]
    [InlineData(WebText)]
    public async Task A_unary_call_brings_message_metadata_and_deadline_and_takes_back_all_three(string kind)
    {
        using var channel = Open(kind);
        var headers = new Metadata { { "x-tenant", "blue" }, { "key-bin", [0, 255, 7] } };
        using var call = new Matrix.MatrixClient(channel).SayAsync(new SayRequest { Name = "é", Number = 1L << 60, Tags = { "a" }, At = new Timestamp { Seconds = 5 } }, headers, DateTime.UtcNow.AddSeconds(30));
        var reply = await call;

        Assert.Equal("hello é", reply.Text);
        Assert.Equal(1L << 60, reply.Number);
        Assert.Equal("yes", (await call.ResponseHeadersAsync).GetValue("x-answer"));
        Assert.Equal("too", call.GetTrailers().GetValue("x-late"));
        var received = Assert.Single(_fixture.Backend.Calls);
        Assert.Equal(new SayRequest { Name = "é", Number = 1L << 60, Tags = { "a" }, At = new Timestamp { Seconds = 5 } }, Assert.Single(received.Messages));
        Assert.Equal("blue", received.Headers.GetValue("x-tenant"));
        Assert.Equal([0, 255, 7], received.Headers.GetValueBytes("key-bin"));
        Assert.InRange((received.Deadline - DateTime.UtcNow).TotalSeconds, 0, 30);
    }

    [Theory]
    [InlineData(Grpc)]
    [InlineData(Web)]
    [InlineData(WebText)]
    public async Task A_server_stream_comes_message_by_message_with_its_trailers(string kind)
    {
        using var channel = Open(kind);
        using var call = new Matrix.MatrixClient(channel).Count(new CountRequest { To = 300 });
        var texts = new List<string>();
        await foreach (var reply in call.ResponseStream.ReadAllAsync())
            texts.Add(reply.Text);
        Assert.Equal(Enumerable.Range(1, 300).Select(static i => "n" + i), texts);
        Assert.Equal("yes", call.GetTrailers().GetValue("x-counted"));
    }

    [Theory]
    [InlineData(Grpc)]
    [InlineData(Web)]
    public async Task A_client_stream_arrives_whole_and_in_order(string kind)
    {
        using var channel = Open(kind);
        using var call = new Matrix.MatrixClient(channel).Sum();
        foreach (var name in (string[])["a", "b", "c"])
            await call.RequestStream.WriteAsync(new SayRequest { Name = name, Number = 2 });
        await call.RequestStream.CompleteAsync();
        Assert.Equal(new SayReply { Text = "a,b,c", Number = 6 }, await call);
        Assert.Equal(3, Assert.Single(_fixture.Backend.Calls).Messages.Count);
    }

    [Fact]
    public async Task Both_sides_of_a_stream_speak_in_turn()
    {
        using var channel = Open(Grpc);
        using var call = new Matrix.MatrixClient(channel).Echo();
        for (var i = 0; i < 3; i++)
        {
            await call.RequestStream.WriteAsync(new SayRequest { Name = "m" + i });
            Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
            Assert.Equal("hello m" + i, call.ResponseStream.Current.Text);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(Grpc, StatusCode.NotFound)]
    [InlineData(Grpc, StatusCode.Unavailable)]
    [InlineData(Web, StatusCode.FailedPrecondition)]
    [InlineData(WebText, StatusCode.Aborted)]
    public async Task A_backends_status_comes_with_what_its_callers_may_know(string kind, StatusCode code)
    {
        using var channel = Open(kind);
        var error = await Assert.ThrowsAsync<RpcException>(async () => await new Matrix.MatrixClient(channel).SayAsync(new SayRequest { FailCode = (int)code }));
        Assert.Equal(code, error.StatusCode);
        var details = Google.Rpc.Status.Parser.ParseFrom(error.Trailers.GetValueBytes("grpc-status-details-bin")).Details;
        Assert.Equal("google.rpc.RetryInfo", Any.GetTypeName(Assert.Single(details).TypeUrl));
    }

    [Theory]
    [InlineData(Grpc)]
    [InlineData(Web)]
    public async Task A_stream_that_fails_has_what_came_before(string kind)
    {
        using var channel = Open(kind);
        using var call = new Matrix.MatrixClient(channel).Count(new CountRequest { To = 3, FailAfter = 2 });
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(StatusCode.DataLoss, error.StatusCode);
    }

    [Theory]
    [InlineData(Grpc)]
    [InlineData(Web)]
    public async Task A_deadline_ends_the_call_on_both_sides(string kind)
    {
        using var channel = Open(kind);
        var error = await Assert.ThrowsAsync<RpcException>(async () => await new Matrix.MatrixClient(channel).SayAsync(new SayRequest { WaitMs = 20_000 }, deadline: DateTime.UtcNow.AddSeconds(1)));
        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        await UntilCancelledAsync();
    }

    [Theory]
    [InlineData(Grpc)]
    [InlineData(Web)]
    public async Task A_client_that_cancels_cancels_the_backend(string kind)
    {
        using var channel = Open(kind);
        using var call = new Matrix.MatrixClient(channel).Count(new CountRequest { To = 100_000, WaitMs = 20 });
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        call.Dispose();
        await UntilCancelledAsync();
    }

    [Fact]
    public async Task Compressed_requests_are_read()
    {
        using var channel = Open(Grpc);
        var headers = new Metadata { { "grpc-internal-encoding-request", "gzip" } };
        var name = new string('x', 10_000);
        Assert.Equal("hello " + name, (await new Matrix.MatrixClient(channel).SayAsync(new SayRequest { Name = name }, headers)).Text);
        Assert.Equal(name, ((SayRequest)Assert.Single(Assert.Single(_fixture.Backend.Calls).Messages)).Name);
    }

    [Fact]
    public async Task What_is_too_large_is_refused_before_the_backend()
    {
        using var channel = Open(Grpc);
        var large = new SayRequest { Name = new string('x', 5 * 1024 * 1024) };
        var error = await Assert.ThrowsAsync<RpcException>(async () => await new Matrix.MatrixClient(channel).SayAsync(large));
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        using var call = new Matrix.MatrixClient(channel).Echo();
        // The answer may end the call while the message is still on its way.
        await Record.ExceptionAsync(() => call.RequestStream.WriteAsync(large));
        error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.Empty(_fixture.Backend.Calls);
    }

    [Theory]
    [InlineData(Grpc)]
    [InlineData(Web)]
    public async Task A_method_that_is_not_there_is_UNIMPLEMENTED_and_no_backend_is_asked(string kind)
    {
        using var channel = Open(kind);
        var method = new Method<SayRequest, SayReply>(MethodType.Unary, "matrix.v1.Matrix", "Nothing", Marshallers.Create(static m => m.ToByteArray(), SayRequest.Parser.ParseFrom), Marshallers.Create(static m => m.ToByteArray(), SayReply.Parser.ParseFrom));
        using var call = channel.CreateCallInvoker().AsyncUnaryCall(method, null, new CallOptions(), new SayRequest());
        var error = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
        Assert.Contains("/matrix.v1.Matrix/Nothing", error.Status.Detail, StringComparison.Ordinal);
        Assert.Empty(_fixture.Backend.Calls);
    }

    private GrpcChannel Open(string kind)
    {
        HttpMessageHandler handler = new SocketsHttpHandler();
        if (kind != Grpc)
            handler = new GrpcWebHandler(kind == Web ? GrpcWebMode.GrpcWeb : GrpcWebMode.GrpcWebText, handler);
        return GrpcChannel.ForAddress(_fixture.Gateway.Address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }

    private async Task UntilCancelledAsync()
    {
        for (var i = 0; i < 500 && _fixture.Backend.Cancelled.IsEmpty; i++)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Single(_fixture.Backend.Cancelled);
    }
}
