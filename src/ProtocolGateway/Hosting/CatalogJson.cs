using System.Text.Json.Nodes;
using ProtocolGateway.Catalogs;
using ProtocolGateway.Cli;
using ProtocolGateway.Config;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Hosting;

/// <summary>The catalog as the admin listener shows it.</summary>
internal static class CatalogJson
{
    public static JsonObject Write(LoadedCatalog loaded)
    {
        var routes = loaded.Routes.Routes.ToLookup(r => r.Operation, r => r.Text);
        return new JsonObject
        {
            ["services"] = new JsonArray([.. loaded.Catalog.Services.Select(s => (JsonNode)new JsonObject
            {
                ["name"] = s.Name,
                ["operations"] = new JsonArray([.. s.Operations.Select(o => (JsonNode)Operation(o, routes[o]))]),
            })]),
            ["diagnostics"] = new JsonArray([.. loaded.Catalog.Diagnostics.Select(d => (JsonNode)CheckCommand.ToJson(d))]),
        };
    }

    private static JsonObject Operation(Operation operation, IEnumerable<string> routes)
    {
        var json = new JsonObject
        {
            ["name"] = operation.FullName,
            ["kind"] = ConfigShape.ToKey(operation.Kind.ToString()),
            ["shape"] = ConfigShape.ToKey(operation.Shape.ToString()),
            ["input"] = operation.Input.FullName,
            ["output"] = (operation.Output as MessageType)?.FullName,
            ["routes"] = new JsonArray([.. routes.Select(r => (JsonNode)r)]),
        };
        if (operation.Deprecated)
            json["deprecated"] = true;
        return json;
    }
}
