using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto.Descriptors;
using ProtoType = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace ProtocolGateway.Contracts.Proto;

/// <summary>Reads one field or extension. Fails with a reason, never with an exception.</summary>
internal static class FieldReader
{
    // 2^29 - 1: a tag holds the number above three bits of wire type.
    private const int MaxNumber = 536_870_911;

    private static readonly ScalarType[] Scalars = [.. Enum.GetValues<ScalarKind>().Select(kind => new ScalarType(kind))];

    /// <summary>The type of a field without its label, or why it has none.</summary>
    public static (DataType? Type, string? Problem) ElementType(TypeTable types, string scope, FieldDescriptorProto proto)
    {
        if (!proto.HasType && !proto.HasTypeName)
            return (null, "it has no type");
        if (proto.HasType && ScalarOf(proto.Type) is { } kind)
            return (Scalars[(int)kind], null);
        if (proto.HasType && proto.Type is not (ProtoType.Message or ProtoType.Group or ProtoType.Enum))
            return (null, $"its type {(int)proto.Type} does not exist");
        DataType? type = null;
        if (!proto.HasType || proto.Type != ProtoType.Enum)
            type = types.FindMessage(scope, proto.TypeName)?.Type;
        if (type is null && (!proto.HasType || proto.Type == ProtoType.Enum))
            type = types.FindEnum(scope, proto.TypeName);
        return type is null
            ? (null, $"its type {proto.TypeName.TrimStart('.')} is not in the contract. Add the file that declares it")
            : (type, null);
    }

    /// <summary>The number is one that a tag can carry and that is not reserved for implementations.</summary>
    public static bool IsUsableNumber(int number) => number is > 0 and <= MaxNumber and not (>= 19_000 and <= 19_999);

    /// <summary>
    /// The field, or null and why. <paramref name="outer"/> holds the features of the element around it (message or file).
    /// </summary>
    public static (Field? Field, string? Problem) Read(
        TypeTable types, FileContext file, string scope, FieldDescriptorProto proto, ElementKey key, FeatureScope outer, OneofGroup? oneof)
    {
        var (element, problem) = ElementType(types, scope, proto);
        if (element is null)
            return (null, problem);
        var features = outer.With(proto.Options?.Features);
        var repeated = proto.Label == FieldDescriptorProto.Types.Label.Repeated;
        var type = element;
        if (repeated)
        {
            (type, problem) = RepeatedType(types, scope, proto, element);
            if (type is null)
                return (null, problem);
        }
        else if (element is MessageType && types.FindMessage(scope, proto.TypeName)!.IsMapEntry)
        {
            return (null, $"its type {proto.TypeName.TrimStart('.')} is a map's entry");
        }

        var extension = proto.HasExtendee;
        var name = extension ? "[" + ProtoNames.Join(scope, proto.Name) + "]" : proto.Name;
        var group = proto.HasType && proto.Type == ProtoType.Group;
        return (new Field
        {
            Name = name,
            JsonName = extension ? name : proto.HasJsonName && proto.JsonName.Length > 0 ? proto.JsonName : group ? name.ToLowerInvariant() : ProtoNames.ToJsonName(name),
            Number = proto.Number,
            Type = type,
            Presence = PresenceOf(proto, features, element, repeated, oneof),
            Oneof = oneof,
            Packed = repeated && IsPackable(element) && (proto.Options?.HasPacked == true ? proto.Options.Packed : features.Packed),
            Delimited = element is MessageType && type is not MapType && (group || features.Delimited),
            IsExtension = extension,
            ValidateUtf8 = features.ValidateUtf8,
            Default = proto.HasDefaultValue ? proto.DefaultValue : null,
            Documentation = file.Documentation(key),
            Deprecated = proto.Options?.Deprecated == true,
            InputRequired = FieldBehaviorReader.IsRequired(proto.Options),
        }, null);
    }

    private static Presence PresenceOf(FieldDescriptorProto proto, FeatureScope features, DataType element, bool repeated, OneofGroup? oneof)
    {
        if (repeated)
            return Presence.Implicit;
        if (proto.Label == FieldDescriptorProto.Types.Label.Required)
            return Presence.Required;
        if (oneof is not null || proto.Proto3Optional || proto.HasExtendee)
            return Presence.Explicit;
        return element is MessageType && features.Presence == Presence.Implicit ? Presence.Explicit : features.Presence;
    }

    private static (DataType? Type, string? Problem) RepeatedType(TypeTable types, string scope, FieldDescriptorProto proto, DataType element)
    {
        if (element is not MessageType || types.FindMessage(scope, proto.TypeName) is not { IsMapEntry: true } entry)
            return (new ListType(element), null);
        FieldDescriptorProto? keyField = null, valueField = null;
        foreach (var field in entry.Proto.Field)
        {
            if (field.Number == 1)
                keyField ??= field;
            else if (field.Number == 2)
                valueField ??= field;
        }

        if (keyField is null || valueField is null)
            return (null, "its map entry lacks a key or a value");
        if (ElementType(types, entry.FullName, keyField).Type is not ScalarType { Kind: not (ScalarKind.Double or ScalarKind.Float or ScalarKind.Bytes) } key)
            return (null, "its map key has a type that keys cannot have");
        var (value, problem) = ElementType(types, entry.FullName, valueField);
        if (value is MessageType && types.FindMessage(entry.FullName, valueField.TypeName)!.IsMapEntry)
            return (null, "its map value is a map's entry");
        return value is null ? (null, $"of its map value, {problem}") : (new MapType(key, value), null);
    }

    private static bool IsPackable(DataType type) => type is EnumType or ScalarType { Kind: not (ScalarKind.String or ScalarKind.Bytes) };

    private static ScalarKind? ScalarOf(ProtoType type) => type switch
    {
        ProtoType.Double => ScalarKind.Double,
        ProtoType.Float => ScalarKind.Float,
        ProtoType.Int64 => ScalarKind.Int64,
        ProtoType.Uint64 => ScalarKind.UInt64,
        ProtoType.Int32 => ScalarKind.Int32,
        ProtoType.Fixed64 => ScalarKind.Fixed64,
        ProtoType.Fixed32 => ScalarKind.Fixed32,
        ProtoType.Bool => ScalarKind.Bool,
        ProtoType.String => ScalarKind.String,
        ProtoType.Bytes => ScalarKind.Bytes,
        ProtoType.Uint32 => ScalarKind.UInt32,
        ProtoType.Sfixed32 => ScalarKind.SFixed32,
        ProtoType.Sfixed64 => ScalarKind.SFixed64,
        ProtoType.Sint32 => ScalarKind.SInt32,
        ProtoType.Sint64 => ScalarKind.SInt64,
        _ => null,
    };
}
