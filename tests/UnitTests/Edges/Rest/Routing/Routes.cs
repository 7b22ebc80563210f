using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.Rest.Routing;

namespace UnitTests.Edges.Rest.Routing;

/// <summary>Catalogs out of rules.</summary>
internal static class Routes
{
    public static RouteTable Table(params string[] rules) => RouteTable.Build(Catalog(rules), new(), []);

    public static Catalog Catalog(params string[] rules) => Of([.. rules.Select((rule, i) => Grpc("M" + i, new("In"), Rule(rule)))]);

    public static Catalog HttpCatalog(params string[] paths) => Of([.. paths.Select((path, i) => Http("o" + i, new("In"), Rule("GET " + path)))]);

    public static Catalog Of(params Operation[] operations) => new([new("s", operations)], new Dictionary<string, MessageType>(), []);

    public static HttpRule Rule(string rule, string body = "", bool fullyDecode = false)
    {
        var parts = rule.Split(' ');
        return new() { Method = parts[0], Template = parts[1], Body = body, FullyDecodeReservedExpansion = fullyDecode, Source = new("test.proto", "1:1") };
    }

    public static Operation Grpc(string name, MessageType input, params HttpRule[] rules) => Operation(ContractKind.Grpc, name, input, rules);

    public static Operation Http(string name, MessageType input, params HttpRule[] rules) => Operation(ContractKind.Http, name, input, rules);

    private static Operation Operation(ContractKind kind, string name, MessageType input, HttpRule[] rules) => new()
    {
        FullName = "test.S." + name,
        Name = name,
        ServiceName = "test.S",
        Kind = kind,
        Shape = Shape.Unary,
        Input = input,
        Output = null,
        HttpRules = rules,
        Http = kind == ContractKind.Http ? new() { ServerPath = "/base" } : null,
        Source = new("test.proto", "1:1"),
    };
}
