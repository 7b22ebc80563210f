using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.OpenApi;

/// <summary>Collects findings on one document, bounded: a document with a hundred thousand faults is one fault.</summary>
internal sealed class DiagnosticList(string source)
{
    // Enough to see every kind of fault; nobody reads further before mending these.
    private const int Most = 200;

    private readonly List<Diagnostic> _items = [];
    private readonly HashSet<(string Location, string Message)> _seen = [];
    private int _leftOut;

    /// <summary>A place in the document.</summary>
    /// <param name="location">A JSON pointer, with or without the <c>#</c> before it, or line and column.</param>
    public SourceLocation At(string location) => new(source, location.StartsWith('#') ? location[1..] : location);

    /// <summary>Adds one; the same finding at the same place is told once.</summary>
    public void Add(Severity severity, string location, string message)
    {
        var place = At(location);
        if (!_seen.Add((place.Location, message)))
            return;
        if (severity != Severity.Error && _items.Count >= Most)
            _leftOut++;
        else
            _items.Add(new Diagnostic(severity, place, message));
    }

    /// <summary>All of them, with a note on how many were not kept.</summary>
    public IReadOnlyList<Diagnostic> ToList()
    {
        if (_leftOut > 0)
            _items.Add(new Diagnostic(Severity.Info, At(""), $"{_leftOut} more findings are not shown; mend these first."));
        _leftOut = 0;
        return _items;
    }

    /// <summary>Escapes one segment of a JSON pointer (RFC 6901, section 3).</summary>
    public static string Escape(string segment) =>
        segment.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
