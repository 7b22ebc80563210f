using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto;
using Label = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Label;
using ProtoType = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace ProtocolGateway.Contracts.Views;

/// <summary>A type where it is used: how the codec writes it, and how a descriptor names it.</summary>
internal readonly record struct ViewUse(DataType Type, ProtoType Proto, string TypeName);

/// <summary>
/// The types of one service's views: for each message and enum of OpenAPI that is reached, its descriptor in the file, and beside it a copy with the same
/// numbers that the codec reads and writes the service's JSON with. Completed from a queue, so neither circles nor depth cost stack.
/// </summary>
internal sealed class ViewTypes(ViewNames names, string service, FileDescriptorProto file, ViewComments comments, List<Diagnostic> diagnostics)
{
    // Of the map of the properties that a schema does not name, in the manifest.
    private const string RestKey = "*";

    private readonly Dictionary<MessageType, (MessageType Copy, string Name)> _messages = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<EnumType, (EnumType Copy, string Name)> _enums = new(ReferenceEqualityComparer.Instance);
    private readonly Queue<(MessageType Native, MessageType Copy, DescriptorProto Proto, int Index)> _pending = new();
    private readonly HashSet<string> _values = new(StringComparer.Ordinal);

    /// <summary>The names of types that are taken.</summary>
    public HashSet<string> Taken { get; } = new(StringComparer.Ordinal);

    /// <summary>The view of a message: its copy and its full name.</summary>
    public (MessageType Copy, string Name) Message(MessageType native)
    {
        var use = Declare(native);
        while (_pending.TryDequeue(out var next))
            Complete(next.Native, next.Copy, next.Proto, next.Index);
        return use;
    }

    /// <summary>A message that holds one value, for an answer that is none.</summary>
    /// <param name="element">Names it in the manifest.</param>
    /// <param name="wanted">Its name.</param>
    /// <param name="field">The value.</param>
    public (MessageType Copy, string Name) Wrap(string element, string wanted, Field field)
    {
        var native = new MessageType(element);
        native.Complete([field], []);
        var use = Declare(native, wanted);
        while (_pending.TryDequeue(out var next))
            Complete(next.Native, next.Copy, next.Proto, next.Index);
        return use;
    }

    private (MessageType Copy, string Name) Declare(MessageType native, string? wanted = null)
    {
        if (_messages.TryGetValue(native, out var known))
            return known;
        var name = names.Take("message", native.FullName, Taken, wanted ?? ViewText.Pascal(Local(native.FullName)));
        var proto = new DescriptorProto { Name = name };
        if (native.Deprecated)
            proto.Options = new() { Deprecated = true };
        var copy = new MessageType(native.FullName);
        comments.Add(native.Documentation, FileDescriptorProto.MessageTypeFieldNumber, file.MessageType.Count);
        _pending.Enqueue((native, copy, proto, file.MessageType.Count));
        file.MessageType.Add(proto);
        return _messages[native] = (copy, $".{file.Package}.{name}");
    }

    private void Complete(MessageType native, MessageType copy, DescriptorProto proto, int index)
    {
        var members = names.Members("field", native.FullName, new(StringComparer.Ordinal));
        var fields = new List<Field>(native.Fields.Count);
        var numbers = new HashSet<int>();
        foreach (var field in native.Fields)
        {
            if (members.Take(field.JsonName, ViewText.Snake(field.JsonName)) is not { } member)
            {
                LeftOut(native.FullName, field.JsonName);
                continue;
            }

            if (!numbers.Add(member.Number))
                continue;
            names.Give("field", native.FullName, field.JsonName, member);
            comments.Add(field.Documentation, FileDescriptorProto.MessageTypeFieldNumber, index, DescriptorProto.FieldFieldNumber, proto.Field.Count);
            fields.Add(Convert(field, member, proto));
        }

        if (native.AdditionalProperties is { } rest && members.Take(RestKey, "additional_properties") is { } others && numbers.Add(others.Number))
        {
            names.Give("field", native.FullName, RestKey, others);
            fields.Add(Rest(rest, others, proto));
        }

        foreach (var gone in members.Removed)
        {
            proto.ReservedRange.Add(new DescriptorProto.Types.ReservedRange { Start = gone.Number, End = gone.Number + 1 });
            proto.ReservedName.Add(gone.Name);
        }

        AddSyntheticOneofs(proto);
        copy.Complete(fields, []);
    }

    private Field Convert(Field native, Member member, DescriptorProto message)
    {
        var proto = new FieldDescriptorProto { Name = member.Name, Number = member.Number, Label = Label.Optional, JsonName = JsonName(native.JsonName, member.Name) };
        if (native.Deprecated)
            proto.Options = new() { Deprecated = true };
        message.Field.Add(proto);
        var required = native.Presence == Presence.Required;
        var type = native.Type switch
        {
            ListType list => Repeated(proto, list),
            MapType map => Map(proto, map, message),
            _ => Single(proto, native.Type),
        };
        var scalar = type is ScalarType;
        proto.Proto3Optional = type is ScalarType or EnumType && (!required || native.Nullable);
        return new Field
        {
            Name = native.JsonName,
            JsonName = native.JsonName,
            Number = member.Number,
            Type = type,
            Presence = type is ListType or MapType || (scalar && !proto.Proto3Optional) ? Presence.Implicit : Presence.Explicit,
            Packed = type is ListType { Element: EnumType or ScalarType { Kind: not (ScalarKind.String or ScalarKind.Bytes) } },
            Nullable = native.Nullable && type is not (ListType or MapType),
            InputRequired = required,
        };
    }

    private Field Rest(DataType value, Member member, DescriptorProto message)
    {
        var name = ProtoNames.ToJsonName(member.Name);
        // Some property may be called so, and stands before.
        var proto = new FieldDescriptorProto { Name = member.Name, Number = member.Number, JsonName = message.Field.Any(f => f.JsonName == name) ? member.Name : name };
        message.Field.Add(proto);
        var type = Map(proto, new(new(ScalarKind.String), value), message);
        return new Field { Name = name, JsonName = name, Number = member.Number, Type = type, IsRest = true };
    }

    private DataType Single(FieldDescriptorProto proto, DataType type)
    {
        var use = Use(type);
        proto.Type = use.Proto;
        if (use.TypeName.Length > 0)
            proto.TypeName = use.TypeName;
        return use.Type;
    }

    private ListType Repeated(FieldDescriptorProto proto, ListType list)
    {
        proto.Label = Label.Repeated;
        return new(Single(proto, list.NullableElement ? FreeTypes.Any : list.Element));
    }

    private MapType Map(FieldDescriptorProto proto, MapType map, DescriptorProto message)
    {
        var value = new FieldDescriptorProto { Name = "value", Number = 2, Label = Label.Optional, JsonName = "value" };
        var type = Single(value, map.NullableValue ? FreeTypes.Any : map.Value);
        var entry = new DescriptorProto { Name = EntryName(proto.Name), Options = new() { MapEntry = true } };
        entry.Field.Add(new FieldDescriptorProto { Name = "key", Number = 1, Label = Label.Optional, Type = ProtoType.String, JsonName = "key" });
        entry.Field.Add(value);
        message.NestedType.Add(entry);
        proto.Label = Label.Repeated;
        proto.Type = ProtoType.Message;
        proto.TypeName = $".{file.Package}.{message.Name}.{entry.Name}";
        return new(map.Key, type);
    }

    // What protobuf has no form for is free JSON: an element that is a list or a map itself, a value of several types.
    private ViewUse Use(DataType type) => type switch
    {
        MessageType { WellKnown: not WellKnown.None } free => new(free, ProtoType.Message, "." + free.FullName),
        MessageType message => Declare(message) is var (copy, name) ? new(copy, ProtoType.Message, name) : default,
        EnumType values => DeclareEnum(values) is var (copy, name) ? new(copy, ProtoType.Enum, name) : default,
        ScalarType { Kind: ScalarKind.Json } or UnionType => Use(FreeTypes.Any),
        // JSON has no bytes, and nobody says how these would be written as text.
        ScalarType { Kind: ScalarKind.Bytes, Format: "binary" } => new(new ScalarType(ScalarKind.String), ProtoType.String, ""),
        ScalarType scalar => new(scalar, ProtoOf(scalar.Kind), ""),
        ListType => Use(FreeTypes.List),
        MapType => Use(FreeTypes.Map),
        _ => Use(FreeTypes.Any),
    };

    private (EnumType Copy, string Name) DeclareEnum(EnumType native)
    {
        if (_enums.TryGetValue(native, out var known))
            return known;
        var name = names.Take("enum", native.FullName, Taken, ViewText.Pascal(Local(native.FullName)));
        var prefix = ViewText.Upper(name) + "_";
        var proto = new EnumDescriptorProto { Name = name };
        if (native.Deprecated)
            proto.Options = new() { Deprecated = true };
        comments.Add(native.Documentation, FileDescriptorProto.EnumTypeFieldNumber, file.EnumType.Count);
        var members = names.Members("value", native.FullName, _values);
        proto.Value.Add(new EnumValueDescriptorProto { Name = ViewNames.Free(_values, prefix + "UNSPECIFIED", "_"), Number = 0 });
        var values = new List<EnumValue>(native.Values.Count);
        var numbers = new HashSet<int>();
        foreach (var value in native.Values)
        {
            if (members.Take(value.Name, prefix + ViewText.Upper(value.Name)) is not { } member)
            {
                LeftOut(native.FullName, value.Name);
                continue;
            }

            if (!numbers.Add(member.Number))
                continue;
            names.Give("value", native.FullName, value.Name, member);
            proto.Value.Add(new EnumValueDescriptorProto { Name = member.Name, Number = member.Number });
            values.Add(new(value.Name, member.Number));
        }

        foreach (var gone in members.Removed)
        {
            proto.ReservedRange.Add(new EnumDescriptorProto.Types.EnumReservedRange { Start = gone.Number, End = gone.Number });
            proto.ReservedName.Add(gone.Name);
        }

        file.EnumType.Add(proto);
        return _enums[native] = (new EnumType(native.FullName, values) { IsOpen = false }, $".{file.Package}.{name}");
    }

    private void LeftOut(string type, string member) => diagnostics.Add(
        new(Severity.Warning, new("edges.grpc.manifest", ""), $"{type} has no {member} for gRPC clients: the manifest has given out all numbers of the type."));

    private string Local(string fullName) => fullName.StartsWith(service + ".", StringComparison.Ordinal) ? fullName[(service.Length + 1)..] : fullName;

    // protoc takes no such name, or one that its own names for extensions look like.
    private static string JsonName(string name, string fallback) =>
        name.Length == 0 || name.Contains('\0', StringComparison.Ordinal) || (name[0] == '[' && name[^1] == ']') ? ProtoNames.ToJsonName(fallback) : name;

    // As protoc's parser makes it; other names are refused.
    private static string EntryName(string field)
    {
        var parts = field.Split('_', StringSplitOptions.RemoveEmptyEntries);
        return string.Concat(parts.Select(static p => char.ToUpperInvariant(p[0]) + p[1..])) + "Entry";
    }

    private static void AddSyntheticOneofs(DescriptorProto message)
    {
        foreach (var field in message.Field.Where(static f => f.Proto3Optional))
        {
            field.OneofIndex = message.OneofDecl.Count;
            message.OneofDecl.Add(new OneofDescriptorProto { Name = "_" + field.Name });
        }
    }

    private static ProtoType ProtoOf(ScalarKind kind) => kind switch
    {
        ScalarKind.Double => ProtoType.Double,
        ScalarKind.Float => ProtoType.Float,
        ScalarKind.Int32 => ProtoType.Int32,
        ScalarKind.Int64 => ProtoType.Int64,
        ScalarKind.UInt32 => ProtoType.Uint32,
        ScalarKind.UInt64 => ProtoType.Uint64,
        ScalarKind.SInt32 => ProtoType.Sint32,
        ScalarKind.SInt64 => ProtoType.Sint64,
        ScalarKind.Fixed32 => ProtoType.Fixed32,
        ScalarKind.Fixed64 => ProtoType.Fixed64,
        ScalarKind.SFixed32 => ProtoType.Sfixed32,
        ScalarKind.SFixed64 => ProtoType.Sfixed64,
        ScalarKind.Bool => ProtoType.Bool,
        ScalarKind.Bytes => ProtoType.Bytes,
        _ => ProtoType.String,
    };
}
