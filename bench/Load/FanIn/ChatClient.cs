using System.Buffers.Text;
using System.Text.Unicode;
using ProtocolGateway.Load.Measuring;
using ProtocolGateway.Load.Sockets;

namespace ProtocolGateway.Load.FanIn;

/// <summary>Where the times go at the moment: of the clients whose room has a stalled one, and of all the others.</summary>
internal sealed class Meters
{
    private volatile Histogram? _others, _neighbours;

    /// <summary>Of everybody, the neighbours too.</summary>
    public Histogram? All
    {
        get => _others;
        set => _others = value;
    }

    /// <summary>Of those in the room of a stalled client.</summary>
    public Histogram? Neighbours
    {
        get => _neighbours;
        set => _neighbours = value;
    }
}

/// <summary>
/// Somebody in a room, who says numbered messages and knows which number of each member comes next. Clients are numbered over all rooms: client c sits in room
/// c % rooms, at its place c / rooms.
/// </summary>
/// <param name="index">The client's number.</param>
/// <param name="rooms">How many rooms there are.</param>
/// <param name="members">How many sit in each.</param>
/// <param name="meters">Takes the times.</param>
internal sealed class ChatClient(int index, int rooms, int members, Meters meters) : RawSocket
{
    private const int LongestText = 8000;

    private static readonly byte[] _filler = [.. Enumerable.Repeat((byte)'x', LongestText)];

    private readonly int[] _last = new int[members];
    private readonly bool _isNeighbour = index % rooms == 0;

    /// <summary>The room that it sits in.</summary>
    public int Room => index % rooms;

    /// <summary>How many messages it has said.</summary>
    public int Said { get; private set; }

    /// <summary>The last number of each member that it has heard.</summary>
    public IReadOnlyList<int> Last => _last;

    /// <summary>Numbers that did not come, and after which others came.</summary>
    public int Skipped { get; private set; }

    /// <summary>Messages that it was told are left out.</summary>
    public int Told { get; private set; }

    /// <summary>Messages that came again.</summary>
    public int Twice { get; private set; }

    /// <summary>Messages that could not be understood.</summary>
    public int Strange { get; private set; }

    /// <summary>Who said what, in the order in which it came: the same for all of a room.</summary>
    public ulong Order { get; private set; }

    /// <summary>Enters the room.</summary>
    public Task EnterAsync(int port) => OpenAsync(port, $"/chat?nick={index}&room={index % rooms}");

    /// <summary>Says the next message.</summary>
    /// <param name="due">The moment at which it is due: heard by the others as the one at which it was said.</param>
    /// <param name="size">The length of the text.</param>
    public void Say(long due, int size)
    {
        Span<byte> text = stackalloc byte[LongestText + 100];
        Utf8.TryWrite(text, $"{{\"text\":\"{++Said} {due} ", out var length);
        var filler = Math.Clamp(size - length, 0, LongestText);
        _filler.AsSpan(0, filler).CopyTo(text[length..]);
        "\"}"u8.CopyTo(text[(length + filler)..]);
        Send(text[..(length + filler + 2)]);
    }

    // {"from":"17","text":"3 1234567890 xxx"}, or {"missed":5}
    protected override void Take(ReadOnlySpan<byte> message)
    {
        var from = "{\"from\":\""u8;
        var text = "\",\"text\":\""u8;
        var missed = "{\"missed\":"u8;
        if (message.StartsWith(missed) && Utf8Parser.TryParse(message[missed.Length..], out int gap, out _))
        {
            Told += gap;
            return;
        }

        if (!message.StartsWith(from) || !Utf8Parser.TryParse(message[from.Length..], out int sender, out var length) || !message[(from.Length + length)..].StartsWith(text))
        {
            Strange++;
            return;
        }

        var said = message[(from.Length + length + text.Length)..];
        if (sender % rooms != index % rooms || !Utf8Parser.TryParse(said, out int number, out length) || !Utf8Parser.TryParse(said[(length + 1)..], out long due, out _))
        {
            Strange++;
            return;
        }

        Heard(sender, number, due);
    }

    private void Heard(int sender, int number, long due)
    {
        var place = sender / rooms;
        if (number <= _last[place])
        {
            Twice++;
            return;
        }

        Skipped += number - _last[place] - 1;
        _last[place] = number;
        Order = (Order * 1_000_003) + ((ulong)place << 32) + (ulong)number;
        Histogram.Add(meters.All, due);
        if (_isNeighbour)
            Histogram.Add(meters.Neighbours, due);
    }
}
