using ProtocolGateway.Load.Running;

namespace ProtocolGateway.Load.Sockets;

/// <summary>Opens many sockets.</summary>
internal static class Crowd
{
    // As many handshakes at a time as no listener's backlog minds.
    private const int AtATime = 64;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Opens so many, each by the given step, which must end in a minute.</summary>
    public static async Task OpenAsync(int count, Func<int, Task> open, CancellationToken stop)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, AtATime).Select(async _ =>
        {
            for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
            {
                try
                {
                    await open(i).WaitAsync(Patience, stop);
                }
                catch (TimeoutException)
                {
                    throw new LoadException($"Client {i} got no answer in {Patience.TotalSeconds:0} s.");
                }
            }
        }));
    }
}
