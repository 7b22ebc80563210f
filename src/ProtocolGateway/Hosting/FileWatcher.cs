using System.Runtime.InteropServices;

namespace ProtocolGateway.Hosting;

/// <summary>Calls back on SIGHUP and when a file has changed. Looks at the files' times and lengths instead of asking the file system for events:
/// those are lost on network mounts and where Kubernetes swaps a link.</summary>
internal sealed class FileWatcher : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Func<IEnumerable<string>> _files;
    private readonly Action _changed;
    private readonly ITimer _timer;
    private readonly PosixSignalRegistration? _signal;
    private readonly Lock _lock = new();
    private Stamp _taken;
    private Stamp _last;

    /// <summary>Watches until it is disposed.</summary>
    /// <param name="files">The files; asked anew each time.</param>
    /// <param name="changed">Called on a change, never twice at a time.</param>
    /// <param name="time">The clock of the looks.</param>
    public FileWatcher(Func<IEnumerable<string>> files, Action changed, TimeProvider time)
    {
        (_files, _changed) = (files, changed);
        _taken = _last = Look();
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
            Take(Look());
    }

    private void Check()
    {
        // A reload that takes longer than the interval must not run twice.
        if (!_lock.TryEnter())
            return;
        try
        {
            var now = Look();
            // What still changes from look to look is being written; half of it would only be refused.
            if (now == _last && now != _taken)
                Take(now);
            else
                _last = now;
        }
        finally
        {
            _lock.Exit();
        }
    }

    private void Take(Stamp now)
    {
        _taken = _last = now;
        _changed();
        // Other files than before are no change of them.
        if (Look() is var after && after.Names != now.Names)
            _taken = _last = after;
    }

    private Stamp Look()
    {
        var names = default(HashCode);
        var states = default(HashCode);
        foreach (var file in _files())
        {
            names.Add(file, StringComparer.Ordinal);
            states.Add(StateOf(file));
        }

        return new(names.ToHashCode(), states.ToHashCode());
    }

    private static (DateTime Time, long Length) StateOf(string file)
    {
        try
        {
            var info = new FileInfo(file);
            var target = info.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? info;
            return target.Exists ? (target.LastWriteTimeUtc, target.Length) : default;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    private readonly record struct Stamp(int Names, int States);
}
