using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ProtocolGateway.Contracts.Proto.Descriptors;

/// <summary>
/// One file of a set. Its comments and places stay the bytes that they came in: they are three quarters of a set, and as objects they took
/// most of the time of loading one.
/// </summary>
/// <param name="Proto">The file, without source_code_info.</param>
/// <param name="SourceInfo">A google.protobuf.SourceCodeInfo; empty where the file came without.</param>
internal sealed record DescriptorFile(FileDescriptorProto Proto, ReadOnlyMemory<byte> SourceInfo)
{
    /// <summary>A file that has been read already. It is taken over: its comments and places become bytes again.</summary>
    public static DescriptorFile Of(FileDescriptorProto file)
    {
        if (file.SourceCodeInfo is not { } info)
            return new(file, default);
        file.SourceCodeInfo = null;
        return new(file, info.ToByteArray());
    }

    /// <summary>The files of a serialized FileDescriptorSet; throws <see cref="InvalidProtocolBufferException"/> for other bytes.</summary>
    public static List<DescriptorFile> ParseSet(ReadOnlyMemory<byte> set)
    {
        var bodies = new List<ReadOnlyMemory<byte>>();
        var fields = new WireFields(set.Span);
        while (fields.Read())
        {
            if (fields is { Number: FileDescriptorSet.FileFieldNumber, IsBytes: true })
                bodies.Add(set.Slice(fields.Position - fields.Bytes.Length, fields.Bytes.Length));
        }

        // The library has the better words for what is wrong, and reads what this does not, such as groups.
        if (fields.IsBroken)
            return [.. FileDescriptorSet.Parser.ParseFrom(set.Span).File.Select(Of)];
        var files = new DescriptorFile[bodies.Count];
        InvalidProtocolBufferException? broken = null;
        Parallel.For(0, files.Length, i =>
        {
            try
            {
                files[i] = Parse(bodies[i]);
            }
            catch (InvalidProtocolBufferException e)
            {
                Volatile.Write(ref broken, e);
            }
        });
        return broken is null ? [.. files] : throw broken;
    }

    private static DescriptorFile Parse(ReadOnlyMemory<byte> body)
    {
        var fields = new WireFields(body.Span);
        var (start, end, info) = (0, 0, default(ReadOnlyMemory<byte>));
        while (fields.Read())
        {
            if (fields is not { Number: FileDescriptorProto.SourceCodeInfoFieldNumber, IsBytes: true })
                continue;
            // Two of them are one in pieces; nobody writes that.
            if (end > 0)
                return Of(FileDescriptorProto.Parser.ParseFrom(body.Span));
            (start, end) = (fields.Start, fields.Position);
            info = body.Slice(end - fields.Bytes.Length, fields.Bytes.Length);
        }

        if (end == 0 || fields.IsBroken)
            return Of(FileDescriptorProto.Parser.ParseFrom(body.Span));
        var rest = new byte[body.Length - (end - start)];
        body.Span[..start].CopyTo(rest);
        body.Span[end..].CopyTo(rest.AsSpan(start));
        return new(FileDescriptorProto.Parser.ParseFrom(rest), info);
    }
}
