using Grpc.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto;
using ProtocolGateway.Upstreams.Grpc.Http2;
using UnitTests.Upstreams.Wire;
using Xunit;
using MatrixReflection = ProtocolGateway.TestKit.Matrix.MatrixReflection;

namespace ProtocolGateway.UnitTests.Contracts.Proto;

public sealed class ReflectionReaderTests
{
    // SETTINGS_INITIAL_WINDOW_SIZE (RFC 9113, section 6.5.2).
    private const int InitialWindowSize = 4;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_services_of_a_server_are_read_by_v1_and_by_v1alpha(bool v1)
    {
        await using var server = await StartAsync(app =>
        {
            if (v1)
                app.MapGrpcService<ReflectionV1ServiceImpl>();
            else
                app.MapGrpcService<ReflectionServiceImpl>();
        });
        var content = await ReflectionReader.ReadReflectionAsync(new Uri(server.Urls.First()), TestContext.Current.CancellationToken);
        Assert.Empty(content.Diagnostics);
        Assert.Equal(MatrixReflection.Descriptor.Services[0].Methods.Select(m => m.FullName), content.Operations.Select(o => o.FullName));
        Assert.NotEmpty(content.Operations[0].HttpRules);
        // Kept, so that the gateway can tell of them again.
        Assert.Contains(content.Files, static f => f.Name.EndsWith("matrix.proto", StringComparison.Ordinal));
        Assert.Equal(server.Urls.First() + "/", content.Operations[0].Source.Source);
    }

    [Fact]
    public async Task A_server_without_reflection_is_one_error_that_says_so()
    {
        await using var server = await StartAsync(app => app.MapGrpcService<TestKit.Backends.MatrixService>());
        var content = await ReflectionReader.ReadReflectionAsync(new Uri(server.Urls.First()), TestContext.Current.CancellationToken);
        Assert.Contains("does not offer reflection", Assert.Single(content.Diagnostics).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_refuses_while_it_is_still_asked_does_not_offer_reflection()
    {
        // No window, so that the question is still on its way when the refusal comes and resets the stream, as servers do that read no more.
        await using var backend = RawBackend.Grpc(async (peer, _) =>
        {
            await peer.OpenAsync((InitialWindowSize, 0));
            while (await peer.ReadAsync() is { } frame)
            {
                if (frame.Type != Http2FrameType.Headers)
                    continue;
                var refusal = Http2Peer.Block((":status", "200"), ("content-type", "application/grpc"), ("grpc-status", "12"));
                await peer.SendBytesAsync(
                [
                    .. Http2Peer.Frame(Http2FrameType.Headers, Http2Peer.EndBoth, frame.StreamId, refusal),
                    .. Http2Peer.Frame(Http2FrameType.RstStream, 0, frame.StreamId, [0, 0, 0, 0]),
                ]);
            }
        });
        // Which of the two the client sees first is a matter of chance.
        for (var i = 0; i < 20; i++)
        {
            var content = await ReflectionReader.ReadReflectionAsync(backend.Address, TestContext.Current.CancellationToken);
            Assert.Contains("does not offer reflection", Assert.Single(content.Diagnostics).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("ftp://127.0.0.1:1")]
    public async Task A_server_that_cannot_be_reached_is_one_error(string address)
    {
        var content = await ReflectionReader.ReadReflectionAsync(new Uri(address), TestContext.Current.CancellationToken);
        Assert.Equal(Severity.Error, Assert.Single(content.Diagnostics).Severity);
        Assert.Empty(content.Operations);
    }

    private static async Task<WebApplication> StartAsync(Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        var services = MatrixReflection.Descriptor.Services.Concat(Grpc.Reflection.V1.ReflectionReflection.Descriptor.Services).ToList();
        builder.Services.AddSingleton(new ReflectionServiceImpl(services));
        builder.Services.AddSingleton(new ReflectionV1ServiceImpl(services));
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return app;
    }
}
