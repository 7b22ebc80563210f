using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;
using Grpc.Reflection.V1;
using ProtocolGateway.TestKit.Matrix;
using ProtocolGateway.TestKit.Running;
using Xunit;
using Alpha = Grpc.Reflection.V1Alpha;

namespace MatrixTests;

/// <summary>Server reflection, with the client of gRPC for .NET: the gateway's own answer for its whole catalog.</summary>
public sealed class ReflectionTests(Fixture fixture) : MatrixTest(fixture)
{
    [Fact]
    public async Task All_services_are_listed_and_described_and_no_backend_is_asked()
    {
        using var channel = GrpcChannel.ForAddress(_fixture.Gateway.Address);
        var answers = await AskAsync(
            channel,
            new() { ListServices = "", Host = "h" },
            new() { FileContainingSymbol = "matrix.v1.Matrix" },
            new() { FileContainingSymbol = "items.Items.GetItem" },
            new() { FileByFilename = "google/protobuf/timestamp.proto" },
            new() { FileContainingSymbol = "nope.Nope" },
            new() { FileByFilename = "nope.proto" },
            new() { FileContainingExtension = new() { ContainingType = "matrix.v1.SayRequest", ExtensionNumber = 100 } },
            new() { AllExtensionNumbersOfType = "matrix.v1.SayRequest" },
            new() { AllExtensionNumbersOfType = "nope.Nope" },
            new());
        Assert.Equal(
            ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection", "items.Items", "matrix.v1.Matrix"],
            answers[0].ListServicesResponse.Service.Select(static s => s.Name));
        Assert.Equal("h", answers[0].ValidHost);
        Assert.Equal("h", answers[0].OriginalRequest.Host);

        // Imports go along, each once; together they are the contract.
        var files = answers.SelectMany(static a => a.FileDescriptorResponse?.FileDescriptorProto ?? []).ToList();
        Assert.Equal("matrix.proto", FileDescriptorProto.Parser.ParseFrom(files[0]).Name);
        var sent = files.Select(static f => FileDescriptorProto.Parser.ParseFrom(f)).DistinctBy(static f => f.Name).ToDictionary(static f => f.Name, StringComparer.Ordinal);
        Assert.Equal(files.Count - 1, sent.Count);
        var set = FileDescriptor.BuildFromByteStrings(Ordered(sent));
        Assert.Contains(set.SelectMany(static f => f.Services), static s => s.FullName == "items.Items" && s.Methods.Count == 2);
        Assert.Equal(
            MatrixReflection.Descriptor.Services[0].Methods.Select(static m => m.Name),
            set.SelectMany(static f => f.Services).Single(static s => s.FullName == "matrix.v1.Matrix").Methods.Select(static m => m.Name));

        Assert.Equal([5, 5, 5, 0, 5, 3], answers.Skip(4).Select(static a => a.ErrorResponse?.ErrorCode ?? 0));
        Assert.Equal("matrix.v1.SayRequest", answers[7].AllExtensionNumbersResponse.BaseTypeName);
        Assert.Empty(_fixture.Backend.Calls);
    }

    [Fact]
    public async Task Tools_of_the_first_version_are_answered_too_and_over_gRPC_Web()
    {
        using var channel = GrpcChannel.ForAddress(_fixture.Gateway.Address, new()
        {
            HttpHandler = new GrpcWebHandler(GrpcWebMode.GrpcWeb, new SocketsHttpHandler()),
            HttpVersion = new(2, 0),
            HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        });
        using var call = new Alpha.ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new() { ListServices = "" });
        await call.RequestStream.CompleteAsync();
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Contains(call.ResponseStream.Current.ListServicesResponse.Service, static s => s.Name == "items.Items");
        Assert.False(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Bytes_that_are_no_request_end_the_stream()
    {
        using var channel = GrpcChannel.ForAddress(_fixture.Gateway.Address);
        var bytes = Marshallers.Create(static (byte[] b) => b, static b => b);
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(
            new Method<byte[], byte[]>(MethodType.DuplexStreaming, "grpc.reflection.v1.ServerReflection", "ServerReflectionInfo", bytes, bytes), null, default);
        await call.RequestStream.WriteAsync([0xFF], TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
    }

    [Fact]
    public async Task Both_can_be_turned_off_and_a_reload_ends_streams_that_tell_of_what_was_before()
    {
        var services = "services:\n" + Fixture.ItemsService(_fixture.Backend);
        await using var gateway = await GatewayProcess.StartAsync(Fixture.Listeners + services);
        using var channel = GrpcChannel.ForAddress(gateway.Address);
        using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new() { ListServices = "" });
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        gateway.WriteConfig(Fixture.Listeners + "edges: { grpc: { reflection: false, health: false } }\n" + services);
        var ended = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(StatusCode.Unavailable, ended.StatusCode);
        var off = await Assert.ThrowsAsync<RpcException>(() => AskAsync(channel, new ServerReflectionRequest { ListServices = "" }));
        Assert.Equal(StatusCode.Unimplemented, off.StatusCode);
        gateway.Log.ThrowOnUndeclaredErrors();
    }

    private static async Task<List<ServerReflectionResponse>> AskAsync(GrpcChannel channel, params ServerReflectionRequest[] requests)
    {
        using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo();
        var answers = new List<ServerReflectionResponse>();
        foreach (var request in requests)
        {
            try
            {
                await call.RequestStream.WriteAsync(request);
            }
            catch (Exception e) when (e is InvalidOperationException or RpcException)
            {
                // The status is told by reading.
            }

            Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
            answers.Add(call.ResponseStream.Current);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        return answers;
    }

    private static List<ByteString> Ordered(Dictionary<string, FileDescriptorProto> files)
    {
        var done = new List<string>();
        void Visit(string name)
        {
            if (done.Contains(name))
                return;
            foreach (var import in files[name].Dependency)
                Visit(import);
            done.Add(name);
        }

        foreach (var name in files.Keys)
            Visit(name);
        return [.. done.Select(n => files[n].ToByteString())];
    }
}
