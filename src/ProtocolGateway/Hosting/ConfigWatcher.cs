using System.Runtime.InteropServices;

namespace ProtocolGateway.Hosting;

/// <summary>Calls back on SIGHUP and when the file has changed. Looks at the file's time and length instead of asking the file system for events:
/// those are lost on network mounts and where Kubernetes swaps a link.</summary>
internal sealed class ConfigWatcher : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly string _file;
    private readonly Action _changed;
    private readonly ITimer _timer;
    private readonly PosixSignalRegistration? _signal;
    private readonly Lock _lock = new();
    private (DateTime, long) _seen;

    public ConfigWatcher(string file, Action changed, TimeProvider time)
    {
        (_file, _changed) = (file, changed);
        _seen = Look();
        _timer = time.CreateTimer(_ => Check(), null, Interval, Interval);
        if (!OperatingSystem.IsWindows())
            _signal = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal);
    }

    public void Dispose()
    {
        _timer.Dispose();
        _signal?.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        lock (_lock)
        {
            _seen = Look();
            _changed();
        }
    }

    private void Check()
    {
        // A reload that takes longer than the interval must not run twice.
        if (!_lock.TryEnter())
            return;
        try
        {
            var now = Look();
            if (now == _seen)
                return;
            _seen = now;
            _changed();
        }
        finally
        {
            _lock.Exit();
        }
    }

    private (DateTime, long) Look()
    {
        try
        {
            var info = new FileInfo(_file);
            var target = info.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? info;
            return target.Exists ? (target.LastWriteTimeUtc, target.Length) : default;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }
}
