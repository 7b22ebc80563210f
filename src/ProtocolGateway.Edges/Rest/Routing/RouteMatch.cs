using System.Runtime.CompilerServices;

namespace ProtocolGateway.Edges.Rest.Routing;

/// <summary>How a match came out.</summary>
public enum RouteOutcome
{
    /// <summary>A route takes the request.</summary>
    Found,

    /// <summary>No route has this path: 404.</summary>
    NotFound,

    /// <summary>Routes have this path, none this method: 405, and <see cref="RouteMatch.Allow"/> says which they have.</summary>
    MethodNotAllowed,

    /// <summary>The target has a bad escape, is not UTF-8 when decoded, or holds characters that no target may: 400.</summary>
    Malformed,
}

/// <summary>A piece of the raw target.</summary>
/// <param name="Start">In characters from the target's begin.</param>
/// <param name="Length">In characters.</param>
public readonly record struct Capture(int Start, int Length);

/// <summary>The outcome of matching one request target; offsets are into that target, which the caller keeps.</summary>
public struct RouteMatch
{
    private const int Inline = 8;
    private Captures _captures;
    private Capture[]? _more;

    /// <summary>The route; null unless found.</summary>
    public Route? Route { get; internal set; }

    /// <summary>A GET rule serves this HEAD: the answer's body is to be dropped.</summary>
    public bool HeadFromGet { get; internal set; }

    /// <summary>The value of the Allow header where the method is not allowed (OPTIONS among it); null elsewhere.</summary>
    public string? Allow { get; internal set; }

    /// <summary>Where the query begins, behind the question mark; the target's length without one.</summary>
    public int QueryStart { get; internal set; }

    /// <summary>The raw text of a variable, by its index in the template's variables.</summary>
    public readonly Capture this[int variable] => _more is not null ? _more[variable] : _captures[variable];

    /// <summary>The query of the target, without the question mark.</summary>
    public readonly ReadOnlySpan<char> Query(ReadOnlySpan<char> rawTarget) => rawTarget[QueryStart..];

    /// <summary>The raw, escaped text of a variable.</summary>
    public readonly ReadOnlySpan<char> Raw(int variable, ReadOnlySpan<char> rawTarget)
    {
        var capture = this[variable];
        return rawTarget.Slice(capture.Start, capture.Length);
    }

    /// <summary>Makes room; only templates with more than eight variables cost an array.</summary>
    internal void Reserve(int variables) => _more = variables > Inline ? new Capture[variables] : null;

    internal void Set(int variable, Capture capture)
    {
        if (_more is not null)
            _more[variable] = capture;
        else
            _captures[variable] = capture;
    }

    [InlineArray(Inline)]
    private struct Captures
    {
        private Capture _first;
    }
}
