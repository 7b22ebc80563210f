using System.Text;
using Microsoft.AspNetCore.Http;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.Upstreams;
using Xunit;
using static UnitTests.Upstreams.ScriptedBackend;

namespace UnitTests.Upstreams;

/// <summary>Messages that pass compressed, and those that do not, between an edge and a backend.</summary>
public sealed class GrpcCompressionTests
{
    [Fact]
    public async Task Marked_messages_pass_unread_both_ways()
    {
        byte[]? sent = null;
        var headers = new Dictionary<string, string>();
        await using var backend = await StartAsync(async context =>
        {
            foreach (var (name, value) in context.Request.Headers)
                headers[name.ToLowerInvariant()] = value.ToString();
            sent = await BodyAsync(context);
            context.Response.Headers["grpc-encoding"] = "zstd";
            await AnswerAsync(context, "0", Marked("back"));
        });
        var call = new RecordingCall("Get") { Single = "there"u8.ToArray(), Compression = new() { Request = "br", Accepted = "br, zstd", IsRequestMarked = true } };
        await backend.RunAsync(call);

        Assert.Null(call.Error);
        Assert.Equal(Marked("there"), sent);
        Assert.Equal("br", headers["grpc-encoding"]);
        Assert.Equal("br, zstd", headers["grpc-accept-encoding"]);
        Assert.Equal("zstd", call.Head!.Value.Encoding);
        Assert.Equal("back", call.Text);
        Assert.True(call.Compression.IsAnswerMarked);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("br")]
    [InlineData("gzipped,x-gzip")]
    public async Task An_encoding_that_the_client_does_not_take_is_undone(string? accepted)
    {
        await using var backend = await StartAsync(async context =>
        {
            await ReadAsync(context);
            context.Response.Headers["grpc-encoding"] = "gzip";
            await AnswerAsync(context, "0", Frame("back", gzip: true));
        });
        var call = new RecordingCall("Get") { Single = [], Compression = new() { Accepted = accepted } };
        await backend.RunAsync(call);
        Assert.Equal("back", call.Text);
        Assert.Null(call.Head!.Value.Encoding);
        Assert.False(call.Compression.IsAnswerMarked);
    }

    [Fact]
    public async Task Each_message_of_a_stream_has_its_own_mark()
    {
        await using var backend = await StartAsync(async context =>
        {
            await ReadAsync(context);
            context.Response.Headers["grpc-encoding"] = "gzip";
            await AnswerAsync(context, "0", Marked("a"), Frame("b"), Marked("c"));
        });
        var marks = new List<bool>();
        var compression = new MessageCompression { Accepted = "gzip" };
        var call = new RecordingCall("Watch", Shape.ServerStreaming)
        {
            Single = [],
            Compression = compression,
            OnMessage = () =>
            {
                marks.Add(compression.IsAnswerMarked);
                return default;
            },
        };
        await backend.RunAsync(call);
        Assert.Equal("a|b|c", call.Text);
        Assert.Equal([true, false, true], marks);
    }

    [Theory]
    [InlineData("gzip", 1)]
    [InlineData("br", 0)]
    [InlineData(null, 1)]
    public async Task A_plain_message_is_compressed_only_by_the_encoding_of_the_head(string? request, byte flag)
    {
        byte[]? sent = null;
        string? encoding = null;
        await using var backend = await StartAsync(
            async context =>
            {
                encoding = context.Request.Headers["grpc-encoding"];
                sent = await BodyAsync(context);
                await AnswerAsync(context, "0", Frame("x"));
            },
            options: new UpstreamOptions { GzipRequests = true });
        await backend.RunAsync(new RecordingCall("Get") { Single = new byte[5000], Compression = new() { Request = request } });
        Assert.Equal(request ?? "gzip", encoding);
        Assert.Equal(flag, sent![0]);
    }

    [Fact]
    public async Task A_mark_without_an_encoding_is_the_backends_fault()
    {
        await using var backend = await StartAsync(async context =>
        {
            await ReadAsync(context);
            context.Response.Headers["grpc-encoding"] = "identity";
            await AnswerAsync(context, "0", Marked("x"));
        });
        var call = await backend.RunAsync(new RecordingCall("Get") { Single = [], Compression = new() { Accepted = "identity,gzip" } });
        Assert.Equal("BACKEND_PROTOCOL", call.Error!.Reason);
    }

    [Theory]
    [InlineData("br", "gzip,deflate", "gzip,deflate")]
    [InlineData("br", "a;b", null)]
    [InlineData(null, "gzip", null)]
    public async Task What_the_backend_takes_instead_is_told_to_who_chose_the_encoding(string? request, string named, string? told)
    {
        await using var backend = await StartAsync(context =>
        {
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-status"] = "12";
            context.Response.Headers["grpc-accept-encoding"] = named;
            return Task.CompletedTask;
        });
        var call = await backend.RunAsync(new RecordingCall("Get") { Single = [], Compression = new() { Request = request } });
        Assert.Equal(StatusCode.Unimplemented, call.Error!.Code);
        Assert.Equal(told, call.Error.AnswerHeaders.Select(static h => h.Value).SingleOrDefault());
    }

    private static byte[] Marked(string text)
    {
        var frame = Frame(text);
        frame[0] = 1;
        return frame;
    }

    private static async Task<byte[]> BodyAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        return body.ToArray();
    }
}
