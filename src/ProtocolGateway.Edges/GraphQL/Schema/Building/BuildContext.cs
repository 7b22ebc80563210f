using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.GraphQL.Schema.Building;

/// <summary>What the parts of one build share.</summary>
internal sealed class BuildContext(Catalog catalog, GraphSchemaOptions options, NameGiver names, List<Diagnostic> diagnostics)
{
    private readonly Dictionary<GraphScalar, GraphType> _scalars = [];

    public Catalog Catalog { get; } = catalog;

    public GraphSchemaOptions Options { get; } = options;

    public NameGiver Names { get; } = names;

    public List<Diagnostic> Diagnostics { get; } = diagnostics;

    public required TypeBook Book { get; init; }

    public required TypeShapes Shapes { get; init; }

    /// <summary>The keys of messages of which callers may send a part.</summary>
    public required IReadOnlySet<string> Partial { get; init; }

    /// <summary>Names of types, by what they stand for.</summary>
    public required TypeNames TypeNames { get; init; }

    /// <summary>The scalars in use.</summary>
    public IEnumerable<GraphType> Scalars => _scalars.Values;

    /// <summary>A scalar type.</summary>
    public GraphType Scalar(GraphScalar scalar)
    {
        if (!_scalars.TryGetValue(scalar, out var type))
            _scalars[scalar] = type = GraphScalars.Make(scalar);
        return type;
    }
}
