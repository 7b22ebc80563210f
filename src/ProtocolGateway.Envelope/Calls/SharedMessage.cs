namespace ProtocolGateway.Envelope.Calls;

/// <summary>One message of a stream that goes to many calls: what one of them makes of it, others of the same form need not make again.</summary>
/// <param name="bytes">The message, owned.</param>
public sealed class SharedMessage(ReadOnlyMemory<byte> bytes)
{
    // Nearly always one form, seldom two: replaced whole, so that it can be read without a lock.
    private (object Form, byte[] Text)[] _forms = [];

    /// <summary>The message as it came.</summary>
    public ReadOnlyMemory<byte> Bytes => bytes;

    /// <summary>The message in a form; null where nobody has made it.</summary>
    /// <param name="form">What tells the form from others.</param>
    public byte[]? Find(object form)
    {
        foreach (var (known, text) in Volatile.Read(ref _forms))
        {
            if (known == form)
                return text;
        }

        return null;
    }

    /// <summary>Keeps the message in a form. Of two who make the same at once, both may.</summary>
    public void Keep(object form, byte[] text) => Volatile.Write(ref _forms, [.. _forms, (form, text)]);
}
