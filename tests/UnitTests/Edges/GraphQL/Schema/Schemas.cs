using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Schema;
using ProtocolGateway.UnitTests.Contracts.Proto;
using UnitTests.Contracts.OpenApi;
using Xunit;

namespace UnitTests.Edges.GraphQL.Schema;

/// <summary>A schema with what was said while it was built.</summary>
internal sealed record BuiltSchema(GraphSchema Schema, IReadOnlyList<Diagnostic> Diagnostics)
{
    public string Sdl => GraphSdlWriter.Write(Schema);

    /// <summary>The lines of one type's block, without descriptions, trimmed.</summary>
    public string[] Lines(string type)
    {
        var lines = Sdl.Split('\n');
        var start = Array.FindIndex(lines, l => l.Split(' ') is [var keyword, var name, ..] && keyword is "type" or "input" or "enum" or "union" or "scalar" && name == type);
        Assert.True(start >= 0, $"{type} is not in\n{Sdl}");
        return lines[start].EndsWith('{')
            ? [.. lines.Skip(start + 1).TakeWhile(static l => l != "}").Select(static l => l.Trim()).Where(static l => !l.StartsWith('"'))]
            : [lines[start]];
    }

    public bool Has(string type) => Schema.Find(type) is not null;
}

/// <summary>Builds schemas of contracts given as text.</summary>
internal static class Schemas
{
    public static BuiltSchema Proto(string body, GraphSchemaOptions? options = null, GraphNameManifest? manifest = null) =>
        Of(options, manifest, ("users", ProtoContent(body)));

    public static BuiltSchema OpenApi(string paths, string head = "", GraphSchemaOptions? options = null) =>
        Of(options, null, ("svc", Documents.Paths(paths, head)));

    public static BuiltSchema Of(GraphSchemaOptions? options, GraphNameManifest? manifest, params (string Service, ContractContent Content)[] parts)
    {
        var diagnostics = new List<Diagnostic>();
        return new BuiltSchema(GraphSchemaBuilder.Build(CatalogOf(parts), options ?? new GraphSchemaOptions(), manifest, diagnostics), diagnostics);
    }

    public static Catalog CatalogOf(params (string Service, ContractContent Content)[] parts)
    {
        var types = new Dictionary<string, MessageType>(StringComparer.Ordinal);
        foreach (var (name, type) in parts.SelectMany(static p => p.Content.Types))
            types.TryAdd(name, type);
        return new Catalog([.. parts.Select(static p => new CatalogService(p.Service, p.Content.Operations))], types, []);
    }

    /// <summary>A proto3 file of package users.v1 with the imports that tests use.</summary>
    public static ContractContent ProtoContent(string body, string package = "users.v1") => TempTree.Build(
        $$"""
        syntax = "proto3";
        package {{package}};
        import "google/api/annotations.proto";
        import "google/api/field_behavior.proto";
        import "google/protobuf/any.proto";
        import "google/protobuf/duration.proto";
        import "google/protobuf/empty.proto";
        import "google/protobuf/field_mask.proto";
        import "google/protobuf/struct.proto";
        import "google/protobuf/timestamp.proto";
        import "google/protobuf/wrappers.proto";
        {{body}}
        """);
}
