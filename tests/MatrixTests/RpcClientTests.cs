using Google.Protobuf;
using Google.Protobuf.Reflection;
using ProtocolGateway.TestKit.Matrix;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace MatrixTests;

/// <summary>What others use to call by Connect, gRPC and gRPC-Web, from npm: connect-node and grpc-js.</summary>
public sealed class RpcClientTests(Fixture fixture) : MatrixTest(fixture)
{
    [Fact]
    public async Task Connect_node_calls_by_each_of_its_protocols()
    {
        const string Answers = "true yes too n1,n2,n3 yes true hello a,hello b NotFound asked to fail google.rpc.RetryInfo n1 DataLoss DeadlineExceeded";
        const string WithoutStreams = "true yes too n1,n2,n3 yes NotFound asked to fail google.rpc.RetryInfo n1 DataLoss DeadlineExceeded";
        var output = await RunAsync("connect.mjs", _fixture.Gateway.Address.ToString().TrimEnd('/'));
        Assert.Equal(
            $"""
            connect: {Answers}
            connect json: {Answers}
            connect get: {Answers}
            connect get json: {WithoutStreams}
            connect gzip: {Answers}
            grpc: {Answers}
            grpc json: {Answers}
            grpc gzip: {Answers}
            grpc-web: {WithoutStreams}
            grpc-web gzip: {Answers}
            """,
            output);
    }

    [Fact]
    public async Task Grpc_js_calls_in_all_four_shapes()
    {
        var output = await RunAsync("grpc-js.mjs", $"127.0.0.1:{_fixture.Gateway.Port}");
        var expected = string.Join('\n', ((string[])["plain", "gzip"]).Select(static kind =>
            $"""
            {kind} say 1152921504606846976
            {kind} metadata yes too
            {kind} count n1,n2,n3 OK
            {kind} failed n1 DATA_LOSS
            {kind} sum a,b,c
            {kind} echo OK 3
            {kind} error NOT_FOUND asked to fail
            {kind} late DEADLINE_EXCEEDED
            {kind} cancel CANCELLED
            """));
        Assert.Equal(expected, output);
        Assert.Contains(_fixture.Backend.Calls, static call => call.Headers.GetValue("x-tenant") == "blue");
    }

    private async Task<string> RunAsync(string script, string address)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Clients");
        var missing = await NodeScript.InstallAsync(folder);
        Assert.SkipWhen(missing is not null, missing ?? "");
        var descriptors = Path.Combine(Directory.CreateTempSubdirectory("matrix").FullName, "matrix.protoset");
        await File.WriteAllBytesAsync(descriptors, Descriptors(), TestContext.Current.CancellationToken);
        var (code, output) = await NodeScript.RunAsync("node", folder, script, address, descriptors);
        Directory.Delete(Path.GetDirectoryName(descriptors)!, recursive: true);
        Assert.True(code == 0, output);
        return output.Trim();
    }

    // The contract and all that it imports, what is imported first.
    private static byte[] Descriptors()
    {
        var set = new FileDescriptorSet();
        var known = new HashSet<string>();
        Add(MatrixReflection.Descriptor);
        return set.ToByteArray();

        void Add(FileDescriptor file)
        {
            if (!known.Add(file.Name))
                return;
            foreach (var import in file.Dependencies)
                Add(import);
            var proto = FileDescriptorProto.Parser.ParseFrom(file.SerializedData);
            // The generated code's own descriptors leave them out.
            foreach (var field in proto.MessageType.SelectMany(static m => m.Field))
                field.JsonName = file.MessageTypes.SelectMany(static m => m.Fields.InDeclarationOrder()).First(f => f.Name == field.Name).JsonName;
            set.File.Add(proto);
        }
    }
}
