using System.Net.Sockets;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Reflection.V1;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.Proto;

/// <summary>Asks a gRPC server for its descriptors.</summary>
public static class ReflectionReader
{
    // A large company's largest set has some thousand files; a server that names more than this is broken or hostile.
    private const int MaxFiles = 20_000;

    private const int MaxMessageBytes = 64 * 1024 * 1024;

    // Reflection answers in milliseconds; a server that takes longer than this must not hold up the start of the gateway.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Everything that the server at an address offers, by grpc.reflection.v1 or, where the server does not have that, v1alpha.
    /// Failures are diagnostics; only the caller's own cancellation throws.
    /// </summary>
    public static async Task<ContractContent> ReadReflectionAsync(Uri address, CancellationToken cancellation)
    {
        var source = address.ToString();
        var diagnostics = new List<Diagnostic>();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(Timeout);
        try
        {
            using var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { MaxReceiveMessageSize = MaxMessageBytes });
            var set = await AskAsync(channel, "grpc.reflection.v1.ServerReflection", source, diagnostics, timeout.Token)
                ?? await AskAsync(channel, "grpc.reflection.v1alpha.ServerReflection", source, diagnostics, timeout.Token);
            if (set is null)
                return DescriptorSetReader.Failed(source, "The server does not offer reflection, neither v1 nor v1alpha. Switch it on there, or name a .proto file or descriptor set instead.");
            var content = ProtoModelBuilder.Build(set, source);
            return content with { Diagnostics = [.. diagnostics, .. content.Diagnostics] };
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested
            && e is RpcException or OperationCanceledException or HttpRequestException or IOException or SocketException or ArgumentException or InvalidOperationException)
        {
            var reason = e is RpcException rpc ? $"{rpc.StatusCode}: {rpc.Status.Detail}" : timeout.IsCancellationRequested ? $"no answer within {Timeout.TotalSeconds:0} s" : e.Message;
            return DescriptorSetReader.Failed(source, $"Reflection failed: {reason}. Check that the server runs at this address, speaks HTTP/2 and offers reflection.");
        }
    }

    // Null where the server does not know that version of the protocol. Both versions have the same messages, but for the package.
    private static async Task<FileDescriptorSet?> AskAsync(GrpcChannel channel, string service, string source, List<Diagnostic> diagnostics, CancellationToken cancellation)
    {
        var method = new Method<ServerReflectionRequest, ServerReflectionResponse>(
            MethodType.DuplexStreaming,
            service,
            "ServerReflectionInfo",
            Marshallers.Create(static m => m.ToByteArray(), ServerReflectionRequest.Parser.ParseFrom),
            Marshallers.Create(static m => m.ToByteArray(), ServerReflectionResponse.Parser.ParseFrom));
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(method, host: null, new CallOptions(cancellationToken: cancellation));
        try
        {
            var listed = await RoundTripAsync(call, new ServerReflectionRequest { ListServices = "*" }, cancellation);
            if (listed.ErrorResponse is { } error)
            {
                if (error.ErrorCode == (int)StatusCode.Unimplemented)
                    return null;
                throw new InvalidOperationException($"the server does not list its services ({error.ErrorMessage})");
            }

            return await CollectAsync(call, listed.ListServicesResponse, source, diagnostics, cancellation);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
        {
            return null;
        }
    }

    private static async Task<FileDescriptorSet> CollectAsync(
        AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> call,
        ListServiceResponse? services,
        string source,
        List<Diagnostic> diagnostics,
        CancellationToken cancellation)
    {
        var files = new Dictionary<string, FileDescriptorProto>(StringComparer.Ordinal);
        var missing = new Queue<string>();
        var asked = new HashSet<string>(StringComparer.Ordinal);
        foreach (var service in services?.Service ?? [])
        {
            if (service.Name.StartsWith("grpc.reflection.", StringComparison.Ordinal) || service.Name.StartsWith("grpc.health.", StringComparison.Ordinal))
                continue;
            var answer = await RoundTripAsync(call, new ServerReflectionRequest { FileContainingSymbol = service.Name }, cancellation);
            Take(answer, "service " + service.Name, source, files, missing, diagnostics);
        }

        while (missing.TryDequeue(out var name) && files.Count < MaxFiles)
        {
            if (files.ContainsKey(name) || !asked.Add(name) || WellKnownFiles.Find(name) is not null)
                continue;
            var answer = await RoundTripAsync(call, new ServerReflectionRequest { FileByFilename = name }, cancellation);
            Take(answer, "file " + name, source, files, missing, diagnostics);
        }

        await call.RequestStream.CompleteAsync();
        return new FileDescriptorSet { File = { files.Values } };
    }

    private static void Take(ServerReflectionResponse answer, string asked, string source, Dictionary<string, FileDescriptorProto> files, Queue<string> missing, List<Diagnostic> diagnostics)
    {
        if (answer.FileDescriptorResponse is not { } found)
        {
            diagnostics.Add(new(Severity.Warning, new(source, ""), $"The server lists {asked} and does not describe it ({answer.ErrorResponse?.ErrorMessage}); what needs it is left out."));
            return;
        }

        foreach (var bytes in found.FileDescriptorProto)
        {
            try
            {
                var file = FileDescriptorProto.Parser.ParseFrom(bytes);
                if (!files.TryAdd(file.Name, file))
                    continue;
                foreach (var import in file.Dependency)
                    missing.Enqueue(import);
            }
            catch (InvalidProtocolBufferException e)
            {
                diagnostics.Add(new(Severity.Warning, new(source, ""), $"The server's descriptor of {asked} is left out: it cannot be read ({e.Message})"));
            }
        }
    }

    private static async Task<ServerReflectionResponse> RoundTripAsync(
        AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> call, ServerReflectionRequest request, CancellationToken cancellation)
    {
        try
        {
            await call.RequestStream.WriteAsync(request, cancellation);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            // The server has ended the call; reading tells the status. A write that was under way then is told "cancelled", whatever the status is.
        }

        return await call.ResponseStream.MoveNext(cancellation)
            ? call.ResponseStream.Current
            : throw new InvalidOperationException("the server ended the call before it had answered");
    }
}
