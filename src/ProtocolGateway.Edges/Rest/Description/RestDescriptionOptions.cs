using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.Rest.Description;

/// <summary>What the description of the REST surface says beyond the catalog.</summary>
public sealed class RestDescriptionOptions
{
    /// <summary>The document's title.</summary>
    public string Title { get; init; } = "ProtocolGateway";

    /// <summary>The document's version.</summary>
    public string Version { get; init; } = "1.0.0";

    /// <summary>The address that clients use, such as <c>https://api.example.com</c>; the document's own where it is empty.</summary>
    public string ServerUrl { get; init; } = "";

    /// <summary>Whether a rule is served, the one made up for an operation without rules included; those that are not stay out of the document.</summary>
    public Func<Operation, HttpRule, bool> IsServed { get; init; } = static (_, _) => true;

    /// <summary>The path put before the operations of a service, by its configured name; empty or beginning with a slash and not ending in one.</summary>
    public Func<string, string> ServicePrefix { get; init; } = static _ => "";
}
