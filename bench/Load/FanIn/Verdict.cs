using System.Diagnostics;

namespace ProtocolGateway.Load.FanIn;

/// <summary>Has everybody heard everything that was said in the room, once and in the same order, or was told of what is missing?</summary>
internal sealed record Verdict(long Said, long Heard, long Lost, long Told, long Twice, int OtherOrder, int Strange, IReadOnlyList<int> Closed)
{
    private static readonly TimeSpan Straggling = TimeSpan.FromSeconds(60);

    /// <summary>Nothing was lost in silence, and nothing came twice.</summary>
    public bool IsGood => Lost == 0 && Twice == 0 && OtherOrder == 0 && Strange == 0;

    /// <summary>Waits for what is on its way, for a minute at most, and judges.</summary>
    public static async Task<Verdict> WaitAsync(ChatClient[] clients, CancellationToken stop)
    {
        var begun = Stopwatch.GetTimestamp();
        while (Of(clients) is { } verdict)
        {
            if (verdict.Lost == 0 || Stopwatch.GetElapsedTime(begun) > Straggling)
                return verdict;
            await Task.Delay(100, stop);
        }

        throw new UnreachableException();
    }

    private static Verdict Of(ChatClient[] clients)
    {
        long heard = 0, lost = 0;
        var otherOrder = 0;
        foreach (var room in clients.GroupBy(static c => c.Room))
        {
            var members = room.ToArray();
            // What somebody said before a close of the socket may not have been taken: the close tells. What one of the others has heard, all have to.
            var said = members.Select((m, place) => m.Closed == 0 ? m.Said : members.Max(o => o.Last[place])).ToArray();
            var here = members.Where(static m => m.Closed == 0).ToArray();
            foreach (var member in here)
            {
                heard += member.Last.Sum() - member.Skipped;
                lost += Math.Max(0, said.Select((s, place) => s - member.Last[place]).Sum() + member.Skipped - member.Told);
            }

            // One with a gap cannot be compared.
            otherOrder += here.Where(static m => m.Skipped == 0).Select(static m => m.Order).Distinct().Skip(1).Count();
        }

        return new(
            clients.Sum(static c => (long)c.Said), heard, lost, clients.Sum(static c => (long)c.Told), clients.Sum(static c => (long)c.Twice), otherOrder,
            clients.Sum(static c => c.Strange), [.. clients.Where(static c => c.Closed != 0).Select(static c => c.Closed)]);
    }

    public override string ToString() =>
        $"{Said} said, {Heard} heard; {Lost} lost in silence, {Told} left out and told, {Twice} came twice, {OtherOrder} rooms in another order for some, {Strange} not understood; " +
        $"{Closed.Count} sockets closed{(Closed.Count > 0 ? $" ({string.Join(", ", Closed.Distinct())})" : "")}";
}
