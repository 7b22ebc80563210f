using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ProtocolGateway.Samples;

/// <summary>One kind of thing in stock.</summary>
/// <param name="Sku">What it is ordered by.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Stock">How many are there.</param>
/// <param name="Price">In cents.</param>
/// <param name="Tags">Free words.</param>
public sealed record Item(string Sku, string Name, int Stock = 0, long Price = 0, IReadOnlyList<string>? Tags = null);

/// <summary>The HTTP service that contracts/samples/inventory.openapi.yaml describes.</summary>
public static class InventoryService
{
    /// <summary>Maps its four operations over a table in memory.</summary>
    public static void MapInventory(this IEndpointRouteBuilder routes)
    {
        var items = new ConcurrentDictionary<string, Item>(StringComparer.Ordinal)
        {
            ["card-deck"] = new("card-deck", "Punched cards, one deck", 40, 999, ["paper"]),
            ["valve"] = new("valve", "Vacuum tube", 7, 450, ["fragile"]),
        };
        routes.MapGet("/items", (int? minStock, string[]? sku) => items.Values
            .Where(i => i.Stock >= (minStock ?? 0) && (sku is not { Length: > 0 } || sku.Contains(i.Sku))).OrderBy(i => i.Sku, StringComparer.Ordinal));
        routes.MapGet("/items/{sku}", (string sku) => items.TryGetValue(sku, out var item)
            ? Results.Ok(item)
            : Results.Problem(statusCode: 404, title: "Not Found", detail: $"There is no item \"{sku}\"."));
        routes.MapPost("/items", (Item item) =>
        {
            items[item.Sku] = item;
            return Results.Created("/items/" + Uri.EscapeDataString(item.Sku), item);
        });
        routes.MapDelete("/items/{sku}", (string sku) =>
        {
            items.TryRemove(sku, out _);
            return Results.NoContent();
        });
    }
}
