using ProtocolGateway.Catalogs;
using ProtocolGateway.Config;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL;
using ProtocolGateway.Edges.GraphQL.Schema;
using ProtocolGateway.Edges.GraphQL.Schema.Joins;
using ProtocolGateway.Edges.GraphQL.Transports;
using ProtocolGateway.Edges.GraphQL.Transports.Documents;

namespace ProtocolGateway.Hosting;

/// <summary>Makes the GraphQL schema from the configuration.</summary>
internal static class GraphDescription
{
    /// <summary>The schema of a catalog; null where the edge is off.</summary>
    public static GraphSchema? Build(GatewayConfig config, Catalog catalog, List<Diagnostic> diagnostics)
    {
        var edge = config.Edges.Graphql;
        if (!edge.Enabled)
            return null;
        var manifest = edge.Manifest is null ? null : GraphNameManifest.Read(edge.Manifest, diagnostics);
        var files = edge.Joins.Concat(config.Services.Values.SelectMany(static s => s.Graphql.Joins)).Distinct(StringComparer.Ordinal);
        var joins = files.SelectMany(f => ExtensionReader.Read(f, diagnostics)).ToList();
        try
        {
            return GraphSchemaBuilder.Build(catalog, OptionsOf(config) with { Joins = joins }, manifest, diagnostics);
        }
        catch (Exception e)
        {
            // The builder does not throw for what contracts say; a bug in it must not take the other edges along.
            diagnostics.Add(new(Severity.Error, new("edges.graphql", ""), $"There is no GraphQL schema because building it failed: {e.Message}"));
            return null;
        }
    }

    /// <summary>What documents may ask for.</summary>
    public static GraphLimits LimitsOf(GatewayConfig config)
    {
        var limits = config.Edges.Graphql.Limits;
        return new GraphLimits
        {
            MaxDocumentBytes = (int)Math.Min(limits.MaxDocumentBytes, Array.MaxLength),
            MaxTokens = limits.MaxTokens,
            MaxDepth = limits.MaxDepth,
            MaxAliases = limits.MaxAliases,
            MaxRootFields = limits.MaxRootFields,
            MaxDirectives = limits.MaxDirectives,
            MaxFields = limits.MaxFields,
            MaxCost = limits.MaxCost,
            AssumedListSize = limits.AssumedListSize,
            Introspection = config.Edges.Graphql.Introspection,
        };
    }

    /// <summary>The options of the edge's execution.</summary>
    public static GraphEdgeOptions ExecutionOf(GatewayConfig config, LoadedCatalog loaded) => new()
    {
        Limits = LimitsOf(config),
        MaxAnswerBytes = (int)Math.Min(config.Edges.Graphql.Limits.MaxAnswerBytes, Array.MaxLength),
        MaxResponseBytes = (int)Math.Min(config.Edges.Graphql.Limits.MaxResponseBytes, Array.MaxLength),
        TimeoutOf = o => RestDescription.TimeoutOf(loaded, o),
        ShareQueries = config.Edges.Graphql.ShareQueries,
        ErrorDetails = config.Edges.Graphql.ErrorDetails,
        AnswerHeaders = [.. config.Edges.Graphql.AnswerHeaders.Select(static h => h.ToLowerInvariant())],
    };

    /// <summary>The options of the edge's transports.</summary>
    public static GraphTransportOptions TransportOf(GatewayConfig config)
    {
        var edge = config.Edges.Graphql;
        return new()
        {
            Path = edge.Path.TrimEnd('/'),
            StatusProfile = edge.StatusProfile == GraphqlStatusProfile.Draft2026 ? GraphStatusProfile.Draft2026 : GraphStatusProfile.Audit2025,
            Graphiql = edge.Graphiql,
            MaxBatch = edge.MaxBatch,
            MaxRequestBytes = (int)(edge.MaxRequestBytes ?? config.Limits.MaxRequestBytes),
            Origins = edge.Origins,
            AutomaticPersistedQueries = edge.PersistedQueries,
            // The validator has read it before; a file that was broken since serves no document.
            TrustedDocuments = edge.TrustedDocuments is null ? null : TrustedDocuments.Load(edge.TrustedDocuments, out _),
            TrustedDocumentsOnly = edge.TrustedDocumentsOnly,
            InitHeaders = edge.InitHeaders,
            InitTimeout = edge.InitTimeout,
            MaxSocketOperations = edge.MaxSocketOperations,
            KeepAlive = edge.KeepAlive,
            KeepAliveTimeout = edge.KeepAliveTimeout,
        };
    }

    private static GraphSchemaOptions OptionsOf(GatewayConfig config)
    {
        var edge = config.Edges.Graphql;
        var operations = config.Services.Values.SelectMany(static s => s.Operations).DistinctBy(static o => o.Key).ToDictionary(StringComparer.Ordinal);
        return new GraphSchemaOptions
        {
            AllNullable = edge.Nullability == GraphqlNullability.AllNullable,
            OneofUnions = edge.OneofUnions,
            MapsAsJson = edge.MapsAsJson,
            StripEnumPrefixes = edge.StripEnumPrefixes,
            NonFiniteFloats = edge.NonFiniteFloats,
            StreamLists = edge.StreamLists,
            Service = s => new GraphServiceOptions { Prefix = config.Services[s.Name].Graphql.Prefix, Hidden = config.Services[s.Name].Graphql.Hidden },
            Operation = o => operations.TryGetValue(o.FullName, out var own) ? OptionsOf(own.Graphql) : null,
        };
    }

    private static GraphOperationOptions OptionsOf(OperationGraphqlConfig graphql) => new()
    {
        Kind = graphql.Kind switch
        {
            GraphqlKind.Query => GraphRoot.Query,
            GraphqlKind.Mutation => GraphRoot.Mutation,
            GraphqlKind.Subscription => GraphRoot.Subscription,
            _ => null,
        },
        Name = graphql.Name,
        Hidden = graphql.Hidden,
        Weight = graphql.Weight,
        StreamLimit = graphql.StreamLimit,
    };
}
