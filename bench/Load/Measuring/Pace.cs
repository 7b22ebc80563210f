using System.Diagnostics;

namespace ProtocolGateway.Load.Measuring;

/// <summary>Does things at fixed moments, however long what they lead to takes: a late answer makes no later question later.</summary>
internal static class Pace
{
    /// <summary>Acts so often; in bursts, several times at each moment.</summary>
    /// <param name="perSecond">How often a second.</param>
    /// <param name="burst">How many at one moment.</param>
    /// <param name="time">For how long.</param>
    /// <param name="act">Told the moment at which it was due, a timestamp of <see cref="Stopwatch"/>; must not wait.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>How often it has acted.</returns>
    public static Task<int> RunAsync(double perSecond, int burst, TimeSpan time, Action<long> act, CancellationToken stop)
    {
        var done = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                done.SetResult(Run(perSecond, burst, time, act, stop));
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        })
        { IsBackground = true, Name = "pace" };
        thread.Start();
        return done.Task;
    }

    private static int Run(double perSecond, int burst, TimeSpan time, Action<long> act, CancellationToken stop)
    {
        var begun = Stopwatch.GetTimestamp();
        var moments = (int)(perSecond * time.TotalSeconds / burst);
        var between = Stopwatch.Frequency * burst / perSecond;
        // Once more than it acts: what is left of the time belongs to what was done last.
        for (var moment = 0; moment <= moments; moment++)
        {
            var due = begun + (long)(moment * between);
            while (Stopwatch.GetTimestamp() < due)
            {
                stop.ThrowIfCancellationRequested();
                Thread.Sleep(1);
            }

            for (var i = 0; i < burst && moment < moments; i++)
                act(due);
        }

        return moments * burst;
    }
}
