using System.Reflection;
using Xunit;

namespace UnitTests.Architecture;

/// <summary>The house rules that the compiler does not hold: floors between projects, no sideways reference between protocol folders.</summary>
public sealed class FloorTests
{
    private static readonly Dictionary<string, int> Floors = new()
    {
        ["ProtocolGateway.Contracts"] = 0,
        ["ProtocolGateway.Envelope"] = 1,
        ["ProtocolGateway.Edges"] = 2,
        ["ProtocolGateway.Guards"] = 2,
        ["ProtocolGateway.Upstreams"] = 2,
        ["protocol-gateway"] = 3,
    };

    // Folders of one project that must not know each other: (project, one folder, the folders it may not refer to).
    private static readonly (string Project, string Folder, string[] Closed)[] Slices =
    [
        ("ProtocolGateway.Contracts", "Model", ["Proto", "OpenApi", "Codec", "Views"]),
        ("ProtocolGateway.Contracts", "Proto", ["OpenApi", "Codec", "Views"]),
        ("ProtocolGateway.Contracts", "OpenApi", ["Proto", "Codec", "Views"]),
        ("ProtocolGateway.Contracts", "Codec", ["Proto", "OpenApi", "Views"]),
        ("ProtocolGateway.Contracts", "Views", ["OpenApi", "Codec"]),
        ("ProtocolGateway.Edges", "Rest", ["GraphQL", "Grpc", "WebSockets"]),
        ("ProtocolGateway.Edges", "Grpc", ["Rest", "GraphQL", "WebSockets"]),
        ("ProtocolGateway.Edges", "WebSockets", ["Rest", "GraphQL", "Grpc"]),
        ("ProtocolGateway.Edges", "Sockets", ["Rest", "GraphQL", "Grpc", "WebSockets"]),
        ("ProtocolGateway.Upstreams", "Grpc", ["Http"]),
        ("ProtocolGateway.Upstreams", "Http", ["Grpc"]),
    ];

    [Fact]
    public void A_project_references_only_lower_floors()
    {
        var wrong = from project in Floors.Keys
                    from reference in Assembly.Load(project).GetReferencedAssemblies()
                    where Floors.TryGetValue(reference.Name!, out var floor) && floor >= Floors[project]
                    select $"{project} -> {reference.Name}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void A_protocol_folder_does_not_reference_its_siblings()
    {
        var wrong = new List<string>();
        foreach (var (project, folder, closed) in Slices)
        {
            var types = Assembly.Load(project).GetTypes().Where(t => In(t, project, folder)).ToList();
            wrong.AddRange(from type in types
                           from reference in AssemblyReferences.Of(type)
                           from other in closed
                           where In(reference, project, other)
                           select $"{type} -> {reference}");
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void The_model_has_types_to_check() =>
        Assert.True(Assembly.Load("ProtocolGateway.Contracts").GetTypes().Count(t => In(t, "ProtocolGateway.Contracts", "Model")) > 10);

    [Fact]
    public void Every_interface_of_the_sources_has_two_implementations()
    {
        var types = Floors.Keys.SelectMany(p => Assembly.Load(p).GetTypes()).ToList();
        var lonely = from contract in types
                     where contract.IsInterface && contract.Namespace?.StartsWith("ProtocolGateway", StringComparison.Ordinal) == true
                     where types.Count(t => !t.IsInterface && t.IsAssignableTo(contract)) < 2
                     select contract.FullName;
        Assert.Empty(lonely);
    }

    private static bool In(Type type, string project, string folder)
    {
        var space = type.Namespace ?? "";
        var full = project + "." + folder;
        return space == full || space.StartsWith(full + ".", StringComparison.Ordinal);
    }
}
