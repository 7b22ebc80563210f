using System.Buffers;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.Codec.Formatting;

/// <summary>
/// Writes messages of one type, given as protobuf wire bytes, as JSON: the canonical mapping (protobuf.dev, ProtoJSON format). Compiled once;
/// safe for any number of threads; a run allocates nothing once its thread has a buffer.
/// </summary>
public sealed class JsonFormatPlan
{
    private const int CopiesWhenReordering = 16;

    private readonly MessagePlan _plan;
    private readonly CodecOptions _options;

    private JsonFormatPlan(MessagePlan plan, CodecOptions options) => (_plan, _options) = (plan, options);


    /// <summary>A plan for whole messages.</summary>
    /// <param name="type">The type of the messages.</param>
    /// <param name="options">How to write them.</param>
    /// <param name="resolveType">Finds the types that Any holds by full name; null for one that is not known, which is then written as base64.</param>
    public static JsonFormatPlan Compile(MessageType type, CodecOptions options, Func<string, MessageType?> resolveType) =>
        new(new FormatPlanSet(options, resolveType).PlanFor(type), options);

    /// <summary>A plan that is given whole messages and writes the JSON value of one of their fields alone: its default (<c>[]</c>, <c>{}</c>, <c>null</c>, <c>0</c>) where it is absent.</summary>
    public static JsonFormatPlan CompileField(MessageType type, Field field, CodecOptions options, Func<string, MessageType?> resolveType) =>
        new(new FormatPlanSet(options, resolveType).CompileBare(type, field), options);

    /// <summary>Writes a message as JSON; see the other overload.</summary>
    public CodecError? Format(ReadOnlySequence<byte> message, IBufferWriter<byte> output)
    {
        if (message.IsSingleSegment)
            return Format(message.FirstSpan, output);
        var length = checked((int)message.Length);
        var rented = ArrayPool<byte>.Shared.Rent(length);
        message.CopyTo(rented);
        var error = Format(rented.AsSpan(0, length), output);
        ArrayPool<byte>.Shared.Return(rented);
        return error;
    }

    /// <summary>Writes a message as JSON.</summary>
    /// <returns>Null, or what is wrong with the message; nothing is written then. The bytes come from a backend: an error is the backend's.</returns>
    public CodecError? Format(ReadOnlySpan<byte> message, IBufferWriter<byte> output)
    {
        var context = FormatContext.Take(_options);
        context.ReorderBudget = (long)message.Length * CopiesWhenReordering + 64 * 1024;
        var done = Run(message, context);
        if (!done && context.NeedsReorder)
        {
            context.Restart();
            context.Reorders = true;
            done = Run(message, context);
        }

        var error = done ? null : new CodecError(context.Path, context.Error ?? ObjectFormatter.Malformed);
        if (done)
            output.Write(context.Sink.Written);
        FormatContext.Return(context);
        return error;
    }

    private bool Run(ReadOnlySpan<byte> message, FormatContext context)
    {
        var reader = new WireReader(message);
        return ObjectFormatter.Message(_plan, ref reader, 0, context);
    }
}
