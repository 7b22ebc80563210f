using System.Buffers;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.Codec.Parsing;

/// <summary>
/// JSON to protobuf bytes by the canonical mapping, compiled from a contract. Thread-safe; the types below the root are compiled when they
/// first occur. Reading allocates nothing in the steady state beyond what the output asks for.
/// </summary>
public sealed class JsonParsePlan
{
    /// <summary>The longest JSON that is read. Protobuf bytes can be 6.5 times as long, and a message must stay below 2 GiB.</summary>
    public const int MaxJsonBytes = 256 * 1024 * 1024;

    private readonly PlanCache _cache;
    private readonly ValuePlan? _message;
    private readonly FieldPlan? _field;

    private JsonParsePlan(PlanCache cache, ValuePlan? message, FieldPlan? field) => (_cache, _message, _field) = (cache, message, field);

    /// <summary>The plan of a message.</summary>
    /// <param name="type">The message, of a protobuf contract.</param>
    /// <param name="options">The switches.</param>
    /// <param name="resolveType">The type of that full name, for Any; null where there is none.</param>
    public static JsonParsePlan Compile(MessageType type, CodecOptions options, Func<string, MessageType?> resolveType)
    {
        var cache = new PlanCache(options, resolveType);
        return new JsonParsePlan(cache, cache.Get(type).Root, null);
    }

    /// <summary>The plan of one field's value, lists and maps whole: it writes the field with its tags, as part of the message that has it.</summary>
    /// <param name="field">The field.</param>
    /// <param name="options">The switches.</param>
    /// <param name="resolveType">The type of that full name, for Any; null where there is none.</param>
    public static JsonParsePlan CompileField(Field field, CodecOptions options, Func<string, MessageType?> resolveType)
    {
        var cache = new PlanCache(options, resolveType);
        return new JsonParsePlan(cache, null, new FieldPlan(field, 0, -1, cache));
    }

    /// <summary>Reads the JSON and appends the protobuf bytes; on an error nothing is appended.</summary>
    /// <returns>Null, or what is wrong where.</returns>
    public CodecError? Parse(ReadOnlySequence<byte> json, IBufferWriter<byte> output)
    {
        if (json.IsSingleSegment)
            return Parse(json.FirstSpan, output);
        if (json.Length > MaxJsonBytes)
            return TooLong();
        var length = (int)json.Length;
        var joined = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            json.CopyTo(joined);
            return Parse(joined.AsSpan(0, length), output);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(joined);
        }
    }

    /// <summary>Reads the JSON and appends the protobuf bytes; on an error nothing is appended.</summary>
    /// <returns>Null, or what is wrong where.</returns>
    public CodecError? Parse(ReadOnlySpan<byte> json, IBufferWriter<byte> output)
    {
        if (json.Length > MaxJsonBytes)
            return TooLong();
        var scratch = ParseScratch.Rent();
        try
        {
            var cursor = new JsonCursor(json, scratch, _cache);
            if (!Read(ref cursor, scratch))
                return cursor.ToError();
            output.Write(scratch.Wire.Written);
            return null;
        }
        finally
        {
            scratch.Return();
        }
    }

    private static CodecError TooLong() => new("", "the JSON is longer than 256 MiB");

    private bool Read(ref JsonCursor cursor, ParseScratch scratch)
    {
        if (_field is null)
        {
            if (!ValueReader.ReadContent(ref cursor, _message!))
                return false;
        }
        else
        {
            var seen = SeenFields.Begin(1, scratch);
            if (!FieldReader.Read(ref cursor, _field, ref seen))
                return cursor.Within(_field.Name);
        }

        cursor.SkipWhitespace();
        return cursor.Position == cursor.Json.Length || cursor.FailHere("the end of the input");
    }
}
