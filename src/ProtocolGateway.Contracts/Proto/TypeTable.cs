using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto.Descriptors;

namespace ProtocolGateway.Contracts.Proto;

/// <summary>A message whose name is known and whose fields are not yet read. Map entries have no type of their own.</summary>
internal sealed record MessageDraft(FileContext File, string FullName, DescriptorProto Proto, ElementKey Key, FeatureScope Features)
{
    public bool IsMapEntry => Proto.Options?.MapEntry == true;

    public required MessageType Type { get; init; }
}

/// <summary>
/// Every message and enum of a set by full name. All are declared before the first field is read, so recursive types need no recursion here.
/// </summary>
internal sealed class TypeTable(List<Diagnostic> diagnostics)
{
    private readonly Dictionary<string, MessageDraft> _messages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EnumType> _enums = new(StringComparer.Ordinal);

    /// <summary>In the order of declaration, outer messages before inner ones.</summary>
    public List<MessageDraft> Messages { get; } = [];

    public void Declare(FileContext file)
    {
        var package = file.File.Package;
        var pending = new Queue<(string Scope, DescriptorProto Message, ElementKey Key, FeatureScope Features)>();
        for (var i = 0; i < file.File.MessageType.Count; i++)
            pending.Enqueue((package, file.File.MessageType[i], ElementKey.Root.Child(FileDescriptorProto.MessageTypeFieldNumber, i), file.Features));
        while (pending.TryDequeue(out var next))
        {
            var (scope, message, key, outer) = next;
            var fullName = ProtoNames.Join(scope, message.Name);
            if (!IsNew(file, "message", message.Name, fullName, key))
                continue;
            var features = outer.With(message.Options?.Features);
            var draft = new MessageDraft(file, fullName, message, key, features)
            {
                Type = new MessageType(fullName)
                {
                    WellKnown = WellKnownFiles.Classify(fullName, message),
                    Documentation = file.Documentation(key),
                    Deprecated = message.Options?.Deprecated == true,
                },
            };
            _messages.Add(fullName, draft);
            Messages.Add(draft);
            for (var i = 0; i < message.NestedType.Count; i++)
                pending.Enqueue((fullName, message.NestedType[i], key.Child(DescriptorProto.NestedTypeFieldNumber, i), features));
            for (var i = 0; i < message.EnumType.Count; i++)
                DeclareEnum(file, fullName, message.EnumType[i], key.Child(DescriptorProto.EnumTypeFieldNumber, i), features);
        }

        for (var i = 0; i < file.File.EnumType.Count; i++)
            DeclareEnum(file, package, file.File.EnumType[i], ElementKey.Root.Child(FileDescriptorProto.EnumTypeFieldNumber, i), file.Features);
    }

    /// <summary>The message of that name as written in a descriptor: absolute with a leading dot, else searched from the scope outwards.</summary>
    public MessageDraft? FindMessage(string scope, string name) => Find(_messages, scope, name);

    /// <summary>The enum of that name; see <see cref="FindMessage"/>.</summary>
    public EnumType? FindEnum(string scope, string name) => Find(_enums, scope, name);

    private static T? Find<T>(Dictionary<string, T> types, string scope, string name)
        where T : class
    {
        if (name.StartsWith('.'))
            return types.GetValueOrDefault(name[1..]);
        while (true)
        {
            if (types.TryGetValue(ProtoNames.Join(scope, name), out var type) || scope.Length == 0)
                return type;
            scope = scope[..Math.Max(scope.LastIndexOf('.'), 0)];
        }
    }

    private void DeclareEnum(FileContext file, string scope, EnumDescriptorProto proto, ElementKey key, FeatureScope outer)
    {
        var fullName = ProtoNames.Join(scope, proto.Name);
        if (!IsNew(file, "enum", proto.Name, fullName, key))
            return;
        var names = new HashSet<string>(StringComparer.Ordinal);
        var values = new List<EnumValue>(proto.Value.Count);
        for (var i = 0; i < proto.Value.Count; i++)
        {
            var value = proto.Value[i];
            var valueKey = key.Child(EnumDescriptorProto.ValueFieldNumber, i);
            if (!ProtoNames.IsIdentifier(value.Name) || !names.Add(value.Name))
            {
                diagnostics.Add(new(Severity.Warning, file.Place(valueKey, fullName), $"Value '{value.Name}' of enum {fullName} is left out: its name is invalid or taken. Give it a name of its own."));
                continue;
            }

            values.Add(new EnumValue(value.Name, value.Number) { Documentation = file.Documentation(valueKey), Deprecated = value.Options?.Deprecated == true });
        }

        if (values.Count == 0)
        {
            diagnostics.Add(new(Severity.Warning, file.Place(key, fullName), $"Enum {fullName} is left out: it has no values."));
            return;
        }

        _enums.Add(fullName, new EnumType(fullName, values)
        {
            IsOpen = outer.With(proto.Options?.Features).OpenEnums,
            Documentation = file.Documentation(key),
            Deprecated = proto.Options?.Deprecated == true,
        });
    }

    private bool IsNew(FileContext file, string what, string name, string fullName, ElementKey key)
    {
        if (!ProtoNames.IsIdentifier(name))
        {
            diagnostics.Add(new(Severity.Warning, file.Place(key, fullName), $"A {what} named '{name}' is left out: that is not a protobuf name."));
            return false;
        }

        if (!_messages.ContainsKey(fullName) && !_enums.ContainsKey(fullName))
            return true;
        diagnostics.Add(new(Severity.Warning, file.Place(key, fullName), $"A second {what} {fullName} is left out: another type of the contract has that name. Rename or remove one."));
        return false;
    }
}
