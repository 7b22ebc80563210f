using System.Text.Json;
using System.Text.Json.Nodes;

namespace UnitTests.Edges.GraphQL.Differential;

/// <summary>What a person reads in the contracts (facts.json), not the gateway: names in JSON, how unions show themselves, what joins ask.</summary>
internal sealed class ContractFacts
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    public required Dictionary<string, RootFact> Roots { get; init; }
    public required string[] Empty { get; init; }
    public required Dictionary<string, string> Names { get; init; }
    public required Dictionary<string, string> Enums { get; init; }
    public required string[] Presence { get; init; }
    public required string[] Proto { get; init; }
    public required Dictionary<string, string[]> Self { get; init; }
    public required Dictionary<string, UnionFact> Unions { get; init; }
    public required Dictionary<string, JoinFact> Joins { get; init; }

    public static string File => Path.Combine(AppContext.BaseDirectory, "Edges", "GraphQL", "Differential", "facts.json");

    public static ContractFacts Read() => JsonSerializer.Deserialize<ContractFacts>(System.IO.File.ReadAllText(File), Web)!;

    internal sealed record RootFact(string Operation);

    internal sealed record UnionFact(string? By, Dictionary<string, string>? Values, JsonArray? Required)
    {
        /// <summary>The name of the member that a value is; null for none.</summary>
        public string? Find(JsonObject value)
        {
            if (By is not null)
                return value[By] is JsonValue text && text.GetValueKind() == JsonValueKind.String ? Values!.GetValueOrDefault(text.GetValue<string>()) : null;
            return Required!.FirstOrDefault(rule => rule![1]!.AsArray().All(name => value[name!.GetValue<string>()] is not null))?[0]!.GetValue<string>();
        }
    }

    internal sealed record JoinFact(string Operation, string[] Parent, string[] Result, string? Key, bool Proto, bool Many, bool Path);
}
