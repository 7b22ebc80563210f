using System.Runtime.InteropServices;

namespace ProtocolGateway.Cli;

/// <summary>
/// SIGINT and SIGTERM of the verbs that serve: the first asks them to stop, which lets calls end; the second ends the process at once. Made before
/// anything else is, so that whoever has been told that the program runs can stop it. The other verbs leave the signals to the system.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private int _signals;

    public StopSignals()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
    }

    /// <summary>Fires with the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <inheritdoc />
    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        // 128 and the signal's number, as shells have it.
        if (Interlocked.Increment(ref _signals) > 1)
            Environment.Exit(context.Signal == PosixSignal.SIGINT ? 130 : 143);
        // Not on this thread, which the next signal needs.
        _ = _stop.CancelAsync();
    }
}
