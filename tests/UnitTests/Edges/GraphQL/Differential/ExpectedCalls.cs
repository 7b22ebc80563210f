using System.Buffers;
using System.Text;
using System.Text.Json;
using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Schema;
using JsonFormatPlan = ProtocolGateway.Contracts.Codec.Formatting.JsonFormatPlan;
using JsonParsePlan = ProtocolGateway.Contracts.Codec.Parsing.JsonParsePlan;

namespace UnitTests.Edges.GraphQL.Differential;

/// <summary>
/// What backends should have been called with, by the arguments as an oracle coerced them. The protobuf codec is our own, as it has an oracle of its own;
/// the operations are those of the schema, as nothing else knows their messages.
/// </summary>
internal sealed class ExpectedCalls(GraphSchema schema)
{
    // Joins call them too.
    private static readonly string[] Joined = ["BatchGetTeams", "getItem", "getMade"];

    private readonly Dictionary<string, Operation> _operations = schema.Query.Fields.Concat(schema.Mutation!.Fields).ToDictionary(static f => f.Operation!.Name, static f => f.Operation!);

    /// <summary>What differs; null where nothing does.</summary>
    public string? Difference(JsonElement calls, IReadOnlyList<string> made, bool inOrder)
    {
        var expected = calls.EnumerateArray().Select(Line).ToList();
        // Equal calls of a query are one.
        var own = made.Select(Body).Where(m => expected.Contains(m) || !Joined.Any(j => IsOf(m, j))).ToList();
        var (want, got) = inOrder ? (expected, own) : ([.. expected.Distinct().Order(StringComparer.Ordinal)], own.Distinct().Order(StringComparer.Ordinal).ToList());
        return want.SequenceEqual(got) ? null : $"called:   {string.Join("\n          ", got)}\nexpected: {string.Join("\n          ", want)}";
    }

    // Equal bodies are written alike.
    private static string Body(string call) => call.StartsWith("POST /orders ", StringComparison.Ordinal) ? "POST /orders " + Answers.Canonical(JsonDocument.Parse(call["POST /orders ".Length..]).RootElement) : call;

    private static bool IsOf(string call, string operation) => operation switch
    {
        "getItem" => call.StartsWith("GET /items/", StringComparison.Ordinal),
        "getMade" => call.StartsWith("GET /made", StringComparison.Ordinal),
        _ => call.StartsWith(operation + " ", StringComparison.Ordinal),
    };

    private string Line(JsonElement call)
    {
        var operation = _operations[call.GetProperty("operation").GetString()!];
        var input = call.GetProperty("input");
        return operation.Kind == ContractKind.Grpc ? $"{operation.Name} {Normal(operation.Input, operation.Name == "EchoText" ? input.GetProperty("input") : input)}" : Request(operation, input);
    }

    private static string Normal(MessageType type, JsonElement input)
    {
        var wire = new ArrayBufferWriter<byte>();
        var json = new ArrayBufferWriter<byte>();
        if (JsonParsePlan.Compile(type, CodecOptions.Default, static _ => null).Parse(Encoding.UTF8.GetBytes(input.GetRawText()), wire) is { } error)
            return error.ToString()!;
        JsonFormatPlan.Compile(type, CodecOptions.Default, static _ => null).Format(wire.WrittenMemory.ToArray(), json);
        return Encoding.UTF8.GetString(json.WrittenSpan);
    }

    // The four requests of the contract, by hand.
    private static string Request(Operation operation, JsonElement input)
    {
        var query = string.Join('&', new[] { "q", "limit", "tags", "numbers", "sort", "strict", "teams" }.SelectMany(name => Pairs(name, input)));
        var rest = query.Length == 0 ? "" : "?" + query;
        return operation.Name switch
        {
            "getItem" => "GET /items/" + Uri.EscapeDataString(input.GetProperty("sku").GetString()!),
            "createOrder" => "POST /orders " + Answers.Canonical(input.GetProperty("input")),
            "listItems" => "GET /items" + rest,
            "getMade" => "GET /made" + rest,
            _ => "GET /" + operation.Name[(operation.Name[0] == 'l' ? 4 : 3)..].ToLowerInvariant(),
        };
    }

    private static IEnumerable<string> Pairs(string name, JsonElement input)
    {
        if (!input.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return [];
        return (value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value]).Select(v => $"{name}={Uri.EscapeDataString(v.ToString() is var text && v.ValueKind is JsonValueKind.True or JsonValueKind.False ? text.ToLowerInvariant() : text)}");
    }
}
