using Google.Protobuf;

/// <summary>What conformance.proto calls WireFormat.</summary>
internal enum OutputFormat
{
    Unspecified,
    Protobuf,
    Json,
    Jspb,
    Text,
}

/// <summary>conformance.ConformanceRequest, as far as this testee reads it.</summary>
internal sealed class ConformanceRequest
{
    private const int IgnoreUnknownCategory = 3;

    public byte[]? Protobuf { get; private set; }
    public byte[]? Json { get; private set; }
    public OutputFormat Output { get; private set; }
    public string MessageType { get; private set; } = "";
    public bool IgnoreUnknown { get; private set; }

    public static ConformanceRequest Read(byte[] bytes)
    {
        var request = new ConformanceRequest();
        var input = new CodedInputStream(bytes);
        while (input.ReadTag() is var tag and not 0)
        {
            switch (tag >> 3)
            {
                case 1: request.Protobuf = input.ReadBytes().ToByteArray(); break;
                case 2: request.Json = input.ReadBytes().ToByteArray(); break;
                case 3: request.Output = (OutputFormat)input.ReadEnum(); break;
                case 4: request.MessageType = input.ReadString(); break;
                case 5: request.IgnoreUnknown = input.ReadEnum() == IgnoreUnknownCategory; break;
                default: input.SkipLastField(); break;
            }
        }

        return request;
    }
}

/// <summary>The one field that a conformance.ConformanceResponse holds.</summary>
internal readonly record struct ConformanceResponse(int Number, byte[] Value)
{
    public static ConformanceResponse ParseError(string why) => new(1, System.Text.Encoding.UTF8.GetBytes(why));

    public static ConformanceResponse RuntimeError(string why) => new(2, System.Text.Encoding.UTF8.GetBytes(why));

    public static ConformanceResponse Protobuf(byte[] bytes) => new(3, bytes);

    public static ConformanceResponse Json(byte[] text) => new(4, text);

    public static ConformanceResponse Skipped(string why) => new(5, System.Text.Encoding.UTF8.GetBytes(why));

    public static ConformanceResponse SerializeError(string why) => new(6, System.Text.Encoding.UTF8.GetBytes(why));

    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using var output = new CodedOutputStream(stream);
        output.WriteTag(Number, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(Value));
        output.Flush();
        return stream.ToArray();
    }
}
