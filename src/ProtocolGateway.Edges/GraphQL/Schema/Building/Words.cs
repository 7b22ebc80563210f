using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.GraphQL.Schema.Building;

/// <summary>Documentation and deprecation of contracts, as a schema carries them.</summary>
internal static class Words
{
    // What @deprecated says where no reason is given (specification, section 3.13.3); contracts give none.
    private const string NoReason = "No longer supported";

    /// <summary>The documentation of a type; GraphQL has no word for a deprecated type but this.</summary>
    public static string Of(DataType type) =>
        !type.Deprecated ? type.Documentation : type.Documentation.Length == 0 ? "Deprecated." : type.Documentation + "\n\nDeprecated.";

    /// <summary>The reason, or null where there is nothing to say.</summary>
    public static string? Deprecation(bool deprecated) => deprecated ? NoReason : null;
}
