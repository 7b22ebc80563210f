using System.Buffers;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.Codec.Formatting;

/// <summary>One entry of a map: where its bytes begin and how many they are.</summary>
internal readonly record struct EntryRange(int Start, int Length);

/// <summary>
/// What one run of a plan carries along. Formatters answer false when they stop: because of <see cref="Error"/>, or because the message is not in the
/// order that one pass can take (<see cref="NeedsReorder"/>).
/// </summary>
internal sealed class FormatContext
{
    private const int KeepAtMost = 256 * 1024;
    private const int KeepEntries = 16 * 1024;

    [ThreadStatic]
    private static FormatContext? s_ofThread;

    private EntryRange[] _entries = new EntryRange[16];
    private bool _isTaken;

    public JsonSink Sink { get; } = new();
    public bool EnumsAsIntegers { get; private set; }
    public int MaxDepth { get; private set; }
    public int Depth { get; set; }

    /// <summary>Messages are put in order before they are written. Set for the second run over a message whose first one could not go on.</summary>
    public bool Reorders { get; set; }

    /// <summary>The run stopped at a message that must be put in order.</summary>
    public bool NeedsReorder { get; set; }

    /// <summary>How many bytes may still be copied to put messages in order. A few copies of the whole are plenty; nested disorder on purpose would make one per level.</summary>
    public long ReorderBudget { get; set; }

    public string? Error { get; private set; }
    public string Path { get; private set; } = "";

    /// <summary>Map entries of the objects being written, innermost last.</summary>
    public int EntryCount { get; set; }

    public ReadOnlySpan<EntryRange> Entries => _entries.AsSpan(0, EntryCount);

    /// <summary>The thread's own, or a new one while a run further up the stack has it.</summary>
    public static FormatContext Take(CodecOptions options)
    {
        var context = s_ofThread;
        if (context is null || context._isTaken)
            s_ofThread = context = new FormatContext();
        context._isTaken = true;
        context.EnumsAsIntegers = options.EnumsAsIntegers;
        context.MaxDepth = options.MaxDepth;
        context.Restart();
        context.Reorders = false;
        return context;
    }

    public static void Return(FormatContext context)
    {
        context.Sink.Reset(KeepAtMost);
        if (context._entries.Length > KeepEntries)
            context._entries = new EntryRange[16];
        context._isTaken = false;
    }

    public void Restart()
    {
        Sink.Length = 0;
        Depth = 0;
        EntryCount = 0;
        NeedsReorder = false;
        Error = null;
        Path = "";
    }

    public void PushEntry(EntryRange entry)
    {
        if (EntryCount == _entries.Length)
            Array.Resize(ref _entries, _entries.Length * 2);
        _entries[EntryCount++] = entry;
    }

    public bool Fail(string message)
    {
        Error = message;
        return false;
    }

    public bool Fail(string message, Field field)
    {
        Error = message;
        return At(field);
    }

    /// <summary>On the way back from a failure: the value that failed is that of this field.</summary>
    public bool At(Field field, int index = -1)
    {
        if (Error is null)
            return false;
        var step = index < 0 ? field.Name : $"{field.Name}[{index}]";
        Path = Path.Length == 0 ? step : Path[0] == '[' ? step + Path : step + "." + Path;
        return false;
    }

    /// <summary>On the way back from a failure: the value that failed stands under this key of a map.</summary>
    public void AtKey(string key) => Path = Path.Length == 0 ? $"[{key}]" : Path[0] == '[' ? $"[{key}]{Path}" : $"[{key}].{Path}";

    public bool Reorder()
    {
        NeedsReorder = true;
        return false;
    }
}
