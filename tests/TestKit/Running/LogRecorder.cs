using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ProtocolGateway.TestKit.Running;

/// <summary>One logged line.</summary>
public sealed record LogEntry(LogLevel Level, EventId Id, string Message, Exception? Exception);

/// <summary>Takes the logs of what a test drives in its own process; disposing it throws where there was an error that the test did not declare.</summary>
public sealed class LogRecorder : ILoggerFactory, ILoggerProvider
{
    private readonly ConcurrentQueue<LogEntry> _entries = new();
    private readonly ConcurrentQueue<string> _expected = new();

    /// <summary>Everything so far.</summary>
    public IReadOnlyCollection<LogEntry> Entries => _entries;

    /// <summary>Called with each line by whoever logs it, so that a test can hold it there.</summary>
    public Action<LogEntry>? OnEntry { get; set; }

    /// <summary>Declares that errors that hold this text belong to what is tested.</summary>
    public void Expect(string text) => _expected.Enqueue(text);

    /// <inheritdoc cref="ILoggerFactory.CreateLogger" />
    public ILogger CreateLogger(string categoryName) => new Recorder(this);

    /// <summary>All loggers write to this recorder alone.</summary>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("The recorder is the only provider.");

    /// <summary>Throws where there is an undeclared error.</summary>
    public void Dispose()
    {
        var found = _entries.Where(e => e.Level >= LogLevel.Error && !_expected.Any(x => e.Message.Contains(x, StringComparison.Ordinal))).ToList();
        if (found.Count > 0)
            throw new InvalidOperationException("Errors were logged that the test did not declare:\n" + string.Join('\n', found.Select(e => $"{e.Id.Id} {e.Message} {e.Exception}")));
    }

    private sealed class Recorder(LogRecorder owner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var entry = new LogEntry(logLevel, eventId, formatter(state, exception), exception);
            owner._entries.Enqueue(entry);
            owner.OnEntry?.Invoke(entry);
        }
    }
}
