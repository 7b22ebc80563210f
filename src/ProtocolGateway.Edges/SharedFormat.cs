using System.Buffers;
using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.Envelope.Calls;

namespace ProtocolGateway.Edges;

/// <summary>Translates a message that other calls may have translated already, or may want translated too.</summary>
internal static class SharedFormat
{
    /// <summary>Writes the message; what is returned is wrong with it.</summary>
    /// <param name="shared">The message as others have it; null for one that is this call's alone.</param>
    /// <param name="format">The translation, which tells the form too.</param>
    /// <param name="message">The message.</param>
    /// <param name="output">Takes it.</param>
    public static CodecError? Write(SharedMessage? shared, MessageFormatter format, ReadOnlySequence<byte> message, IBufferWriter<byte> output)
    {
        if (shared is null)
            return format(message, output);
        if (shared.Find(format) is { } known)
        {
            output.Write(known);
            return null;
        }

        using var made = new PooledBuffer();
        if (format(message, made) is { } wrong)
            return wrong;
        shared.Keep(format, made.WrittenSpan.ToArray());
        output.Write(made.WrittenSpan);
        return null;
    }
}
