using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto;

namespace ProtocolGateway.Contracts.Views;

/// <summary>Makes the views of one configured service, and the file that declares them.</summary>
internal sealed class ViewBuilder
{
    private readonly ViewNames _names;
    private readonly List<Diagnostic> _diagnostics;
    private readonly ViewComments _comments = new();
    private readonly ViewTypes _types;
    private readonly FileDescriptorProto _file;
    private readonly ServiceDescriptorProto _service;
    private readonly HashSet<string> _methods = new(StringComparer.Ordinal);

    public ViewBuilder(ViewNames names, string service, string package, List<Diagnostic> diagnostics)
    {
        (_names, _diagnostics) = (names, diagnostics);
        _file = new() { Name = $"{package}/{package}.proto", Package = package, Syntax = "proto3" };
        _service = new() { Name = ViewText.Pascal(service) };
        _types = new(names, service, _file, _comments, diagnostics);
        // The service's name is documented, so a schema of the same name gives way.
        _types.Taken.Add(ViewText.Folded(_service.Name));
        names.Reserve("message", service + ".", _types.Taken);
        names.Reserve("enum", service + ".", _types.Taken);
        names.Reserve("method", service + ".", _methods);
    }

    /// <summary>The file, complete after <see cref="Build"/>.</summary>
    public FileDescriptorProto File => _comments.Complete(_file);

    /// <summary>The views of those operations, without those that cannot be.</summary>
    public List<Operation> Build(List<Operation> natives)
    {
        var drafts = new List<(Operation Native, RpcView View, MethodDescriptorProto Method)>(natives.Count);
        foreach (var native in natives)
        {
            if (WhyNot(native) is { } reason)
                _diagnostics.Add(new(Severity.Info, native.Source, $"{native.FullName} is no gRPC method: {reason}"));
            else
                drafts.Add(Draft(native));
        }

        foreach (var name in new[] { "google/protobuf/empty.proto", "google/protobuf/struct.proto" })
        {
            if (Uses(name))
                _file.Dependency.Add(name);
        }

        _file.Service.Add(_service);
        // What clients see is what the descriptors say, read as any contract is.
        var content = ProtoModelBuilder.Build(new FileDescriptorSet { File = { File.Clone() } }, _file.Name);
        _diagnostics.AddRange(content.Diagnostics);
        var types = content.Types;
        return [.. drafts.Where(d => types.ContainsKey(d.Method.InputType[1..]) && types.ContainsKey(d.Method.OutputType[1..])).Select(d => Make(d.Native, d.View, d.Method, types))];
    }

    // The bridge speaks JSON.
    private static string? WhyNot(Operation native)
    {
        var details = native.Http;
        if (details is { RequestBodyRequired: true, RequestMediaTypes: { Count: > 0 } taken } && !taken.Any(IsJson))
            return $"its body must be {string.Join(" or ", taken)}, and JSON is all that is made of messages.";
        if (native.Output is not null && details is { ResponseMediaTypes: { Count: > 0 } given } && !given.Any(IsJson))
            return $"its answer is {string.Join(" or ", given)}, and JSON is all that messages are made of.";
        return native.HttpRules.Count == 0 ? "it has no path." : null;
    }

    private static bool IsJson(string media) =>
        media.Contains("json", StringComparison.OrdinalIgnoreCase) || media.StartsWith("*/*", StringComparison.Ordinal) || media.StartsWith("application/*", StringComparison.OrdinalIgnoreCase);

    private (Operation Native, RpcView View, MethodDescriptorProto Method) Draft(Operation native)
    {
        var input = _types.Message(native.Input);
        var output = Output(native, out var wrapped);
        var method = new MethodDescriptorProto
        {
            Name = _names.Take("method", native.FullName, _methods, ViewText.Pascal(native.Name)),
            InputType = input.Name,
            OutputType = output.Name,
        };
        if (native.Deprecated || native.Idempotency != Idempotency.Unknown)
            method.Options = new();
        if (native.Deprecated)
            method.Options.Deprecated = true;
        if (native.Idempotency != Idempotency.Unknown)
            method.Options.IdempotencyLevel = native.Idempotency == Idempotency.Idempotent ? MethodOptions.Types.IdempotencyLevel.Idempotent : MethodOptions.Types.IdempotencyLevel.NoSideEffects;
        _comments.Add(native.Documentation, FileDescriptorProto.ServiceFieldNumber, 0, ServiceDescriptorProto.MethodFieldNumber, _service.Method.Count);
        _service.Method.Add(method);
        var field = wrapped ? output.Copy!.Fields[0] : null;
        return (native, new RpcView(native, input.Copy, output.Copy, field), method);
    }

    private (MessageType? Copy, string Name) Output(Operation native, out bool wrapped)
    {
        wrapped = native.Output is not (null or MessageType);
        switch (native.Output)
        {
            case null:
                return (null, "." + FreeTypes.Nothing.FullName);
            case MessageType message:
                return _types.Message(message);
            default:
                var name = native.Output switch { ListType => "items", MapType => "entries", _ => "value" };
                var field = new Field { Name = name, JsonName = name, Number = 0, Type = native.Output, Presence = Presence.Explicit };
                return _types.Wrap(native.FullName + ":answer", ViewText.Pascal(native.Name) + "Response", field);
        }
    }

    private bool Uses(string import)
    {
        var names = import.EndsWith("empty.proto", StringComparison.Ordinal) ? [".google.protobuf.Empty"]
            : new[] { ".google.protobuf.Value", ".google.protobuf.ListValue", ".google.protobuf.Struct" };
        return _service.Method.Any(m => names.Contains(m.OutputType))
            || _file.MessageType.Any(m => m.Field.Any(f => names.Contains(f.TypeName)) || m.NestedType.Any(n => n.Field.Any(f => names.Contains(f.TypeName))));
    }

    private Operation Make(Operation native, RpcView view, MethodDescriptorProto method, IReadOnlyDictionary<string, MessageType> types) => new()
    {
        FullName = $"{_file.Package}.{_service.Name}.{method.Name}",
        Name = method.Name,
        ServiceName = $"{_file.Package}.{_service.Name}",
        Kind = ContractKind.Grpc,
        Shape = Shape.Unary,
        Input = types[method.InputType[1..]],
        Output = types[method.OutputType[1..]],
        View = view,
        Idempotency = native.Idempotency,
        Documentation = native.Documentation,
        Deprecated = native.Deprecated,
        Source = native.Source,
    };
}
