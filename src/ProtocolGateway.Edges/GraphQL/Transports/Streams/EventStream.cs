using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace ProtocolGateway.Edges.GraphQL.Transports.Streams;

/// <summary>The distinct connections mode of graphql-sse: events named next and complete.</summary>
internal sealed class EventStream(HttpContext context, TimeSpan keepAlive, TimeProvider time) : ResultStream(context, keepAlive, time)
{
    private protected override string ContentType => "text/event-stream; charset=utf-8";

    private protected override void WriteStart(PipeWriter output) => WriteKeepAlive(output);

    private protected override void WriteNext(PipeWriter output, ReadOnlySpan<byte> result)
    {
        output.Write("event: next\ndata: "u8);
        JsonText.WriteLine(output, result);
        output.Write("\n\n"u8);
    }

    private protected override void WriteKeepAlive(PipeWriter output) => output.Write(":\n\n"u8);

    // A browser's EventSource drops an event without data.
    private protected override void WriteEnd(PipeWriter output) => output.Write("event: complete\ndata: \n\n"u8);
}
