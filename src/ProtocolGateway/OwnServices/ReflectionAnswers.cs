using Google.Protobuf;
using Grpc.Reflection.V1;
using ProtocolGateway.Contracts.Proto;
using ProtocolGateway.Envelope.Buffers;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using Asked = Grpc.Reflection.V1.ServerReflectionRequest.MessageRequestOneofCase;
using Code = ProtocolGateway.Envelope.Errors.StatusCode;

namespace ProtocolGateway.OwnServices;

/// <summary>grpc.reflection.v1 and v1alpha, whose messages are the same, for the whole catalog. The index is made when the first client asks.</summary>
internal sealed class ReflectionAnswers(Lazy<DescriptorIndex> index)
{
    // Imports go along with the file that is asked for, so that clients need not ask for each; well below the 4 MiB that gRPC clients take.
    private const int MostBytes = 1024 * 1024;

    /// <summary>An <see cref="OwnService"/>.</summary>
    public async ValueTask<GatewayError?> AnswerAsync(GatewayCall call, CancellationToken cancel)
    {
        await call.OnHeadAsync(new AnswerHead(200, new()));
        using var message = new PooledBuffer();
        // A client is sent each file once, unless it asks for that one again.
        var sent = new HashSet<string>(StringComparer.Ordinal);
        while (await OwnMessages.ReadAsync(call, message, cancel))
        {
            if (OwnMessages.Parse(ServerReflectionRequest.Parser, message) is not { } request)
                return GatewayErrors.InvalidInput("The message cannot be read.");
            var answer = Answer(request, sent);
            answer.ValidHost = request.Host;
            answer.OriginalRequest = request;
            await OwnMessages.SendAsync(call, answer);
        }

        return null;
    }

    private ServerReflectionResponse Answer(ServerReflectionRequest request, HashSet<string> sent) => request.MessageRequestCase switch
    {
        Asked.ListServices => new() { ListServicesResponse = new() { Service = { index.Value.Services.Select(static s => new ServiceResponse { Name = s }) } } },
        Asked.FileByFilename => Files(index.Value.FindFile(request.FileByFilename), "file", request.FileByFilename, sent),
        Asked.FileContainingSymbol => Files(index.Value.FindSymbol(request.FileContainingSymbol), "symbol", request.FileContainingSymbol, sent),
        Asked.FileContainingExtension when request.FileContainingExtension is { } wanted =>
            Files(index.Value.FindExtension(wanted.ContainingType, wanted.ExtensionNumber), "extension", $"{wanted.ContainingType}[{wanted.ExtensionNumber}]", sent),
        Asked.AllExtensionNumbersOfType when index.Value.ExtensionsOf(request.AllExtensionNumbersOfType) is { } numbers =>
            new() { AllExtensionNumbersResponse = new() { BaseTypeName = request.AllExtensionNumbersOfType, ExtensionNumber = { numbers } } },
        Asked.AllExtensionNumbersOfType => Error(Code.NotFound, $"There is no message {request.AllExtensionNumbersOfType}."),
        _ => Error(Code.InvalidArgument, "The request asks for nothing."),
    };

    private ServerReflectionResponse Files(ServedFile? file, string what, string asked, HashSet<string> sent)
    {
        if (file is null)
            return Error(Code.NotFound, $"There is no {what} {asked}.");
        var found = new FileDescriptorResponse { FileDescriptorProto = { file.Bytes } };
        sent.Add(file.Name);
        var left = MostBytes - file.Bytes.Length;
        var pending = new Queue<string>(file.Dependencies);
        while (pending.TryDequeue(out var name))
        {
            if (index.Value.FindFile(name) is not { } import || import.Bytes.Length > left || !sent.Add(name))
                continue;
            left -= import.Bytes.Length;
            found.FileDescriptorProto.Add(import.Bytes);
            foreach (var next in import.Dependencies)
                pending.Enqueue(next);
        }

        return new() { FileDescriptorResponse = found };
    }

    private static ServerReflectionResponse Error(Code code, string message) => new() { ErrorResponse = new() { ErrorCode = (int)code, ErrorMessage = message } };
}
