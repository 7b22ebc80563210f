using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;
using Xunit;

namespace MatrixTests;

/// <summary>gRPC, gRPC-Web and Connect x HTTP (OpenAPI), on real sockets: the answer, and what the backend received.</summary>
public sealed class RpcToHttpTests(Fixture fixture) : MatrixTest(fixture)
{
    private const string Grpc = "grpc", Web = "grpc-web";

    [Theory]
    [InlineData(Grpc)]
    [InlineData(Web)]
    public async Task A_call_reaches_the_backend_as_its_HTTP_request_with_headers_both_ways(string kind)
    {
        using var channel = Open(kind);
        using var call = Call(channel, "GetItem", Message((1, "a/b"), (2, 3)), new() { { "x-tenant", "blue" }, { "x-forwarded-host", "spoofed" } });
        var answer = await call;

        // The backend echoes the segment as it came.
        Assert.Equal(Message((1, "a%2Fb")), answer);
        Assert.Equal("items", (await call.ResponseHeadersAsync).GetValue("x-backend"));
        var received = Assert.Single(_fixture.Backend.Requests);
        Assert.Equal(("GET", "/base/items/a%2Fb?depth=3", ""), (received.Method, received.Target, received.Body));
        Assert.Equal(("blue", "application/json"), (received.Headers["x-tenant"], received.Headers["accept"]));
        Assert.DoesNotContain(received.Headers.Keys, static n => n is "te" or "grpc-timeout" or "grpc-encoding" or "content-type" or "x-grpc-web");
    }

    [Theory]
    [InlineData(Grpc)]
    [InlineData(Web)]
    public async Task A_body_arrives_as_JSON_and_comes_back(string kind)
    {
        using var channel = Open(kind);
        var item = Message((1, "é\"\n"), (2, 1L << 60));
        using var call = Call(channel, "CreateItem", Message((1, item)));
        Assert.Equal(item, await call);
        var received = Assert.Single(_fixture.Backend.Requests);
        Assert.Equal(("POST", "/base/items", "application/json"), (received.Method, received.Target, received.Headers["content-type"]));
        using var json = JsonDocument.Parse(received.Body);
        Assert.Equal(("é\"\n", 1L << 60), (json.RootElement.GetProperty("id").GetString(), json.RootElement.GetProperty("count").GetInt64()));
    }

    [Fact]
    public async Task Connect_speaks_JSON_and_protobuf()
    {
        using var json = await ConnectAsync("GetItem", "application/json", """{"id":"7","notKnown":1}"""u8.ToArray());
        Assert.Equal(HttpStatusCode.OK, json.StatusCode);
        Assert.Equal("""{"id":"7"}""", await json.Content.ReadAsStringAsync());
        Assert.Equal("items", Assert.Single(json.Headers.GetValues("x-backend")));
        // A GET of the contract changes nothing, so it may be one of Connect's too.
        using var get = await _fixture.Client.GetAsync("/items.Items/GetItem?connect=v1&encoding=json&message=%7B%22id%22%3A%229%22%7D");
        Assert.Equal("""{"id":"9"}""", await get.Content.ReadAsStringAsync());
        using var proto = await ConnectAsync("GetItem", "application/proto", Message((1, "8")));
        Assert.Equal(Message((1, "8")), await proto.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task The_status_of_the_service_becomes_gRPCs_and_its_page_stays_private()
    {
        _fixture.Gateway.Log.Expect("The service items answered 500.");
        using var channel = Open(Grpc);
        using var call = Call(channel, "GetItem", Message((1, "broken")));
        var error = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal(StatusCode.Internal, error.StatusCode);
        Assert.DoesNotContain("secret", error.Status.Detail, StringComparison.Ordinal);
        using var connect = await ConnectAsync("GetItem", "application/json", """{"id":"broken"}"""u8.ToArray());
        Assert.Equal(500, (int)connect.StatusCode);
        Assert.DoesNotContain("secret", await connect.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Grpc)]
    [InlineData(Web)]
    [InlineData("connect")]
    public async Task A_deadline_ends_the_call_at_the_client_and_at_the_backend(string kind)
    {
        _fixture.Gateway.Log.Expect("The deadline passed");
        if (kind == "connect")
        {
            using var answer = await ConnectAsync("GetItem", "application/json", """{"id":"slow"}"""u8.ToArray(), ("Connect-Timeout-Ms", "1500"));
            Assert.Equal(504, (int)answer.StatusCode);
        }
        else
        {
            using var channel = Open(kind);
            using var call = Call(channel, "GetItem", Message((1, "slow")), deadline: DateTime.UtcNow.AddMilliseconds(1500));
            Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
        }

        await CancelledAsync();
    }

    [Theory]
    [InlineData(Grpc)]
    [InlineData(Web)]
    public async Task A_client_that_cancels_cancels_the_backends_request(string kind)
    {
        using var channel = Open(kind);
        using var cancel = new CancellationTokenSource();
        using var call = Call(channel, "GetItem", Message((1, "slow")), cancel: cancel.Token);
        while (_fixture.Backend.Requests.IsEmpty)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        await cancel.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
        await CancelledAsync();
    }

    [Fact]
    public async Task A_path_that_the_contract_does_not_have_and_a_message_that_makes_no_request_reach_no_backend()
    {
        using var channel = Open(Grpc);
        using var missing = Call(channel, "DeleteItem", []);
        Assert.Equal(StatusCode.Unimplemented, (await Assert.ThrowsAsync<RpcException>(async () => await missing)).StatusCode);
        using var dots = Call(channel, "GetItem", Message((1, "..")));
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await dots)).StatusCode);
        using var noBody = Call(channel, "CreateItem", []);
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await noBody)).StatusCode);
        using var broken = Call(channel, "CreateItem", [10, 200, 1]);
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await broken)).StatusCode);
        Assert.Empty(_fixture.Backend.Requests);
    }

    private async Task CancelledAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!_fixture.Backend.Cancelled.Contains("slow"))
            await Task.Delay(10, limit.Token);
    }

    private GrpcChannel Open(string kind)
    {
        HttpMessageHandler handler = new SocketsHttpHandler();
        return GrpcChannel.ForAddress(_fixture.Gateway.Address, new() { HttpHandler = kind == Grpc ? handler : new GrpcWebHandler(GrpcWebMode.GrpcWeb, handler), DisposeHttpClient = true });
    }

    private static AsyncUnaryCall<byte[]> Call(GrpcChannel channel, string method, byte[] message, Metadata? headers = null, DateTime? deadline = null, CancellationToken cancel = default)
    {
        var bytes = Marshallers.Create(static (byte[] b) => b, static b => b);
        return channel.CreateCallInvoker().AsyncUnaryCall(
            new Method<byte[], byte[]>(MethodType.Unary, "items.Items", method, bytes, bytes), null, new(headers ?? [], deadline, cancel), message);
    }

    private Task<HttpResponseMessage> ConnectAsync(string method, string type, byte[] body, params ReadOnlySpan<(string Name, string Value)> headers)
    {
        var request = ConnectRequest(method, type, body);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return _fixture.Client.SendAsync(request);
    }

    private static HttpRequestMessage ConnectRequest(string method, string type, byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        var request = new HttpRequestMessage(HttpMethod.Post, "/items.Items/" + method) { Content = content };
        request.Headers.Add("Connect-Protocol-Version", "1");
        return request;
    }

    private static byte[] Message(params ReadOnlySpan<(int Number, object Value)> fields)
    {
        var buffer = new MemoryStream();
        var output = new CodedOutputStream(buffer);
        foreach (var (number, value) in fields)
        {
            output.WriteTag(number, value is int or long ? WireFormat.WireType.Varint : WireFormat.WireType.LengthDelimited);
            if (value is string or byte[])
                output.WriteBytes(ByteString.CopyFrom(value as byte[] ?? Encoding.UTF8.GetBytes((string)value)));
            else
                output.WriteInt64(Convert.ToInt64(value));
        }

        output.Flush();
        return buffer.ToArray();
    }
}
