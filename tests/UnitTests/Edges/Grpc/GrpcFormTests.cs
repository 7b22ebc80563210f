using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using ProtocolGateway.Edges.Grpc;
using ProtocolGateway.Envelope.Calls;
using Xunit;

namespace UnitTests.Edges.Grpc;

/// <summary>How requests of gRPC and gRPC-Web are written.</summary>
public sealed class GrpcFormTests
{
    [Theory]
    [InlineData("application/grpc", "application/grpc")]
    [InlineData("APPLICATION/GRPC+Proto", "application/grpc")]
    [InlineData("application/grpc+json; charset=utf-8", "application/grpc+json")]
    [InlineData("application/grpc-web", "application/grpc-web+proto")]
    [InlineData("application/grpc-web+json", "application/grpc-web+json")]
    [InlineData("application/grpc-web-text", "application/grpc-web-text+proto")]
    [InlineData("application/grpc-web-text+proto ;x=1", "application/grpc-web-text+proto")]
    [InlineData("application/grpc+thrift", null)]
    [InlineData("application/grpc-text", null)]
    [InlineData("application/grpcx", null)]
    public void Media_types_are_read_whole(string mediaType, string? answer)
    {
        Assert.True(GrpcForm.IsGrpc(mediaType));
        Assert.Equal(answer is not null, GrpcForm.TryRead(mediaType, out var form));
        if (answer is not null)
            Assert.Equal(answer, form.MediaType);
    }

    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("100 %", "100 %25")]
    [InlineData("é\n", "%C3%A9%0A")]
    public void What_a_header_cannot_hold_is_percent_encoded(string message, string expected) =>
        Assert.Equal(expected, GrpcErrorWriter.PercentEncode(message, 1000));

    [Theory]
    [InlineData("abcdef")]
    [InlineData("ééé")]
    public void A_long_message_is_cut_between_bytes(string message)
    {
        var text = GrpcErrorWriter.PercentEncode(message, 4);
        Assert.InRange(text.Length, 1, 4);
        Assert.StartsWith(text, GrpcErrorWriter.PercentEncode(message, 1000), StringComparison.Ordinal);
        Assert.DoesNotMatch("%.?$", text);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(1000)]
    public async Task Base64_is_read_wherever_it_is_cut(int piece)
    {
        var text = Encoding.ASCII.GetBytes(Convert.ToBase64String("one"u8) + Convert.ToBase64String("two!"u8) + Convert.ToBase64String("t"u8) + Convert.ToBase64String("the rest of it"u8));
        var pipe = new Pipe();
        var writing = Task.Run(async () =>
        {
            for (var at = 0; at < text.Length; at += piece)
                await pipe.Writer.WriteAsync(text.AsMemory(at, Math.Min(piece, text.Length - at)));
            await pipe.Writer.CompleteAsync();
        });
        using var body = new Base64Body(pipe.Reader);
        var all = new List<byte>();
        while (true)
        {
            // One byte at a time, so that what is left over is kept.
            var read = await body.ReadAsync(TestContext.Current.CancellationToken);
            if (read.Buffer.IsEmpty && read.IsCompleted)
                break;
            if (!read.Buffer.IsEmpty)
                all.Add(read.Buffer.FirstSpan[0]);
            body.AdvanceTo(read.Buffer.GetPosition(Math.Min(1, read.Buffer.Length)));
        }

        await writing;
        Assert.Equal("onetwo!tthe rest of it", Encoding.ASCII.GetString([.. all]));
    }

    [Fact]
    public async Task What_was_looked_at_is_given_again_with_what_follows()
    {
        var pipe = new Pipe();
        using var body = new Base64Body(pipe.Reader);
        await pipe.Writer.WriteAsync("b25l"u8.ToArray(), TestContext.Current.CancellationToken);
        var first = await body.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal("one", Encoding.ASCII.GetString(first.Buffer.ToArray()));
        body.AdvanceTo(first.Buffer.Start, first.Buffer.End);
        Assert.False(body.TryRead(out _));
        await pipe.Writer.WriteAsync("dHdv"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.Equal("onetwo", Encoding.ASCII.GetString((await body.ReadAsync(TestContext.Current.CancellationToken)).Buffer.ToArray()));
    }

    [Theory]
    [InlineData("AAA")]
    [InlineData("A=AA")]
    [InlineData("AA*A")]
    public async Task What_is_no_base64_is_refused(string text)
    {
        using var body = new Base64Body(PipeReader.Create(new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(text))));
        var refused = await Assert.ThrowsAsync<GatewayCallException>(async () => await body.ReadAsync(TestContext.Current.CancellationToken));
        Assert.Equal("INVALID_INPUT", refused.Error.Reason);
    }
}
