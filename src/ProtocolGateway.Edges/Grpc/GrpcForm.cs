using System.Buffers;
using System.Buffers.Text;

namespace ProtocolGateway.Edges.Grpc;

/// <summary>How a request of gRPC or gRPC-Web is written (gRPC over HTTP2, "Content-Type"; PROTOCOL-WEB).</summary>
/// <param name="Web">The status ends the body, as browsers do not see trailers.</param>
/// <param name="Text">The body is base64.</param>
/// <param name="Json">Messages are JSON; otherwise protobuf.</param>
internal readonly record struct GrpcForm(bool Web, bool Text, bool Json)
{
    private const string Grpc = "application/grpc";

    /// <summary>The media type of answers.</summary>
    public string MediaType => (Web, Text, Json) switch
    {
        (false, _, false) => Grpc,
        (false, _, true) => "application/grpc+json",
        (true, false, false) => "application/grpc-web+proto",
        (true, false, true) => "application/grpc-web+json",
        (true, true, false) => "application/grpc-web-text+proto",
        (true, true, true) => "application/grpc-web-text+json",
    };

    /// <summary>The media type is one of the family, known or not: no other protocol has it.</summary>
    public static bool IsGrpc(string? mediaType) => mediaType is not null && mediaType.StartsWith(Grpc, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads a media type; false where messages come in a form that is not known.</summary>
    public static bool TryRead(string mediaType, out GrpcForm form)
    {
        form = default;
        var end = mediaType.IndexOf(';', StringComparison.Ordinal);
        var rest = (end < 0 ? mediaType : mediaType.AsSpan(0, end)).Trim()[Grpc.Length..];
        var web = Skip(ref rest, "-web");
        var text = web && Skip(ref rest, "-text");
        var json = Skip(ref rest, "+json");
        if (!json)
            Skip(ref rest, "+proto");
        form = new(web, text, json);
        return rest.IsEmpty;
    }

    /// <summary>Writes a record of the answer's body: each is base64 of its own, padded, as the protocol has it.</summary>
    public void Write(ReadOnlySpan<byte> record, IBufferWriter<byte> output)
    {
        if (!Text)
        {
            output.Write(record);
            return;
        }

        var space = output.GetSpan(Base64.GetMaxEncodedToUtf8Length(record.Length));
        Base64.EncodeToUtf8(record, space, out _, out var length);
        output.Advance(length);
    }

    private static bool Skip(ref ReadOnlySpan<char> text, string word)
    {
        var has = text.StartsWith(word, StringComparison.OrdinalIgnoreCase);
        if (has)
            text = text[word.Length..];
        return has;
    }
}
