using Grpc.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto;
using Xunit;
using MatrixReflection = ProtocolGateway.TestKit.Matrix.MatrixReflection;

namespace ProtocolGateway.UnitTests.Contracts.Proto;

public sealed class ReflectionReaderTests
{
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
        Assert.Equal(server.Urls.First() + "/", content.Operations[0].Source.Source);
    }

    [Fact]
    public async Task A_server_without_reflection_is_one_error_that_says_so()
    {
        await using var server = await StartAsync(app => app.MapGrpcService<TestKit.Backends.MatrixService>());
        var content = await ReflectionReader.ReadReflectionAsync(new Uri(server.Urls.First()), TestContext.Current.CancellationToken);
        Assert.Contains("does not offer reflection", Assert.Single(content.Diagnostics).Message, StringComparison.Ordinal);
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
