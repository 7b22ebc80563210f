using Xunit;

namespace UnitTests.Upstreams.Wire;

/// <summary>Answers of HTTP/1.1 as servers never should send them (RFC 9112): refused, or given whole; nothing in between.</summary>
public sealed class Http1AnswerTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\n";

    public static TheoryData<string> BadHeads =>
    [
        // Two framings, or one that cannot be told.
        Ok + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
        Ok + "Content-Length: 2, 3\r\n\r\nabc",
        Ok + "Content-Length: 2,\r\n\r\nab",
        Ok + "Content-Length: -2\r\n\r\nab",
        Ok + "Content-Length: +2\r\n\r\nab",
        Ok + "Content-Length: 0x2\r\n\r\nab",
        Ok + "Content-Length: 2 2\r\n\r\nab",
        Ok + "Content-Length:\r\n\r\nab",
        Ok + "Content-Length: 2\u00a0\r\n\r\nab",
        Ok + "Content-Length: 99999999999999999999\r\n\r\nab",
        Ok + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        Ok + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
        Ok + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        Ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        Ok + "Transfer-Encoding: identity\r\n\r\nab",
        Ok + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        Ok + "Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        // Lines that are none.
        Ok + "X-A: a\r\n b\r\n\r\n",
        Ok + " X-A: a\r\n\r\n",
        Ok + "X-A : a\r\n\r\n",
        Ok + "X-A\r\n\r\n",
        Ok + ": a\r\n\r\n",
        Ok + "X A: a\r\n\r\n",
        Ok + "X-A: a\rb\r\n\r\n",
        Ok + "X-A: a\0b\r\n\r\n",
        Ok + "X-A: a\rContent-Length: 0\r\n\r\n",
        // Status lines that are none.
        "\r\n\r\n",
        "\r\n" + Ok + "Content-Length: 0\r\n\r\n",
        "\n",
        "secret\r\n\r\n",
        "HTTP/2 200 OK\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 099 OK\r\n\r\n",
        "HTTP/1.1 2x0 OK\r\n\r\n",
        "HTTP/1.1  200 OK\r\n\r\n",
        "HTTP/1.1\t200 OK\r\n\r\n",
        "HTTP/1.12 200 OK\r\n\r\n",
        "http/1.1 200 OK\r\n\r\n",
        "ICY 200 OK\r\n\r\n",
        "HTTP/1.1 200 O\0K\r\n\r\n",
        // What nobody asked for, and what has no end.
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        string.Concat(Enumerable.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 17)),
        Ok + "X-A: " + new string('a', 70_000) + "\r\n\r\n",
        Ok + string.Concat(Enumerable.Repeat("X-A: a\r\n", 9_000)) + "\r\n",
        Ok + "X-A: " + new string('a', 200_000),
        // Cut off.
        "HTTP/1.1 200 OK",
        Ok + "X-A: a\r\n",
    ];

    public static TheoryData<string> BadChunks =>
    [
        "\r\n",
        "x\r\n",
        "-1\r\na\r\n",
        "+1\r\na\r\n",
        "0x1\r\na\r\n",
        " 1\r\na\r\n",
        ";a=b\r\n",
        "1 2\r\na\r\n",
        "8000000000000000\r\na\r\n",
        "ffffffffffffffff\r\na\r\n",
        "10000000000000001\r\na\r\n",
        "1;" + new string('x', 300) + "\r\na\r\n",
        new string('0', 300),
        "1\r\nab\r\n0\r\n\r\n",
        "2\r\nabX\r\n0\r\n\r\n",
        "1\r\na0\r\n\r\n",
        "0\r\nno trailer\r\n\r\n",
        "0\r\nX-A: a\r\n b\r\n\r\n",
        "0\r\nX-A: a\rb\r\n\r\n",
        "0\r\nX-A: " + new string('a', 200_000),
    ];

    public static TheoryData<string, string> CutBodies => new()
    {
        { Ok + "Content-Length: 5\r\n\r\nab", "ab" },
        { Ok + "Content-Length: 5\r\n\r\n", "" },
        { Ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nab", "ab" },
        { Ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nab", "ab" },
        { Ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", "ab" },
        { Ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0", "ab" },
        { Ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n", "ab" },
        { Ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nX-A: a\r\n", "ab" },
    };

    public static TheoryData<string, string, string> GoodAnswers => new()
    {
        { "GET", Ok + "Content-Length: 2\r\n\r\nab", "200 ab" },
        { "GET", Ok + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nab", "200 ab" },
        { "GET", Ok + "Content-Length: 2, 2\r\n\r\nab", "200 ab" },
        { "GET", Ok + "Content-Length: 002 \t\r\n\r\nab", "200 ab" },
        { "GET", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nab", "200 ab" },
        { "GET", "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nab", "200 ab" },
        { "GET", "HTTP/1.1 404 Gr\u00fc\u00dfe\r\nX-A: \u00fc\r\nX-Empty:\r\nContent-Length: 0\r\n\r\n", "404 " },
        { "GET", "HTTP/1.1 200 OK\nContent-Length: 2\n\nab", "200 ab" },
        { "GET", Ok + "Transfer-Encoding: Chunked\r\n\r\n2\r\nab\r\n00A;x=\"y;z\" ; q\r\n0123456789\r\n1 \r\nc\r\n000\r\n\r\n", "200 ab0123456789c" },
        { "GET", Ok + "Transfer-Encoding: chunked\r\n\r\n0\r\nX-Check: 1\r\nContent-Length: 9\r\nTransfer-Encoding: x\r\n\r\n", "200  x-check=1" },
        { "GET", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 7\r\n\r\n" + Ok + "Content-Length: 2\r\n\r\nab", "200 ab" },
        { "GET", "HTTP/1.1 204 No Content\r\n\r\n", "204 " },
        { "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "304 " },
        { "GET", "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", "304 " },
        { "HEAD", Ok + "Content-Length: 5\r\n\r\n", "200 " },
        { "HEAD", Ok + "Transfer-Encoding: chunked\r\n\r\n", "200 " },
        { "HEAD", Ok + "\r\n", "200 " },
    };

    [Theory]
    [MemberData(nameof(BadHeads))]
    public async Task A_bad_head_is_an_error_that_tells_the_client_nothing_of_it(string answer)
    {
        await using var backend = RawBackend.Http(async (stream, number) =>
        {
            if (number == 0)
                await Http1Peer.AnswerAndCloseAsync(stream, answer);
            else
                await Http1Peer.ServeAsync(stream, Ok + "Content-Length: 4\r\n\r\nfine");
        });
        var call = await backend.RunAsync(RecordingCall.Http("GET", "/"));
        Assert.Equal("BACKEND_PROTOCOL", call.Error!.Reason);
        Assert.DoesNotContain("secret", call.Error.Message, StringComparison.Ordinal);
        Assert.Null(call.Head);
        await AnswersAsync(backend);
    }

    [Theory]
    [MemberData(nameof(BadChunks))]
    public async Task A_bad_chunk_is_never_the_end_of_a_whole_answer(string chunks)
    {
        await using var backend = RawBackend.Http(async (stream, number) =>
        {
            if (number == 0)
                await Http1Peer.AnswerAndCloseAsync(stream, Ok + "Transfer-Encoding: chunked\r\n\r\n" + chunks);
            else
                await Http1Peer.ServeAsync(stream, Ok + "Content-Length: 4\r\n\r\nfine");
        });
        var call = await backend.RunAsync(RecordingCall.Http("GET", "/"));
        Assert.Equal("BACKEND_PROTOCOL", call.Error!.Reason);
        await AnswersAsync(backend);
    }

    [Theory]
    [MemberData(nameof(CutBodies))]
    public async Task A_body_that_is_cut_off_is_an_error_after_what_has_come(string answer, string body)
    {
        await using var backend = RawBackend.Http((stream, _) => Http1Peer.AnswerAndCloseAsync(stream, answer));
        var call = await backend.RunAsync(RecordingCall.Http("GET", "/"));
        Assert.Equal((body, "BACKEND_LOST"), (call.Text.Replace("|", "", StringComparison.Ordinal), call.Error!.Reason));
        Assert.Equal(1, backend.Connections);
    }

    [Theory]
    [MemberData(nameof(GoodAnswers))]
    public async Task A_good_answer_is_given_whole_and_its_connection_used_again(string method, string answer, string expected)
    {
        await using var backend = RawBackend.Http((stream, _) => Http1Peer.ServeAsync(stream, answer));
        for (var i = 0; i < 2; i++)
        {
            var call = await backend.RunAsync(RecordingCall.Http(method, "/"));
            Assert.Null(call.Error);
            var trailers = string.Concat((call.Trailers?.Items.ToArray() ?? []).Select(t => $" {t.Key}={t.Value}"));
            Assert.Equal(expected, $"{call.Head!.Value.Status} {call.Text.Replace("|", "", StringComparison.Ordinal)}{trailers}");
        }

        Assert.Equal(1, backend.Connections);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nab")]
    [InlineData("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nab")]
    public async Task A_body_may_end_with_its_connection(string answer)
    {
        await using var backend = RawBackend.Http((stream, _) => Http1Peer.AnswerAndCloseAsync(stream, answer));
        for (var i = 0; i < 2; i++)
            Assert.Equal((null, "ab"), (await backend.RunAsync(RecordingCall.Http("GET", "/")) is var call ? (call.Error?.Reason, call.Text) : default));
        Assert.Equal(2, backend.Connections);
    }

    [Fact]
    public async Task An_answer_that_comes_byte_by_byte_is_the_same()
    {
        const string Answer = "HTTP/1.1 100 Continue\r\n\r\n" + Ok + "Transfer-Encoding: chunked\r\nX-A: a\r\n\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\nX-B: b\r\n\r\n";
        await using var backend = RawBackend.Http(async (stream, _) =>
        {
            while (await Http1Peer.HeadAsync(stream) is not null)
            {
                foreach (var one in Answer)
                {
                    await Http1Peer.SendAsync(stream, one.ToString());
                    await Task.Yield();
                }
            }
        });
        var call = await backend.RunAsync(RecordingCall.Http("GET", "/"));
        Assert.Null(call.Error);
        Assert.Equal(("abc", "a", "b"), (call.Text.Replace("|", "", StringComparison.Ordinal), call.Head!.Value.Headers.Find("x-a"), call.Trailers!.Find("x-b")));
    }

    private static async Task AnswersAsync(RawBackend backend)
    {
        Assert.Equal("fine", (await backend.RunAsync(RecordingCall.Http("GET", "/"))).Text);
        Assert.Equal(2, backend.Connections);
    }
}
