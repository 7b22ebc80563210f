using Microsoft.Net.Http.Headers;

namespace ProtocolGateway.Edges;

/// <summary>How well a media type meets what a client accepts (RFC 9110, section 12.5.1). Compared by quality, then by how exactly the client named it, then by its order.</summary>
/// <param name="Quality">0 where it is not acceptable.</param>
/// <param name="Exactness">3 for the type itself, 2 for <c>type/*</c>, 1 for <c>*/*</c>.</param>
/// <param name="Order">The negative position of the range.</param>
internal readonly record struct AcceptRank(double Quality, int Exactness, int Order)
{
    /// <summary>The exactness of a range that names the type itself.</summary>
    public const int NamedExactly = 3;

    /// <summary>The most exact range that covers the type decides its quality, a refusal (q=0) too.</summary>
    public static AcceptRank Of(MediaTypeHeaderValue offer, IList<MediaTypeHeaderValue> ranges)
    {
        var found = default(AcceptRank);
        for (var i = 0; i < ranges.Count; i++)
        {
            var range = ranges[i];
            var exactness = range.MatchesAllTypes ? 1
                : !range.Type.Equals(offer.Type, StringComparison.OrdinalIgnoreCase) ? 0
                : range.MatchesAllSubTypes ? 2
                : range.SubType.Equals(offer.SubType, StringComparison.OrdinalIgnoreCase) ? NamedExactly : 0;
            if (exactness > found.Exactness)
                found = new(range.Quality ?? 1, exactness, -i);
        }

        return found;
    }

    /// <summary>The client likes this one better; never true of what it does not take at all.</summary>
    public bool IsBetterThan(AcceptRank other) =>
        Quality > 0 && (Quality > other.Quality || (Quality == other.Quality && (Exactness, Order).CompareTo((other.Exactness, other.Order)) > 0));
}
