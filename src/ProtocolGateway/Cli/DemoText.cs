namespace ProtocolGateway.Cli;

/// <summary>What the demo prints: each line works when pasted.</summary>
internal static class DemoText
{
    /// <summary>The commands that the demo offers, with what they show.</summary>
    public static IReadOnlyList<(string What, string Command)> Commands(int port, int adminPort)
    {
        var at = $"http://127.0.0.1:{port}";
        return
        [
            ("gRPC, unary: a user", $"curl -s {at}/v1/users/ada"),
            ("all users", $"curl -s '{at}/v1/users?pageSize=2'"),
            ("a new user", $$"""curl -s -X POST {{at}}/v1/users -H 'Content-Type: application/json' -d '{"name":"Edsger Dijkstra","email":"ewd@example.com"}'"""),
            ("PATCH, mask from the body", $$$"""curl -s -X PATCH {{{at}}}/v1/users/alan -H 'Content-Type: application/json' -d '{"email":"alan@example.org","address":{"city":"Wilmslow"}}'"""),
            ("an order", $$"""curl -s -X POST {{at}}/v1/orders -H 'Content-Type: application/json' -d '{"userId":"ada","lines":[{"sku":"valve","quantity":2,"price":"450"}]}'"""),
            ("server stream as NDJSON", $"curl -sN -H 'Accept: application/x-ndjson' {at}/v1/orders/1:watch"),
            ("server stream as SSE", $"curl -sN -H 'Accept: text/event-stream' {at}/v1/orders/1:watch"),
            ("client stream from NDJSON", $$"""printf '{"sku":"valve","quantity":2,"price":"450"}\n{"sku":"card-deck","quantity":1,"price":"999"}\n' | curl -s -X POST {{at}}/v1/orders:upload -H 'Content-Type: application/x-ndjson' --data-binary @-"""),
            ("HTTP service: stock", $"curl -s '{at}/inventory/items?minStock=10'"),
            ("HTTP service: a new item", $$"""curl -s -X POST {{at}}/inventory/items -H 'Content-Type: application/json' -d '{"sku":"relay","name":"Relay","stock":12,"price":250}'"""),
            ("GraphQL: one query over all three services", $$"""curl -s {{at}}/graphql -H 'Content-Type: application/json' -d '{"query":"{ listUsers { users { name orders { total lines { quantity item { name stock } } } } } }"}'"""),
            ("GraphQL: a subscription as SSE", $$"""curl -sN {{at}}/graphql -H 'Content-Type: application/json' -H 'Accept: text/event-stream' -d '{"query":"subscription { watch(orderId: \"1\") { state order { user { name } } } }"}'"""),
            ("OpenAPI of all of it", $"curl -s {at}/openapi.json"),
            ("the reference page", $"curl -sL {at}/docs"),
            ("ready?", $"curl -s http://127.0.0.1:{adminPort}/healthz/ready"),
            ("the catalog", $"curl -s http://127.0.0.1:{adminPort}/admin/catalog"),
            ("metrics", $"curl -s http://127.0.0.1:{adminPort}/metrics"),
        ];
    }

    public static void Print(TextWriter output, int port, int adminPort, string file)
    {
        output.WriteLine($"\nThe gateway is on http://127.0.0.1:{port} before users and orders (gRPC), inventory (HTTP) and a chat (WebSockets).");
        output.WriteLine($"GraphiQL is at http://127.0.0.1:{port}/graphql, the REST reference at http://127.0.0.1:{port}/docs, a chat at http://127.0.0.1:{port}/demo (open it in two tabs), the configuration in {file}\n");
        foreach (var (what, command) in Commands(port, adminPort))
            output.WriteLine($"# {what}\n{command}");
        output.WriteLine("\nCtrl-C stops.");
    }
}
