using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto.Descriptors;

namespace ProtocolGateway.Contracts.Proto;

/// <summary>Reads the methods of services.</summary>
internal sealed class ServiceReader(TypeTable types, IReadOnlyDictionary<MessageType, string> unusable, List<Diagnostic> diagnostics)
{
    private readonly HashSet<string> _services = new(StringComparer.Ordinal);
    private readonly HashSet<string> _methods = new(StringComparer.Ordinal);

    public List<Operation> Operations { get; } = [];

    public void Read(FileContext file)
    {
        for (var i = 0; i < file.File.Service.Count; i++)
        {
            var service = file.File.Service[i];
            var key = ElementKey.Root.Child(FileDescriptorProto.ServiceFieldNumber, i);
            var fullName = ProtoNames.Join(file.File.Package, service.Name);
            if (!ProtoNames.IsIdentifier(service.Name) || !_services.Add(fullName))
            {
                diagnostics.Add(new(Severity.Warning, file.Place(key, fullName), $"Service '{fullName}' is left out: its name is invalid or taken by another service of the contract."));
                continue;
            }

            for (var m = 0; m < service.Method.Count; m++)
                ReadMethod(file, service, fullName, service.Method[m], key.Child(ServiceDescriptorProto.MethodFieldNumber, m));
        }
    }

    private void ReadMethod(FileContext file, ServiceDescriptorProto service, string serviceName, MethodDescriptorProto method, ElementKey key)
    {
        var fullName = serviceName + "." + method.Name;
        var place = file.Place(key, fullName);
        if (!ProtoNames.IsIdentifier(method.Name) || !_methods.Add(fullName))
        {
            diagnostics.Add(new(Severity.Warning, place, $"Method '{fullName}' is left out: its name is invalid or taken by another method."));
            return;
        }

        if (TypeOf(serviceName, method.InputType, fullName, "input", place) is not { } input
            || TypeOf(serviceName, method.OutputType, fullName, "output", place) is not { } output)
        {
            return;
        }

        Operations.Add(new Operation
        {
            FullName = fullName,
            Name = method.Name,
            ServiceName = serviceName,
            Kind = ContractKind.Grpc,
            Shape = (method.ClientStreaming, method.ServerStreaming) switch
            {
                (false, false) => Shape.Unary,
                (false, true) => Shape.ServerStreaming,
                (true, false) => Shape.ClientStreaming,
                (true, true) => Shape.Duplex,
            },
            Input = input,
            Output = output,
            HttpRules = HttpRuleReader.Read(method.Options, fullName, place, diagnostics),
            Idempotency = method.Options?.IdempotencyLevel switch
            {
                MethodOptions.Types.IdempotencyLevel.NoSideEffects => Idempotency.NoSideEffects,
                MethodOptions.Types.IdempotencyLevel.Idempotent => Idempotency.Idempotent,
                _ => Idempotency.Unknown,
            },
            Documentation = file.Documentation(key),
            Deprecated = method.Options?.Deprecated == true || service.Options?.Deprecated == true,
            Source = place,
        });
    }

    private MessageType? TypeOf(string scope, string name, string method, string side, SourceLocation place)
    {
        var draft = types.FindMessage(scope, name);
        if (draft is null or { IsMapEntry: true })
        {
            diagnostics.Add(new(Severity.Warning, place, $"Method {method} is left out: its {side} type {name.TrimStart('.')} is not in the contract. Add the file that declares it."));
            return null;
        }

        if (!unusable.TryGetValue(draft.Type, out var culprit))
            return draft.Type;
        diagnostics.Add(new(Severity.Warning, place, $"Method {method} is left out: its {side} type {draft.FullName} contains the unusable field {culprit}."));
        return null;
    }
}
