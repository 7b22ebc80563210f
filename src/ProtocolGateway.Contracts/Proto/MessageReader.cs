using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto.Descriptors;

namespace ProtocolGateway.Contracts.Proto;

/// <summary>
/// Fills in the fields of every declared message. A message with a field of unknown type is unusable, and so is every message that contains it:
/// translating the rest of it would lose data in silence.
/// </summary>
internal sealed class MessageReader(TypeTable types, List<Diagnostic> diagnostics)
{
    private readonly Dictionary<MessageType, List<Field>> _extensions = [];
    private readonly Dictionary<MessageType, string> _unusable = [];

    /// <summary>The messages that cannot be used, with the field to blame.</summary>
    public IReadOnlyDictionary<MessageType, string> Unusable => _unusable;

    public void Read(IReadOnlyList<FileContext> files)
    {
        foreach (var file in files)
            ReadExtensions(file, file.File.Package, file.File.Extension, ElementKey.Root, FileDescriptorProto.ExtensionFieldNumber, file.Features);
        foreach (var draft in types.Messages)
            ReadExtensions(draft.File, draft.FullName, draft.Proto.Extension, draft.Key, DescriptorProto.ExtensionFieldNumber, draft.Features);
        foreach (var draft in types.Messages)
        {
            if (!draft.IsMapEntry)
                ReadMessage(draft);
        }

        if (_unusable.Count > 0)
            SpreadUnusable();
    }

    private void ReadMessage(MessageDraft draft)
    {
        var oneofs = ReadOneofs(draft);
        var names = new HashSet<string>(StringComparer.Ordinal);
        var numbers = new HashSet<int>();
        var fields = new List<Field>(draft.Proto.Field.Count);
        for (var i = 0; i < draft.Proto.Field.Count; i++)
        {
            var proto = draft.Proto.Field[i];
            var key = draft.Key.Child(DescriptorProto.FieldFieldNumber, i);
            if (!ProtoNames.IsIdentifier(proto.Name) || !FieldReader.IsUsableNumber(proto.Number) || proto.HasExtendee)
            {
                diagnostics.Add(new(Severity.Warning, PlaceOf(draft, proto, key), $"Field '{proto.Name}' = {proto.Number} of {draft.FullName} is left out: its name or number is not allowed."));
                continue;
            }

            if (!names.Add(proto.Name) | !numbers.Add(proto.Number))
            {
                diagnostics.Add(new(Severity.Warning, PlaceOf(draft, proto, key), $"Field {proto.Name} = {proto.Number} of {draft.FullName} is left out: its name or number is taken by a field before it."));
                continue;
            }

            var (field, problem) = FieldReader.Read(types, draft.File, draft.FullName, proto, key, draft.Features, OneofOf(draft, proto, oneofs, key));
            if (field is not null)
            {
                fields.Add(field);
                continue;
            }

            diagnostics.Add(new(Severity.Warning, PlaceOf(draft, proto, key), $"Message {draft.FullName} is left out: of its field {proto.Name}, {problem}."));
            _unusable.TryAdd(draft.Type, draft.FullName + "." + proto.Name);
        }

        foreach (var extension in _extensions.GetValueOrDefault(draft.Type) ?? [])
        {
            if (names.Add(extension.Name) & numbers.Add(extension.Number))
                fields.Add(extension);
            else
                diagnostics.Add(new(Severity.Warning, draft.File.Place(draft.Key, draft.FullName), $"Extension {extension.Name} = {extension.Number} of {draft.FullName} is left out: its name or number is taken."));
        }

        draft.Type.Complete(fields, [.. oneofs.OfType<OneofGroup>()]);
    }

    // The oneof that protoc makes for each proto3 optional field is not one of the contract's; its place in the list stays null.
    private static OneofGroup?[] ReadOneofs(MessageDraft draft)
    {
        var proto = draft.Proto;
        var oneofs = new OneofGroup?[proto.OneofDecl.Count];
        foreach (var field in proto.Field)
        {
            if (!field.HasOneofIndex || field.Proto3Optional || (uint)field.OneofIndex >= (uint)oneofs.Length)
                continue;
            var key = draft.Key.Child(DescriptorProto.OneofDeclFieldNumber, field.OneofIndex);
            oneofs[field.OneofIndex] ??= new OneofGroup(proto.OneofDecl[field.OneofIndex].Name) { Documentation = draft.File.Documentation(key) };
        }

        return oneofs;
    }

    private OneofGroup? OneofOf(MessageDraft draft, FieldDescriptorProto field, OneofGroup?[] oneofs, ElementKey key)
    {
        if (!field.HasOneofIndex || field.Proto3Optional)
            return null;
        if ((uint)field.OneofIndex < (uint)oneofs.Length)
            return field.Label == FieldDescriptorProto.Types.Label.Repeated ? null : oneofs[field.OneofIndex];
        diagnostics.Add(new(Severity.Warning, PlaceOf(draft, field, key), $"Field {field.Name} of {draft.FullName} is taken as standing outside any oneof: its oneof does not exist."));
        return null;
    }

    private static SourceLocation PlaceOf(MessageDraft draft, FieldDescriptorProto field, ElementKey key) => draft.File.Place(key, draft.FullName + "." + field.Name);

    private void ReadExtensions(FileContext file, string scope, RepeatedField<FieldDescriptorProto> extensions, ElementKey parentKey, int container, FeatureScope outer)
    {
        for (var i = 0; i < extensions.Count; i++)
        {
            var proto = extensions[i];
            var fullName = ProtoNames.Join(scope, proto.Name);
            var key = parentKey.Child(container, i);
            var (field, problem) = (default(Field), default(string));
            var extendee = proto.HasExtendee ? types.FindMessage(scope, proto.Extendee) : null;
            if (extendee is null or { IsMapEntry: true })
                problem = $"the message that it extends, {proto.Extendee.TrimStart('.')}, is not in the contract";
            else if (!ProtoNames.IsIdentifier(proto.Name) || !FieldReader.IsUsableNumber(proto.Number))
                problem = "its name or number is not allowed";
            else
                (field, problem) = FieldReader.Read(types, file, scope, proto, key, outer, oneof: null);
            if (field is null)
            {
                diagnostics.Add(new(Severity.Warning, file.Place(key, fullName), $"Extension {fullName} is left out: {problem}."));
                continue;
            }

            if (!_extensions.TryGetValue(extendee!.Type, out var list))
                _extensions.Add(extendee.Type, list = []);
            list.Add(field);
        }
    }

    private void SpreadUnusable()
    {
        var users = new Dictionary<MessageType, List<MessageType>>();
        foreach (var draft in types.Messages)
        {
            foreach (var field in draft.Type.Fields)
            {
                if (MessageOf(field.Type) is not { } used)
                    continue;
                if (!users.TryGetValue(used, out var list))
                    users.Add(used, list = []);
                list.Add(draft.Type);
            }
        }

        var pending = new Queue<MessageType>(_unusable.Keys);
        while (pending.TryDequeue(out var message))
        {
            foreach (var user in users.GetValueOrDefault(message) ?? [])
            {
                if (_unusable.TryAdd(user, _unusable[message]))
                    pending.Enqueue(user);
            }
        }
    }

    private static MessageType? MessageOf(DataType type) => type switch
    {
        MessageType message => message,
        ListType list => list.Element as MessageType,
        MapType map => map.Value as MessageType,
        _ => null,
    };
}
