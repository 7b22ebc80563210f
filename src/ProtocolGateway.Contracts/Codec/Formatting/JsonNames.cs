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

    /// <summary>Comma, quoted name, colon.</summary>
    public static byte[] Member(string name) => [(byte)',', .. Quote(name), (byte)':'];
}
