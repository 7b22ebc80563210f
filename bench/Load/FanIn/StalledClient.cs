using System.Buffers.Text;
using ProtocolGateway.Load.Sockets;

namespace ProtocolGateway.Load.FanIn;

/// <summary>One who reads nothing of a room in which much is said, until the gateway gives it up.</summary>
/// <param name="index">A number that no other client of the room has, so that it counts for nobody.</param>
internal sealed class StalledClient(int index) : RawSocket
{
    private int _heard, _told;

    /// <summary>How many messages have come.</summary>
    public int Heard => Volatile.Read(ref _heard);

    /// <summary>How many it was told are left out.</summary>
    public int Told => Volatile.Read(ref _told);

    /// <summary>Enters the first room.</summary>
    public Task EnterAsync(int port) => OpenAsync(port, $"/chat?nick={index}&room=0", isFar: true);

    protected override void Take(ReadOnlySpan<byte> message)
    {
        var missed = "{\"missed\":"u8;
        if (message.StartsWith(missed) && Utf8Parser.TryParse(message[missed.Length..], out int count, out _))
            Interlocked.Add(ref _told, count);
        else
            Interlocked.Increment(ref _heard);
    }
}
