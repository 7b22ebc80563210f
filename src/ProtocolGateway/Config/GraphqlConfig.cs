using System.ComponentModel;
using ProtocolGateway.Edges.GraphQL;
using ProtocolGateway.Edges.GraphQL.Transports;

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

    /// <summary>The types of a gRPC error's details that callers see.</summary>
    [Description("The types of a gRPC error's details that extensions.details shows, by full name; \"*\" shows all. google.rpc.DebugInfo is never shown.")]
    public IReadOnlyList<string> ErrorDetails { get; init; } = new GraphEdgeOptions().ErrorDetails;

    /// <summary>Equal queries under way are carried out once.</summary>
    [Description("Carries out equal queries that are under way at the same time once: those of the same operation and variables, from the same address, with the same forwarded headers.")]
    public bool ShareQueries { get; init; }

    /// <summary>The headers of services' answers that go back to the client.</summary>
    [Description("The headers of services' answers that go back to the client. Queries are not shared then.")]
    public IReadOnlyList<string> AnswerHeaders { get; init; } = [];

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

    /// <summary>Browsers get GraphiQL.</summary>
    [Description("Serves the GraphiQL page to browsers.")]
    public bool Graphiql { get; init; } = Defaults.Graphiql;

    /// <summary>Which statuses answers over HTTP have.</summary>
    [Description("Which HTTP statuses answers have: audit2025 as the audit suite of graphql-http asks for (400 for what could not run, but 200 where the client takes application/json only), or draft2026 as the GraphQL-over-HTTP draft of August 2026 (422 for what is understood and wrong, 294 for data with errors).")]
    public GraphqlStatusProfile StatusProfile { get; init; }

    /// <summary>The largest request in bytes; null takes that of limits.</summary>
    [Description("The largest request body or WebSocket message: bytes, or a text such as 4MiB. Without it, that of limits."), ByteSize]
    public long? MaxRequestBytes { get; init; }

    /// <summary>How many requests an array may hold; 0 refuses arrays.</summary>
    [Description("How many requests may come in one array; 0 refuses arrays."), AtLeast(0)]
    public int MaxBatch { get; init; } = Defaults.MaxBatch;

    /// <summary>Origins of pages that may open WebSockets, and GET across sites.</summary>
    [Description("Origins beside the gateway's own, such as https://app.example.com, whose pages may open WebSockets, send requests and read the answers (CORS, with credentials); \"*\" allows all, without credentials.")]
    public IReadOnlyList<string> Origins { get; init; } = Defaults.Origins;

    /// <summary>Documents are kept under the hash that clients send along.</summary>
    [Description("Keeps documents that clients send with their hash, so that the hash alone is enough from then on (automatic persisted queries).")]
    public bool PersistedQueries { get; init; } = Defaults.AutomaticPersistedQueries;

    /// <summary>The manifest of documents known in advance.</summary>
    [Description("A JSON file of documents that clients may name by id: Apollo's persisted query manifest, or an object of ids and texts."), FilePath]
    public string? TrustedDocuments { get; init; }

    /// <summary>Only those run.</summary>
    [Description("Runs trustedDocuments only.")]
    public bool TrustedDocumentsOnly { get; init; }

    /// <summary>How many operations may run on one WebSocket.</summary>
    [Description("How many operations may run on one WebSocket at a time."), AtLeast(1)]
    public int MaxSocketOperations { get; init; } = Defaults.MaxSocketOperations;

    /// <summary>Which headers the payload of connection_init may bring.</summary>
    [Description("The headers that the payload of a WebSocket's connection_init may bring, by name; browsers cannot send them otherwise.")]
    public IReadOnlyList<string> InitHeaders { get; init; } = Defaults.InitHeaders;

    /// <summary>How long a WebSocket may stay without connection_init.</summary>
    [Description("How long a WebSocket may stay without connection_init, such as 3s.")]
    public TimeSpan InitTimeout { get; init; } = Defaults.InitTimeout;

    /// <summary>How often silent streams and WebSockets are kept alive.</summary>
    [Description("How often a silent stream or WebSocket is kept alive, such as 12s.")]
    public TimeSpan KeepAlive { get; init; } = Defaults.KeepAlive;

    /// <summary>How long a WebSocket's ping may stay unanswered.</summary>
    [Description("How long a WebSocket client may leave a ping unanswered, such as 30s.")]
    public TimeSpan KeepAliveTimeout { get; init; } = Defaults.KeepAliveTimeout;

    private static GraphTransportOptions Defaults { get; } = new();
}

/// <summary>Which statuses answers over HTTP have.</summary>
public enum GraphqlStatusProfile
{
    /// <summary>Those of the audit suite.</summary>
    Audit2025,

    /// <summary>Those of the 2026 draft.</summary>
    Draft2026,
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
