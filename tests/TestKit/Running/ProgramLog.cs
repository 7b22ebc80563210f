using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ProtocolGateway.TestKit.Running;

/// <summary>What a program has written so far, and which errors in it no test has declared.</summary>
public sealed partial class ProgramLog
{
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private readonly List<string> _expected = [];
    private int _checked;

    /// <summary>Everything so far.</summary>
    public string Text
    {
        get
        {
            lock (_lock)
                return string.Join('\n', _lines);
        }
    }

    /// <summary>Takes over both streams of a process.</summary>
    public void Follow(Process process)
    {
        process.OutputDataReceived += (_, e) => Add(e.Data);
        process.ErrorDataReceived += (_, e) => Add(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Declares that errors that hold this text belong to what is tested.</summary>
    public void Expect(string text)
    {
        lock (_lock)
            _expected.Add(text);
    }

    /// <summary>Errors since the last call that nobody declared: lines of the levels error and critical, plain errors, exceptions that ended the program.</summary>
    public IReadOnlyList<string> TakeUndeclaredErrors()
    {
        lock (_lock)
        {
            var found = _lines.Skip(_checked).Where(l => ErrorLine().IsMatch(l) && !_expected.Exists(e => l.Contains(e, StringComparison.Ordinal))).ToList();
            _checked = _lines.Count;
            return found;
        }
    }

    /// <summary>Throws where there is such an error.</summary>
    public void ThrowOnUndeclaredErrors()
    {
        if (TakeUndeclaredErrors() is { Count: > 0 } errors)
            throw new InvalidOperationException("The program logged errors that the test did not declare:\n" + string.Join('\n', errors));
    }

    /// <summary>Waits until a line holds the text.</summary>
    public async Task WaitForAsync(string text, TimeSpan patience)
    {
        for (var end = TimeProvider.System.GetTimestamp() + (long)(patience.TotalSeconds * TimeProvider.System.TimestampFrequency); !Text.Contains(text, StringComparison.Ordinal);)
        {
            if (TimeProvider.System.GetTimestamp() > end)
                throw new TimeoutException($"\"{text}\" was not written:\n{Text}");
            await Task.Delay(20);
        }
    }

    internal void Add(string? line)
    {
        if (line is null)
            return;
        lock (_lock)
            _lines.Add(line);
    }

    // The single-line console format is "12:34:56.789 fail: Category[1002] Text".
    [GeneratedRegex("^[0-9:.]* ?(fail|crit): |^error: |^Unhandled exception")]
    private static partial Regex ErrorLine();
}
