using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using ProtocolGateway.Edges.Grpc;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using Xunit;

namespace UnitTests.Edges.Grpc;

/// <summary>Where and how the end of a call is written.</summary>
public sealed class GrpcErrorWriterTests
{
    private static readonly GrpcForm Native = new(Web: false, Text: false, Json: false);

    [Fact]
    public void Before_anything_was_said_the_status_is_in_the_head()
    {
        var (context, trailers) = Written(GatewayErrors.NoSuchMethod("/a.B/C"), null, begun: false);
        Assert.Equal("12", context.Response.Headers["grpc-status"]);
        Assert.Equal("application/grpc", context.Response.ContentType);
        Assert.Empty(trailers);
        var bytes = Convert.FromBase64String(Padded(context.Response.Headers["grpc-status-details-bin"]!));
        var status = Google.Rpc.Status.Parser.ParseFrom(bytes);
        Assert.Equal("NO_SUCH_METHOD", status.Details[0].Unpack<Google.Rpc.ErrorInfo>().Reason);
    }

    [Fact]
    public void Afterwards_it_is_in_the_trailers_with_those_that_may_pass()
    {
        var own = new CallHeaders();
        own.TryAdd("x-late", "1");
        own.TryAdd("content-type", "text/html");
        own.TryAdd("connection", "close");
        own.TryAdd("x-text", "\u4e2d");
        var (context, trailers) = Written(null, own, begun: true);
        Assert.Equal(["grpc-status: 0", "x-late: 1"], trailers.Select(static t => $"{t.Key}: {t.Value}"));
        Assert.False(context.Response.Headers.ContainsKey("grpc-status"));
    }

    [Fact]
    public void Details_give_way_where_all_would_be_more_than_clients_take()
    {
        var status = new Google.Rpc.Status { Details = { Any.Pack(new Google.Rpc.LocalizedMessage { Message = new('x', 8000) }) } };
        var (_, trailers) = Written(GatewayErrors.BackendStatus(StatusCode.NotFound, new('m', 3000), status.ToByteArray()), null, begun: true);
        Assert.Equal(3000, trailers["grpc-message"].ToString().Length);
        Assert.False(trailers.ContainsKey("grpc-status-details-bin"));
    }

    private static (HttpContext Context, IHeaderDictionary Trailers) Written(GatewayError? error, CallHeaders? own, bool begun)
    {
        var context = new DefaultHttpContext();
        var trailers = new HeaderDictionary();
        context.Features.Set<IHttpResponseTrailersFeature>(new Trailing { Trailers = trailers });
        new GrpcErrorWriter(NullLogger.Instance).WriteEnd(context, Native, null, error, own, begun);
        return (context, trailers);
    }

    private static string Padded(string base64) => base64.PadRight((base64.Length + 3) / 4 * 4, '=');

    private sealed class Trailing : IHttpResponseTrailersFeature
    {
        public required IHeaderDictionary Trailers { get; set; }
    }
}
