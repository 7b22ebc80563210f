using System.Text;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace UnitTests.Edges.WebSockets;

/// <summary>The wire by RFC 6455, as the Autobahn suite asks of it: each frame made by hand, against the direct socket of an operation that echoes.</summary>
public sealed class SocketWireTests
{
    private const string Message = """{"text":"é"}""";

    private readonly Scripts _scripts = new();

    // Frames in hex-free words: each is one call of Frame, and the close that answers all of them.
    public static TheoryData<string, string> Broken => new()
    {
        { "unmasked", "1002" },
        { "reserved bit 1", "1002" },
        { "reserved bit 2", "1002" },
        { "reserved bit 4", "1002" },
        { "opcode 3", "1002" },
        { "opcode 7", "1002" },
        { "opcode 11", "1002" },
        { "opcode 15", "1002" },
        { "fragmented ping", "1002" },
        { "long ping", "1002" },
        { "fragmented close", "1002" },
        { "long close", "1002" },
        { "continuation of nothing", "1002" },
        { "text within text", "1002" },
        { "binary within text", "1002" },
        { "close of one byte", "1002" },
        { "close 999", "1002" },
        { "close 1004", "1002" },
        { "close 1005", "1002" },
        { "close 1006", "1002" },
        { "close 1016", "1002" },
        { "close 2999", "1002" },
        { "close 5000", "1002" },
        { "invalid text", "1007" },
        { "half a character", "1007" },
        { "invalid text in pieces", "1007" },
        { "length beyond 63 bits", "1002" },
        { "close with invalid reason", "1002" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task What_breaks_the_protocol_is_answered_with_its_close_code(string what, string code)
    {
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync);
        await using var raw = await host.OpenRawAsync("/ws/t.Notes/Chat", null);
        await raw.SendAsync(Message);
        Assert.Equal("text " + Message, await raw.ReceiveAsync());
        await raw.SendAsync(FramesOf(what));
        Assert.Equal("close " + code, await raw.ReceiveCloseAsync());
        await SocketHost.UntilAsync(() => _scripts.Running == 0);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(1003)]
    [InlineData(1007)]
    [InlineData(1011)]
    [InlineData(1012)]
    [InlineData(1013)]
    [InlineData(1014)]
    [InlineData(3000)]
    [InlineData(3999)]
    [InlineData(4000)]
    [InlineData(4999)]
    [InlineData(0)]
    public async Task A_close_is_answered_with_the_same_code(int code)
    {
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync);
        await using var raw = await host.OpenRawAsync("/ws/t.Notes/Chat", null);
        await raw.SendAsync(RawSocket.Frame(RawSocket.Close, code == 0 ? [] : [(byte)(code >> 8), (byte)code, .. "bye"u8]));
        var close = await raw.ReceiveAsync();
        Assert.Contains(close, code == 0 ? new[] { "close ", "close 1000" } : ["close " + code]);
        Assert.Equal("end", await raw.ReceiveAsync());
    }

    [Fact]
    public async Task Fragments_pings_between_them_and_empty_frames_are_one_message()
    {
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync);
        await using var raw = await host.OpenRawAsync("/ws/t.Notes/Chat", null);
        var bytes = Encoding.UTF8.GetBytes(Message);
        await raw.SendAsync(RawSocket.Frame(RawSocket.Text, [], final: false));
        for (var i = 0; i < bytes.Length; i++)
        {
            // A character of two bytes is cut too.
            await raw.SendAsync(RawSocket.Frame(RawSocket.Continuation, bytes.AsSpan(i, 1), final: false));
            await raw.SendAsync(RawSocket.Frame(RawSocket.Ping, [(byte)('a' + i)]));
        }

        await raw.SendAsync(RawSocket.Frame(RawSocket.Continuation, []));
        for (var i = 0; i < bytes.Length; i++)
            Assert.Equal("pong " + (char)('a' + i), await raw.ReceiveAsync());
        Assert.Equal("text " + Message, await raw.ReceiveAsync());
        await raw.SendAsync(RawSocket.Frame(RawSocket.Pong, "unasked"u8));
        await raw.SendAsync(RawSocket.Frame(RawSocket.Ping, new byte[125]));
        Assert.StartsWith("pong ", await raw.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Frames_after_a_close_are_passed_over()
    {
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync);
        await using var raw = await host.OpenRawAsync();
        await raw.SendAsync("nonsense");
        Assert.Equal("close 4400", await raw.ReceiveAsync());
        for (var i = 0; i < 100; i++)
            await raw.SendAsync("""{"type":"hello"}""");
        await raw.SendAsync(RawSocket.Frame(RawSocket.Close, [15, 160]));
        Assert.Equal("end", await raw.ReceiveAsync());
        Assert.Equal(0, host.Edge.SessionCount);
    }

    [Fact]
    public async Task A_flood_of_pings_is_answered_no_faster_than_it_is_read()
    {
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync);
        await using var raw = await host.OpenRawAsync("/ws/t.Notes/Chat", null);
        var flood = Enumerable.Repeat(RawSocket.Frame(RawSocket.Ping, new byte[125]), 500).SelectMany(static f => f).ToArray();
        var sending = Task.Run(
            async () =>
            {
                try
                {
                    for (var i = 0; i < 2000; i++)
                        await raw.SendAsync(flood);
                }
                catch (IOException)
                {
                    // Cut off while it waited.
                }
            },
            TestContext.Current.CancellationToken);
        await Task.Delay(1500, TestContext.Current.CancellationToken);
        // 131 MB are not sent, as nobody reads what answers them.
        Assert.False(sending.IsCompleted);
        raw.Reset();
        await sending;
    }

    [Fact]
    public async Task A_silent_client_is_asked_stays_while_it_answers_and_is_cut_off_when_it_does_not()
    {
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync, new() { KeepAlive = TimeSpan.FromMilliseconds(300), KeepAliveTimeout = TimeSpan.FromMilliseconds(2000) });
        await using var raw = await host.OpenRawAsync();
        await raw.SendAsync("""{"type":"hello"}""");
        Assert.Contains("welcome", await raw.ReceiveAsync(), StringComparison.Ordinal);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("ping", await raw.ReceiveAsync());
            await raw.SendAsync(RawSocket.Frame(RawSocket.Pong, []));
        }

        await raw.SendAsync("""{"type":"ping"}""");
        Assert.Equal("""text {"type":"pong"}""", await raw.ReceiveAsync());
        Assert.Equal("ping", await raw.ReceiveAsync());
        Assert.Equal("end", await raw.ReceiveAsync());
        await SocketHost.UntilAsync(() => host.Edge.SessionCount == 0);
    }

    [Theory]
    [InlineData("/ws", "gateway.v1.json")]
    [InlineData("/ws/t.Notes/Chat", null)]
    public async Task A_message_that_is_begun_and_never_ended_closes_the_socket(string path, string? protocol)
    {
        var time = new FakeTimeProvider();
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync, new() { HelloTimeout = TimeSpan.FromHours(1) }, time: time);
        await using var raw = await host.OpenRawAsync(path, protocol);
        await raw.SendAsync(RawSocket.Frame(RawSocket.Text, "{"u8, final: false));
        for (var i = 0; i < 3; i++)
        {
            // At a fair pace it may go on.
            await Task.Delay(200, TestContext.Current.CancellationToken);
            await raw.SendAsync(RawSocket.Frame(RawSocket.Continuation, new byte[8000].Select(static _ => (byte)' ').ToArray(), final: false));
            await Task.Delay(200, TestContext.Current.CancellationToken);
            time.Advance(TimeSpan.FromSeconds(30));
        }

        await raw.SendAsync(RawSocket.Frame(RawSocket.Ping, "still"u8));
        Assert.Equal("pong still", await raw.ReceiveAsync());
        // Fragments without anything in them are no progress.
        for (var i = 0; i < 100; i++)
            await raw.SendAsync(RawSocket.Frame(RawSocket.Continuation, [], final: false));
        time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal("close 1008", await raw.ReceiveAsync());
    }

    private static byte[] FramesOf(string what) => what switch
    {
        "unmasked" => RawSocket.Frame(RawSocket.Text, "[1,2,3]"u8, masked: false),
        "fragmented ping" => RawSocket.Frame(RawSocket.Ping, "a"u8, final: false),
        "long ping" => RawSocket.Frame(RawSocket.Ping, new byte[126]),
        "fragmented close" => RawSocket.Frame(RawSocket.Close, [3, 232], final: false),
        "long close" => RawSocket.Frame(RawSocket.Close, [3, 232, .. new byte[124]]),
        "continuation of nothing" => RawSocket.Frame(RawSocket.Continuation, "a"u8),
        "text within text" => [.. RawSocket.Frame(RawSocket.Text, "a"u8, final: false), .. RawSocket.Frame(RawSocket.Text, "b"u8)],
        "binary within text" => [.. RawSocket.Frame(RawSocket.Text, "a"u8, final: false), .. RawSocket.Frame(RawSocket.Binary, "b"u8)],
        "close of one byte" => RawSocket.Frame(RawSocket.Close, [3]),
        "close with invalid reason" => RawSocket.Frame(RawSocket.Close, [3, 232, 0xC0, 0x80]),
        "invalid text" => RawSocket.Frame(RawSocket.Text, [0xCE, 0xBA, 0xED, 0xA0, 0x80]),
        "half a character" => RawSocket.Frame(RawSocket.Text, [0xCE]),
        "invalid text in pieces" => [.. RawSocket.Frame(RawSocket.Text, [0xF4], final: false), .. RawSocket.Frame(RawSocket.Continuation, [0x90, 0x80, 0x80])],
        "length beyond 63 bits" => [0x81, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0],
        _ when what.StartsWith("reserved", StringComparison.Ordinal) => RawSocket.Frame(RawSocket.Text, "{}"u8, reserved: Number(what)),
        _ when what.StartsWith("opcode", StringComparison.Ordinal) => RawSocket.Frame(Number(what), "a"u8),
        _ => RawSocket.Frame(RawSocket.Close, [(byte)(Number(what) >> 8), (byte)Number(what)]),
    };

    private static int Number(string what) => int.Parse(what.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture);
}
