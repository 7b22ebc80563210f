using System.Net;
using System.Text;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using ProtocolGateway.TestKit.Running;
using Xunit;
using Status = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace MatrixTests;

/// <summary>grpc.health.v1, with the client of gRPC for .NET: the gateway's own answer.</summary>
public sealed class HealthTests(Fixture fixture) : MatrixTest(fixture)
{
    [Theory]
    [InlineData("")]
    [InlineData("matrix.v1.Matrix")]
    [InlineData("items.Items")]
    [InlineData("grpc.health.v1.Health")]
    public async Task The_gateway_and_each_of_its_services_serve(string service)
    {
        using var channel = GrpcChannel.ForAddress(_fixture.Gateway.Address);
        Assert.Equal(Status.Serving, (await new Health.HealthClient(channel).CheckAsync(new() { Service = service })).Status);
        Assert.Empty(_fixture.Backend.Calls);
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_not_found_and_watched_all_the_same()
    {
        using var channel = GrpcChannel.ForAddress(_fixture.Gateway.Address);
        var client = new Health.HealthClient(channel);
        var error = await Assert.ThrowsAsync<RpcException>(async () => await client.CheckAsync(new() { Service = "items" }));
        Assert.Equal(StatusCode.NotFound, error.StatusCode);
        using var watch = client.Watch(new() { Service = "items" }, deadline: DateTime.UtcNow.AddSeconds(1));
        Assert.True(await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(Status.ServiceUnknown, watch.ResponseStream.Current.Status);
        error = await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
    }

    [Fact]
    public async Task Compressed_messages_and_the_longest_deadline_are_taken()
    {
        using var channel = GrpcChannel.ForAddress(_fixture.Gateway.Address);
        var headers = new Metadata { { "grpc-internal-encoding-request", "gzip" } };
        Assert.Equal(Status.Serving, (await new Health.HealthClient(channel).CheckAsync(new() { Service = "items.Items" }, headers)).Status);
        using var ask = new HttpRequestMessage(HttpMethod.Post, "/grpc.health.v1.Health/Check") { Content = new ByteArrayContent([0, 0, 0, 0, 0]), Version = new(2, 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        ask.Content.Headers.Add("Content-Type", "application/grpc");
        ask.Headers.Add("grpc-timeout", "99999999H");
        using var answer = await _fixture.Client.SendAsync(ask);
        Assert.Equal([0, 0, 0, 0, 2, 8, 1], await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Connect_asks_in_JSON()
    {
        using var ask = new HttpRequestMessage(HttpMethod.Post, "/grpc.health.v1.Health/Check") { Content = new StringContent("""{"service":"items.Items"}""", Encoding.UTF8, "application/json") };
        ask.Headers.Add("Connect-Protocol-Version", "1");
        using var answer = await _fixture.Client.SendAsync(ask);
        Assert.Equal((HttpStatusCode.OK, """{"status":"SERVING"}"""), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_watches_is_told_when_the_gateway_begins_to_stop(bool drains)
    {
        await using var gateway = await GatewayProcess.StartAsync(Fixture.Listeners + (drains ? "shutdown: { drainDelay: 2s }\n" : "") + "services:\n" + Fixture.ItemsService(_fixture.Backend));
        using var channel = GrpcChannel.ForAddress(gateway.Address);
        var client = new Health.HealthClient(channel);
        using var watch = client.Watch(new() { Service = "items.Items" });
        Assert.True(await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(Status.Serving, watch.ResponseStream.Current.Status);

        gateway.Signal("TERM");
        Assert.True(await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(Status.NotServing, watch.ResponseStream.Current.Status);
        if (drains)
            Assert.Equal(Status.NotServing, (await client.CheckAsync(new())).Status);
        var end = await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(StatusCode.Unavailable, end.StatusCode);
        Assert.Equal(0, await gateway.WaitForExitAsync(TimeSpan.FromSeconds(5)));
        gateway.Log.ThrowOnUndeclaredErrors();
    }
}
