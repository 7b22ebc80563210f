using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Schema.Joins;

namespace ProtocolGateway.Edges.GraphQL.Schema;

/// <summary>The root type that an operation belongs to.</summary>
public enum GraphRoot
{
    /// <summary>It reads.</summary>
    Query,

    /// <summary>It may change something.</summary>
    Mutation,

    /// <summary>It answers with many messages over time.</summary>
    Subscription,
}

/// <summary>How contracts become a schema.</summary>
public sealed record GraphSchemaOptions
{
    /// <summary>Every output field may be null, whatever the contract promises.</summary>
    public bool AllNullable { get; init; }

    /// <summary>A oneof is a field of a union type too, besides its flattened members.</summary>
    public bool OneofUnions { get; init; }

    /// <summary>Maps are JSON instead of lists of entries.</summary>
    public bool MapsAsJson { get; init; }

    /// <summary>Enum values lose the prefix that all of them share (<c>ROLE_ADMIN</c> is <c>ADMIN</c>).</summary>
    public bool StripEnumPrefixes { get; init; }

    /// <summary>Floating-point numbers of protobuf are of the scalar Double, which knows NaN and infinity.</summary>
    public bool NonFiniteFloats { get; init; }

    /// <summary>Every server stream is also a query that reads at most so many messages into a list; 0 for none.</summary>
    public int StreamLists { get; init; }

    /// <summary>Fields that extension files add, which join types across services.</summary>
    public IReadOnlyList<ExtensionField> Joins { get; init; } = [];

    /// <summary>Settings of a service.</summary>
    public Func<CatalogService, GraphServiceOptions> Service { get; init; } = static _ => new GraphServiceOptions();

    /// <summary>Settings of an operation; null where it has none.</summary>
    public Func<Operation, GraphOperationOptions?> Operation { get; init; } = static _ => null;
}

/// <summary>How one service appears in the schema.</summary>
public sealed record GraphServiceOptions
{
    /// <summary>Stands before the names of the service's root fields; empty for none.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Full names of contract services, operations, types, or fields (<c>users.v1.User.email</c>) that clients do not see.</summary>
    public IReadOnlyList<string> Hidden { get; init; } = [];
}

/// <summary>How one operation appears in the schema; null leaves it to the rules.</summary>
public sealed record GraphOperationOptions
{
    /// <summary>The root type.</summary>
    public GraphRoot? Kind { get; init; }

    /// <summary>The field's name.</summary>
    public string? Name { get; init; }

    /// <summary>Clients do not see it; joins can call it all the same.</summary>
    public bool Hidden { get; init; }

    /// <summary>What a call costs, for the cost limit.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>A server stream is also a query of at most so many messages; 0 takes <see cref="GraphSchemaOptions.StreamLists"/>.</summary>
    public int StreamLimit { get; init; }
}
