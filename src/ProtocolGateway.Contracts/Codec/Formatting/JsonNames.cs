using System.Text;

namespace ProtocolGateway.Contracts.Codec.Formatting;

/// <summary>Names written to JSON ahead of any call.</summary>
internal static class JsonNames
{
    /// <summary>A quoted, escaped JSON string.</summary>
    public static byte[] Quote(string text)
    {
        var sink = new JsonSink();
        sink.Text(Encoding.UTF8.GetBytes(text), validate: false);
        return sink.Written.ToArray();
    }

}

/// <summary>The quoted name of a member and its colon, as the first of an object and as the next: after a comma.</summary>
internal sealed class MemberName
{
    /// <summary>The arrays have at least that many bytes, whatever the name has.</summary>
    public const int Padding = 32;

    public MemberName(string name)
    {
        byte[] text = [(byte)',', .. JsonNames.Quote(name), (byte)':'];
        Length = text.Length;
        Next = new byte[Math.Max(Length, Padding)];
        First = new byte[Math.Max(Length, Padding)];
        text.CopyTo(Next, 0);
        text.AsSpan(1).CopyTo(First);
    }

    public byte[] First { get; }

    public byte[] Next { get; }

    /// <summary>How many bytes of <see cref="Next"/> count; <see cref="First"/> has one less.</summary>
    public int Length { get; }
}
