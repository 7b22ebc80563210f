using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;

namespace ProtocolGateway.Envelope.Errors;

/// <summary>Parts the details of a backend's status into what callers may see and what is for the log alone. Done once, where the status is read: no edge has to.</summary>
internal static class BackendDetails
{
    // As much text as a log line can bear.
    private const int LongestText = 8 * 1024;

    /// <summary>The status without its private parts; empty where no detail is left.</summary>
    /// <param name="status">A serialized google.rpc.Status, whole or cut off: proxies cut long headers. What comes after a break is left out.</param>
    /// <param name="code">The code that stands in the result.</param>
    /// <param name="message">The text that stands in the result: the backend's own may be private.</param>
    /// <param name="debug">What a google.rpc.DebugInfo says (google/rpc/error_details.proto means it for the service's developers); null without one.</param>
    public static ReadOnlyMemory<byte> Split(ReadOnlyMemory<byte> status, StatusCode code, string message, out string? debug)
    {
        debug = null;
        if (status.IsEmpty)
            return default;
        var shown = new Status { Code = (int)code, Message = message };
        var input = new CodedInputStream(status.ToArray());
        try
        {
            while (input.ReadTag() is var tag && tag != 0)
            {
                if (tag == WireFormat.MakeTag(Status.DetailsFieldNumber, WireFormat.WireType.LengthDelimited))
                    Add(input.ReadBytes(), shown, ref debug);
                else
                    input.SkipLastField();
            }
        }
        catch (InvalidProtocolBufferException)
        {
            // Broken details must not hide the code and the message.
        }

        return shown.Details.Count == 0 ? default : shown.ToByteArray();
    }

    private static void Add(ByteString bytes, Status shown, ref string? debug)
    {
        Any detail;
        try
        {
            detail = Any.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            // Nobody can tell what it is, so nobody is told.
            return;
        }

        if (Any.GetTypeName(detail.TypeUrl) != DebugInfo.Descriptor.FullName && detail.TypeUrl != DebugInfo.Descriptor.FullName)
            shown.Details.Add(detail);
        else
            debug = debug is null ? Text(detail.Value) : $"{debug}; {Text(detail.Value)}";
    }

    private static string Text(ByteString value)
    {
        try
        {
            var info = DebugInfo.Parser.ParseFrom(value);
            var text = string.Join('\n', info.StackEntries.Prepend(info.Detail).Where(part => part.Length > 0));
            return text.Length > LongestText ? text[..LongestText] : text;
        }
        catch (InvalidProtocolBufferException)
        {
            return "a google.rpc.DebugInfo that cannot be read";
        }
    }
}
