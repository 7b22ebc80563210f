using ProtocolGateway.Edges.GraphQL.Execution;

namespace ProtocolGateway.Edges.GraphQL.Planning.Documents;

/// <summary>Why a request is not carried out.</summary>
internal enum GraphFailureKind
{
    /// <summary>It is.</summary>
    None,

    /// <summary>The document cannot be parsed.</summary>
    Syntax,

    /// <summary>It does not fit the schema.</summary>
    Validation,

    /// <summary>The operation's name is not in the document, or is needed.</summary>
    Operation,

    /// <summary>A variable is missing, or not of its type.</summary>
    Variables,

    /// <summary>A limit is passed.</summary>
    Limit,
}

/// <summary>The errors of a request that is not carried out.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Errors">At least one.</param>
internal sealed record DocumentFailure(GraphFailureKind Kind, IReadOnlyList<GraphError> Errors)
{
    /// <summary>A failure of one error.</summary>
    public static DocumentFailure Of(GraphFailureKind kind, string code, string message, params IReadOnlyList<GraphLocation> places) =>
        new(kind, [new GraphError { Message = message, Code = code, Locations = places }]);

    /// <summary>A limit is passed.</summary>
    public static DocumentFailure Limit(string what, long found, long allowed) =>
        Of(GraphFailureKind.Limit, GraphCodes.LimitExceeded, $"{what}: the document has {(found >= DocumentSize.Most ? "far too many" : found.ToString(System.Globalization.CultureInfo.InvariantCulture))}, {allowed} are allowed.");
}
