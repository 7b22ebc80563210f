using System.Collections.Frozen;
using ProtocolGateway.Contracts.Codec;

namespace ProtocolGateway.Edges.Rest.Binding;

/// <summary>How requests are read into messages.</summary>
public sealed record BindingOptions
{
    /// <summary>How JSON and text values are read.</summary>
    public CodecOptions Codec { get; init; } = CodecOptions.Default;

    /// <summary>Query parameters that no field takes are dropped instead of refused.</summary>
    public bool IgnoreUnknownParameters { get; init; }

    /// <summary>Query parameters that are dropped where no field takes them.</summary>
    public FrozenSet<string> IgnoredParameters { get; init; } = FrozenSet<string>.Empty;

    /// <summary>True where a parameter that no field takes is to be dropped.</summary>
    internal bool Ignores(string name) => IgnoreUnknownParameters || IgnoredParameters.Contains(name);
}

/// <summary>What a rule binds the body to.</summary>
public enum RequestBodyKind
{
    /// <summary>Nothing: the request has no body.</summary>
    None,

    /// <summary>The whole input.</summary>
    Whole,

    /// <summary>One field of the input.</summary>
    Field,
}
