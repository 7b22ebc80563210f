using CsCheck;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Schema;
using Xunit;

namespace UnitTests.Edges.GraphQL.Schema;

/// <summary>Names depend on nothing but contracts and manifest, and what has one keeps it.</summary>
public sealed class NameStabilityTests
{
    // Few names, so that most draws collide.
    private static readonly Gen<string> _package = OneOf("a.v1", "a.v2", "b.v1", "x.a.v1");
    private static readonly Gen<(string Package, string Service, string[] Methods, string[] Messages, int Number)> _contract = Gen.Select(
        _package,
        OneOf("S", "T"),
        OneOf("GetX", "SetX", "ListX", "getX").Array[1, 3],
        OneOf("M", "MInput", "Query", "M_Input", "A_M", "String").Array[1, 3],
        Gen.Int[1, 2]);

    [Fact]
    public void Adding_a_contract_renames_nothing_that_the_manifest_records() => Gen.Select(_contract.Array[1, 4], _contract, Gen.Int[0, 4]).Sample(
        draw =>
        {
            var (contracts, added, at) = draw;
            var old = contracts.Select((c, i) => Service("s" + i, c)).ToList();
            var before = Build(old, null);
            var more = old.ToList();
            more.Insert(Math.Min(at, old.Count), Service("new", added));
            var after = Build(more, before.Names);
            var missing = Names(before).Except(Names(after)).ToList();
            Assert.True(missing.Count == 0, string.Join(", ", missing));
        },
        iter: 2000);

    [Fact]
    public void The_manifest_makes_its_own_schema_again_and_survives_writing() => _contract.Array[1, 4].Sample(
        contracts =>
        {
            var services = contracts.Select((c, i) => Service("s" + i, c)).ToList();
            var first = Build(services, null);
            var diagnostics = new List<Diagnostic>();
            var file = Path.GetTempFileName();
            File.WriteAllText(file, first.Names.Write());
            var read = GraphNameManifest.Read(file, diagnostics);
            File.Delete(file);
            Assert.Empty(diagnostics);
            Assert.Equal(GraphSdlWriter.Write(first), GraphSdlWriter.Write(Build(services, read)));
            Assert.Equal(first.Names.Write(), read.Write());
        },
        iter: 200);

    [Fact]
    public void The_order_of_services_names_nothing_else() => _contract.Array[2, 4].Sample(
        contracts =>
        {
            // One package each, as equal full names of different meaning are told apart by the order.
            var services = contracts.Select((c, i) => Service("s" + i, c with { Package = $"p{i}.{c.Package}" })).ToList();
            var forward = Build(services, null);
            services.Reverse();
            Assert.Equal(Names(forward).Order(), Names(Build(services, null)).Order());
        },
        iter: 500);

    [Fact]
    public void A_name_stays_with_a_contract_that_is_missing_for_a_while()
    {
        var (a, b) = (Service("a", ("a.v1", "S", ["GetX"], ["M"], 1)), Service("b", ("b.v1", "S", ["GetX"], ["M"], 2)));
        var alone = Build([a], null);
        var other = Build([b], alone.Names);
        Assert.Equal("sGetX", Assert.Single(other.Query.Fields).Name);
        Assert.Equal(["getX", "sGetX"], Build([b, a], other.Names).Query.Fields.Select(static f => f.Name).Order());
    }

    [Theory]
    [InlineData("{", "cannot be read")]
    [InlineData("[]", "object is expected")]
    [InlineData("{\"query\": 1}", "must be an object")]
    [InlineData("{\"query\": {\"a.v1.S.GetX\": \"no way\"}}", "not one that GraphQL allows")]
    [InlineData("{\"query\": {\"a.v1.S.GetX\": 5}}", "not one that GraphQL allows")]
    [InlineData("{\"query\": {\"a.v1.S.GetX\": \"\\ud800\"}}", "not one that GraphQL allows")]
    [InlineData("{\"query\": {\"a\\ud800\": \"getX\"}}", "half of a surrogate pair")]
    [InlineData("{\"\\udc00\": {\"a\": \"getX\"}}", "half of a surrogate pair")]
    [InlineData("{\"\\udc00\": 7}", "must be an object")]
    public void A_bad_manifest_is_told_and_names_are_given_out_afresh(string text, string message)
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, text);
        var diagnostics = new List<Diagnostic>();
        var manifest = GraphNameManifest.Read(file, diagnostics);
        File.Delete(file);
        Assert.Contains(message, Assert.Single(diagnostics).Message, StringComparison.Ordinal);
        Assert.Equal("getX", Assert.Single(Build([Service("a", ("a.v1", "S", ["GetX"], ["M"], 1))], manifest).Query.Fields).Name);
    }

    [Theory]
    [InlineData("{ \"query\": ")]
    [InlineData("<<<<<<< ours")]
    [InlineData("[]")]
    public void What_cannot_be_read_is_not_overwritten(string text)
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, text);
        var problem = Build([Service("a", ("a.v1", "S", ["GetX"], ["M"], 1))], null).Names.Save(file);
        Assert.Contains("not overwritten", problem, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(file));
        File.Delete(file);
    }

    [Fact]
    public void A_manifest_is_written_whole_through_links_and_leaves_nothing_beside_it()
    {
        var names = Build([Service("a", ("a.v1", "S", ["GetX"], ["M"], 1))], null).Names;
        var folder = Directory.CreateTempSubdirectory("gateway-names");
        var (file, link) = (Path.Combine(folder.FullName, "names.json"), Path.Combine(folder.FullName, "link.json"));
        Assert.Null(names.Save(file));
        Assert.Null(names.Save(file));
        File.CreateSymbolicLink(link, file);
        Assert.Null(names.Save(link));
        Assert.NotNull(new FileInfo(link).LinkTarget);
        Assert.Equal(names.Write(), File.ReadAllText(file));
        Assert.Equal(["link.json", "names.json"], folder.GetFiles().Select(static f => f.Name).Order(StringComparer.Ordinal));
        // A folder cannot be written over; what was made beside it goes.
        var taken = folder.CreateSubdirectory("taken");
        Assert.NotNull(names.Save(taken.FullName));
        Assert.Equal(2, folder.GetFiles().Length);
        Assert.Contains("cannot be written", names.Save(Path.Combine(folder.FullName, "none", "names.json")), StringComparison.Ordinal);
        folder.Delete(recursive: true);
    }

    [Fact]
    public void A_manifest_that_gives_one_name_twice_or_a_reserved_one_breaks_no_schema()
    {
        var manifest = new GraphNameManifest(new()
        {
            [("query", "a.v1.S.GetX")] = "same",
            [("query", "a.v1.S.ListX")] = "same",
            [("type", "a.v1.M")] = "Query",
            [("input", "a.v1.M")] = "String",
        });
        var schema = Build([Service("a", ("a.v1", "S", ["GetX", "ListX", "SetX"], ["M"], 1))], manifest);
        Assert.Equal(["same", "listX"], schema.Query.Fields.Select(static f => f.Name));
        Assert.Equal("M", schema.Query.Fields[0].Type.Named!.Name);
    }

    private static Gen<string> OneOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static List<string> Names(GraphSchema schema)
    {
        GraphType?[] roots = [schema.Query, schema.Mutation, schema.Subscription];
        var names = roots.OfType<GraphType>().SelectMany(r => r.Fields.Where(static f => f.Operation is not null).Select(f => $"{r} {f.Operation!.FullName} {f.Operation.Source} = {f.Name}")).ToList();
        // A type is known by its number of fields too: two of one full name differ in it.
        names.AddRange(schema.Types.Where(static t => t.Source is MessageType).Select(static t => $"{t.Kind} {((MessageType)t.Source!).FullName} {((MessageType)t.Source).Fields.Count} = {t}"));
        return names;
    }

    private static GraphSchema Build(IReadOnlyList<CatalogService> services, GraphNameManifest? manifest)
    {
        // Of operations of one name a catalog holds one; here never the added service's.
        var owners = services.OrderBy(static s => s.Name == "new").SelectMany(static s => s.Operations.Select(o => (o.FullName, s.Name))).DistinctBy(static o => o.FullName).ToHashSet();
        var unique = services.Select(s => s with { Operations = [.. s.Operations.Where(o => owners.Contains((o.FullName, s.Name)))] }).ToList();
        return GraphSchemaBuilder.Build(new Catalog(unique, new Dictionary<string, MessageType>(), []), new GraphSchemaOptions(), manifest, []);
    }

    private static CatalogService Service(string name, (string Package, string Service, string[] Methods, string[] Messages, int Number) contract)
    {
        var messages = contract.Messages.Distinct().Select(m => Message($"{contract.Package}.{m}", contract.Number)).ToList();
        var operations = contract.Methods.Distinct().Select((method, i) => new Operation
        {
            FullName = $"{contract.Package}.{contract.Service}.{method}",
            Name = method,
            ServiceName = $"{contract.Package}.{contract.Service}",
            Kind = ContractKind.Grpc,
            Shape = Shape.Unary,
            Input = messages[i % messages.Count],
            Output = messages[(i + 1) % messages.Count],
            Source = new SourceLocation("", ""),
        });
        return new CatalogService(name, [.. operations]);
    }

    private static MessageType Message(string name, int fields)
    {
        var message = new MessageType(name);
        message.Complete([.. Enumerable.Range(1, fields).Select(static n => new Field { Name = "f" + n, JsonName = "f" + n, Number = n, Type = new ScalarType(ScalarKind.Int32) })], []);
        return message;
    }
}
