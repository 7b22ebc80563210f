using System.Buffers;
using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.Contracts.Codec.Parsing;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.Rest.Binding;

/// <summary>A field, or an entry of a map, that query parameters may set.</summary>
internal sealed class QueryField
{
    private readonly TextValuePlan _value;

    private QueryField(Field[] path, TextValuePlan value, bool isMap)
    {
        _value = value;
        IsMap = isMap;
        Canonical = FieldPaths.Canonical(path);
        Choices = FieldPaths.Choices(path);
        First = path[0];
        IsSingle = !isMap && path[^1].Type is not ListType;
    }

    /// <summary>The original names, dotted.</summary>
    public string Canonical { get; }

    /// <summary>The field of the input that the path begins with.</summary>
    public Field First { get; }

    /// <summary>It takes one value only.</summary>
    public bool IsSingle { get; }

    /// <summary>It is a map, and a parameter gives one entry: <c>labels[key]=value</c>.</summary>
    public bool IsMap { get; }

    /// <summary>The choices within oneofs that it makes.</summary>
    public OneofChoice[] Choices { get; }

    /// <summary>Compiles a path; null, and why, where no text can set it.</summary>
    public static QueryField? Compile(Field[] path, bool isEntry, CodecOptions options, out string? whyNot)
    {
        var name = FieldPaths.Canonical(path);
        var last = path[^1].Type;
        whyNot = last switch
        {
            MapType map when isEntry => FieldPaths.IsText(map.Value) ? null : $"the values of {name} are messages",
            MapType => $"{name} is a map: write {name}[key]=value",
            _ when isEntry => $"{name} is not a map",
            ListType list when !FieldPaths.IsText(list.Element) => $"{name} is a list of messages",
            ListType => null,
            _ => FieldPaths.IsText(last) ? null : $"{name} is a message: name one of its fields",
        };
        if (whyNot is not null)
            return null;
        var value = isEntry ? TextValuePlan.CompileMapEntry(path, options, out whyNot) : TextValuePlan.Compile(path, options, out whyNot);
        return value is null ? null : new(path, value, isEntry);
    }

    /// <summary>Appends a value to the message.</summary>
    public CodecError? Write(ReadOnlySpan<byte> key, ReadOnlySpan<byte> utf8, IBufferWriter<byte> output) =>
        IsMap ? _value.Write(key, utf8, output) : _value.Write(utf8, output);
}
