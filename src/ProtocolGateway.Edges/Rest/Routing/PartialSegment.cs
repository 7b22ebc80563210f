using System.Text;

namespace ProtocolGateway.Edges.Rest.Routing;

/// <summary>A segment with fixed parts and parameters between them, <c>report-{id}.json</c>; compares escaped text as it came.</summary>
internal sealed class PartialSegment
{
    private readonly string[] _parts;

    public PartialSegment(IReadOnlyList<string> parts)
    {
        _parts = new string[parts.Count];
        var text = new StringBuilder();
        for (var i = 0; i < _parts.Length; i++)
        {
            PercentCoding.AppendEscaped(text.Clear(), parts[i]);
            _parts[i] = text.ToString();
            FixedLength += _parts[i].Length;
        }

        Key = string.Join('{', _parts);
    }

    /// <summary>How much of it is fixed: the more, the more specific.</summary>
    public int FixedLength { get; }

    /// <summary>Equal for segments that match the same; an opening brace never stands in escaped text.</summary>
    public string Key { get; }

    public int Parameters => _parts.Length - 1;

    /// <summary>Matches, each parameter at least one character; an inner part is found at its first occurrence.</summary>
    /// <param name="segment">The escaped segment.</param>
    /// <param name="captures">Where the parameters stand; empty, or as long as there are parameters.</param>
    public bool TryMatch(ReadOnlySpan<char> segment, Span<Capture> captures)
    {
        var suffix = _parts[^1];
        if (segment.Length < FixedLength + Parameters
            || !segment.StartsWith(_parts[0], StringComparison.Ordinal)
            || !segment.EndsWith(suffix, StringComparison.Ordinal))
            return false;
        var position = _parts[0].Length;
        var end = segment.Length - suffix.Length;
        for (var i = 0; i < Parameters; i++)
        {
            var valueEnd = end;
            if (i < Parameters - 1)
            {
                if (position >= end)
                    return false;
                var found = segment[(position + 1)..end].IndexOf(_parts[i + 1], StringComparison.Ordinal);
                if (found < 0)
                    return false;
                valueEnd = position + 1 + found;
            }

            if (valueEnd <= position)
                return false;
            if (!captures.IsEmpty)
                captures[i] = new(position, valueEnd - position);
            position = i < Parameters - 1 ? valueEnd + _parts[i + 1].Length : valueEnd;
        }

        return true;
    }
}
