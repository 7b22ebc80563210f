using System.Buffers;
using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.Rest.Binding;

/// <summary>A field, or an entry of a map, that query parameters may set.</summary>
internal sealed class QueryField
{
    private readonly TextValuePlan? _value;
    private readonly MapEntryPlan? _entry;

    private QueryField(Field[] path, TextValuePlan? value, MapEntryPlan? entry)
    {
        (_value, _entry) = (value, entry);
        Canonical = FieldPaths.Canonical(path);
        Choices = FieldPaths.Choices(path);
        First = path[0];
        IsSingle = entry is null && path[^1].Type is not ListType;
    }

    /// <summary>The original names, dotted.</summary>
    public string Canonical { get; }

    /// <summary>The field of the input that the path begins with.</summary>
    public Field First { get; }

    /// <summary>It takes one value only.</summary>
    public bool IsSingle { get; }

    /// <summary>It is a map, and a parameter gives one entry: <c>labels[key]=value</c>.</summary>
    public bool IsMap => _entry is not null;

    /// <summary>The choices within oneofs that it makes.</summary>
    public OneofChoice[] Choices { get; }

    /// <summary>Compiles a path; null, and why, where no text can set it.</summary>
    public static QueryField? Compile(Field[] path, bool isEntry, CodecOptions options, out string? whyNot)
    {
        var name = FieldPaths.Canonical(path);
        var last = path[^1].Type;
        whyNot = null;
        if (isEntry || last is MapType)
        {
            if (!isEntry || last is not MapType map)
                whyNot = isEntry ? $"{name} is not a map" : $"{name} is a map: write {name}[key]=value";
            else if (MapEntryPlan.Compile(path, map, options, out whyNot) is { } entry)
                return new(path, null, entry);
            return null;
        }

        if (!FieldPaths.IsText(last is ListType list ? list.Element : last))
        {
            whyNot = $"{name} is a message: name one of its fields";
            return null;
        }

        var value = TextValuePlan.Compile(path, options, out whyNot);
        return value is null ? null : new(path, value, null);
    }

    /// <summary>Appends a value to the message.</summary>
    public CodecError? Write(ReadOnlySpan<byte> key, ReadOnlySpan<byte> utf8, IBufferWriter<byte> output) =>
        _entry is not null ? _entry.Write(key, utf8, output) : _value!.Write(utf8, output);
}
