using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace ProtocolGateway.Edges.GraphQL.Transports.Streams;

/// <summary>Apollo's multipart protocol for subscriptions, version 1.0: a part for each result, an empty object as a heartbeat.</summary>
internal sealed class MultipartStream(HttpContext context, TimeSpan keepAlive, TimeProvider time) : ResultStream(context, keepAlive, time)
{
    private protected override string ContentType => "multipart/mixed;boundary=\"graphql\";subscriptionSpec=1.0";

    private protected override void WriteStart(PipeWriter output) => output.Write("--graphql"u8);

    // The boundary after a part comes with it: a client hands a part on when it has seen where it ends.
    private protected override void WriteNext(PipeWriter output, ReadOnlySpan<byte> result)
    {
        output.Write("\r\ncontent-type: application/json\r\n\r\n{\"payload\":"u8);
        output.Write(result);
        output.Write("}\r\n--graphql"u8);
    }

    private protected override void WriteKeepAlive(PipeWriter output) => output.Write("\r\ncontent-type: application/json\r\n\r\n{}\r\n--graphql"u8);

    private protected override void WriteEnd(PipeWriter output) => output.Write("--\r\n"u8);
}
