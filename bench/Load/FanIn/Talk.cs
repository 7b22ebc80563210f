using ProtocolGateway.Load.Measuring;

namespace ProtocolGateway.Load.FanIn;

/// <summary>What is said: in all rooms in turn, and much in the first one, with a stalled client in it or without.</summary>
/// <param name="clients">Everybody.</param>
/// <param name="rooms">How many rooms there are.</param>
/// <param name="rate">Messages a second in all rooms together.</param>
internal sealed class Talk(ChatClient[] clients, int rooms, double rate)
{
    // A chat's line; and a busy room's, 20 of which a second fill a queue of 256 KiB in some seconds.
    private const int Size = 100, BusySize = 4000;
    private const double BusyRate = 20;

    private int _next, _nextBusy;

    /// <summary>Talks for a time.</summary>
    public async Task RunAsync(TimeSpan time, CancellationToken stop)
    {
        var busy = Pace.RunAsync(BusyRate, 1, time, SayInBusyRoom, stop);
        await Pace.RunAsync(rate, 1, time, SayAnywhere, stop);
        await busy;
    }

    // Room after room; within a room one member after the other.
    private void SayAnywhere(long due)
    {
        for (var tries = 0; tries < clients.Length; tries++)
        {
            var client = clients[_next++ % clients.Length];
            // What the members of the busy room say is counted by its own thread.
            if (client.Closed != 0 || client.Room == 0)
                continue;
            client.Say(due, Size);
            return;
        }
    }

    private void SayInBusyRoom(long due)
    {
        var client = clients[_nextBusy++ * rooms % clients.Length];
        if (client.Closed == 0)
            client.Say(due, BusySize);
    }
}
