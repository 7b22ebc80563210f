using System.ComponentModel;

namespace ProtocolGateway.Config;

/// <summary>The GraphQL edge: one schema over all services.</summary>
public sealed record GraphqlEdgeConfig
{
    /// <summary>False turns it off.</summary>
    [Description("False turns the edge off.")]
    public bool Enabled { get; init; } = true;

    /// <summary>Where it is served.</summary>
    [Description("The path that GraphQL is served at.")]
    public string Path { get; init; } = "/graphql";

    /// <summary>SDL extension files that join types across services.</summary>
    [Description("Files with GraphQL type extensions that join types across services (docs/graphql-joins.md)."), FilePath]
    public IReadOnlyList<string> Joins { get; init; } = [];

    /// <summary>The file that records the names given out; names are given out afresh where it does not exist.</summary>
    [Description("A JSON file that records the schema's names, so that none changes when contracts are added. export graphql --write-manifest writes it."), FilePath(MayBeMissing = true)]
    public string? Manifest { get; init; }

    /// <summary>What one document may ask for.</summary>
    [Description("What one document may ask for.")]
    public GraphqlLimitsConfig Limits { get; init; } = new();

    /// <summary>Clients may ask for the schema.</summary>
    [Description("Answers questions on the schema (__schema, __type). Without it, error messages do not suggest similar names either.")]
    public bool Introspection { get; init; } = true;

    /// <summary>Which output fields may be null.</summary>
    [Description("Which output fields may be null: those of which the contract says so, or all.")]
    public GraphqlNullability Nullability { get; init; }

    /// <summary>A oneof is a union too.</summary>
    [Description("Gives each oneof a field of a union type too, besides its flattened members.")]
    public bool OneofUnions { get; init; }

    /// <summary>Maps are JSON.</summary>
    [Description("Shows maps as JSON instead of as lists of entries.")]
    public bool MapsAsJson { get; init; }

    /// <summary>Enum values lose the prefix that they share.</summary>
    [Description("Takes from enum values the prefix that all of them share: ROLE_ADMIN is ADMIN.")]
    public bool StripEnumPrefixes { get; init; }

    /// <summary>Floating-point numbers of protobuf may be NaN and infinite.</summary>
    [Description("Gives protobuf's floating-point numbers the scalar Double, for which NaN and infinity are values.")]
    public bool NonFiniteFloats { get; init; }

    /// <summary>Server streams are queries too, of at most so many messages; 0 for none.</summary>
    [Description("Offers each server stream as a query too, which reads at most so many messages into a list; 0 for none."), AtLeast(0)]
    public int StreamLists { get; init; }
}

/// <summary>Which output fields may be null.</summary>
public enum GraphqlNullability
{
    /// <summary>Those of which the contract says so.</summary>
    Contract,

    /// <summary>All.</summary>
    AllNullable,
}

/// <summary>How one service appears in the GraphQL schema.</summary>
public sealed record ServiceGraphqlConfig
{
    /// <summary>Stands before the names of its fields.</summary>
    [Description("Stands before the names of the service's queries, mutations and subscriptions: users makes usersGetUser of getUser, users_ makes users_getUser.")]
    public string Prefix { get; init; } = "";

    /// <summary>What clients do not see, by full name.</summary>
    [Description("Full names of what clients do not see: a contract's service, an operation, a type, or a field of one (users.v1.User.email).")]
    public IReadOnlyList<string> Hidden { get; init; } = [];

    /// <summary>SDL extension files.</summary>
    [Description("Files with GraphQL type extensions that join types across services (docs/graphql-joins.md)."), FilePath]
    public IReadOnlyList<string> Joins { get; init; } = [];
}

/// <summary>How one operation appears in the GraphQL schema.</summary>
public sealed record OperationGraphqlConfig
{
    /// <summary>The root type; null leaves it to the rules.</summary>
    [Description("The root type; left out, the contract and the name decide.")]
    public GraphqlKind? Kind { get; init; }

    /// <summary>The field's name.</summary>
    [Description("The name of the field.")]
    public string? Name { get; init; }

    /// <summary>Clients do not see it.</summary>
    [Description("Hides it from clients; joins can call it all the same.")]
    public bool Hidden { get; init; }

    /// <summary>What a call costs.</summary>
    [Description("What one call costs, for the cost limit."), AtLeast(0)]
    public int Weight { get; init; } = 1;

    /// <summary>A server stream is a query too, of at most so many messages.</summary>
    [Description("Offers a server stream as a query too, which reads at most so many messages into a list."), AtLeast(0)]
    public int StreamLimit { get; init; }
}

/// <summary>GraphQL's root types.</summary>
public enum GraphqlKind
{
    /// <summary>It reads.</summary>
    Query,

    /// <summary>It may change something.</summary>
    Mutation,

    /// <summary>It answers with a stream.</summary>
    Subscription,
}
