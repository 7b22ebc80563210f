using System.Globalization;
using System.Text;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts.Proto;
using Label = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Label;
using ProtoType = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace ProtocolGateway.Contracts.Views;

/// <summary>
/// Writes the file of views as a .proto source: what protoc makes of the text is the file again. It knows what such files hold, and nothing else of protobuf's grammar.
/// </summary>
public sealed class ProtoText
{
    private readonly StringBuilder _text = new();
    private readonly FileDescriptorProto _file;
    private readonly Dictionary<string, string> _comments = new(StringComparer.Ordinal);

    private ProtoText(FileDescriptorProto file)
    {
        _file = file;
        foreach (var location in file.SourceCodeInfo?.Location ?? [])
            _comments[string.Join(',', location.Path)] = location.LeadingComments;
    }

    /// <summary>The source of a file of <see cref="RpcViews.Files"/>.</summary>
    public static string Write(FileDescriptorProto file)
    {
        var writer = new ProtoText(file);
        writer.WriteFile();
        return writer._text.ToString();
    }

    private void WriteFile()
    {
        Line(0, "// Made by protocol-gateway from an OpenAPI contract.");
        Line(0, "syntax = \"proto3\";");
        _text.Append('\n');
        Line(0, $"package {_file.Package};");
        if (_file.Dependency.Count > 0)
            _text.Append('\n');
        foreach (var import in _file.Dependency)
            Line(0, $"import \"{import}\";");
        for (var i = 0; i < _file.Service.Count; i++)
            WriteService(_file.Service[i], $"{FileDescriptorProto.ServiceFieldNumber},{i}");
        for (var i = 0; i < _file.MessageType.Count; i++)
            WriteMessage(_file.MessageType[i], $"{FileDescriptorProto.MessageTypeFieldNumber},{i}");
        for (var i = 0; i < _file.EnumType.Count; i++)
            WriteEnum(_file.EnumType[i], $"{FileDescriptorProto.EnumTypeFieldNumber},{i}");
    }

    private void WriteService(ServiceDescriptorProto service, string path)
    {
        Open("service", service.Name, path);
        for (var i = 0; i < service.Method.Count; i++)
        {
            var method = service.Method[i];
            if (i > 0)
                _text.Append('\n');
            Comment(1, $"{path},{ServiceDescriptorProto.MethodFieldNumber},{i}");
            var head = $"rpc {method.Name}({TypeName(method.InputType, null)}) returns ({TypeName(method.OutputType, null)})";
            if (method.Options is not { } options)
            {
                Line(1, head + ";");
                continue;
            }

            Line(1, head + " {");
            if (options.Deprecated)
                Line(2, "option deprecated = true;");
            if (options.HasIdempotencyLevel)
                Line(2, $"option idempotency_level = {(options.IdempotencyLevel == MethodOptions.Types.IdempotencyLevel.Idempotent ? "IDEMPOTENT" : "NO_SIDE_EFFECTS")};");
            Line(1, "}");
        }

        Line(0, "}");
    }

    private void WriteMessage(DescriptorProto message, string path)
    {
        Open("message", message.Name, path);
        if (message.Options?.Deprecated == true)
            Line(1, "option deprecated = true;");
        Reserved(message.ReservedRange.Select(static r => r.Start), message.ReservedName);
        for (var i = 0; i < message.Field.Count; i++)
        {
            var field = message.Field[i];
            Comment(1, $"{path},{DescriptorProto.FieldFieldNumber},{i}");
            var options = new List<string>(2);
            if (field.Options?.Deprecated == true)
                options.Add("deprecated = true");
            if (field.JsonName != ProtoNames.ToJsonName(field.Name))
                options.Add($"json_name = {Quoted(field.JsonName)}");
            Line(1, $"{Declared(field, message)} {field.Name} = {Number(field.Number)}{(options.Count == 0 ? "" : $" [{string.Join(", ", options)}]")};");
        }

        Line(0, "}");
    }

    private void WriteEnum(EnumDescriptorProto values, string path)
    {
        Open("enum", values.Name, path);
        if (values.Options?.Deprecated == true)
            Line(1, "option deprecated = true;");
        Reserved(values.ReservedRange.Select(static r => r.Start), values.ReservedName);
        foreach (var value in values.Value)
            Line(1, $"{value.Name} = {Number(value.Number)};");
        Line(0, "}");
    }

    private void Open(string what, string name, string path)
    {
        _text.Append('\n');
        Comment(0, path);
        Line(0, $"{what} {name} {{");
    }

    private void Reserved(IEnumerable<int> numbers, RepeatedField<string> names)
    {
        if (names.Count == 0)
            return;
        Line(1, $"reserved {string.Join(", ", numbers.Select(Number))};");
        Line(1, $"reserved {string.Join(", ", names.Select(static n => $"\"{n}\""))};");
        _text.Append('\n');
    }

    private string Declared(FieldDescriptorProto field, DescriptorProto message)
    {
        var entry = message.NestedType.FirstOrDefault(n => field.TypeName == $".{_file.Package}.{message.Name}.{n.Name}");
        if (entry is not null)
            return $"map<string, {TypeOf(entry.Field[1], message)}>";
        return (field.Proto3Optional ? "optional " : field.Label == Label.Repeated ? "repeated " : "") + TypeOf(field, message);
    }

    private string TypeOf(FieldDescriptorProto field, DescriptorProto message) =>
        field.Type is ProtoType.Message or ProtoType.Enum ? TypeName(field.TypeName, message) : field.Type.ToString().ToLowerInvariant();

    // Without the package, unless a map's entry of the message has the name too; names begin their search there.
    private string TypeName(string name, DescriptorProto? scope)
    {
        var own = $".{_file.Package}.";
        if (!name.StartsWith(own, StringComparison.Ordinal))
            return _file.Package.StartsWith("google", StringComparison.Ordinal) ? name : name[1..];
        return scope is not null && scope.NestedType.Any(n => n.Name == name[own.Length..]) ? name : name[own.Length..];
    }

    private void Comment(int depth, string path)
    {
        if (!_comments.TryGetValue(path, out var comment))
            return;
        foreach (var line in comment.TrimEnd('\n').Split('\n'))
            Line(depth, "//" + string.Concat(line.Where(static c => !char.IsControl(c) || c == '\t')));
    }

    private void Line(int depth, string line) => _text.Append(' ', depth * 2).Append(line).Append('\n');

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            if (c is '"' or '\\')
                quoted.Append('\\').Append(c);
            else if (c < ' ')
                quoted.Append(CultureInfo.InvariantCulture, $"\\{Convert.ToString(c, 8).PadLeft(3, '0')}");
            else
                quoted.Append(c);
        }

        return quoted.Append('"').ToString();
    }
}
