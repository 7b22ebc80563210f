using System.Diagnostics;
using ProtocolGateway.Contracts;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Schema;
using ProtocolGateway.Edges.GraphQL.Schema.Building;
using ProtocolGateway.TestKit.Running;
using UnitTests.Edges.GraphQL.Execution.RoundTrip;
using Xunit;

namespace UnitTests.Edges.GraphQL.Schema;

/// <summary>The SDL of every contract at hand is valid for graphql-js, the reference implementation; installed from npm beside the tests.</summary>
public sealed class SdlTests
{
    // The newest of the line that nearly all tools are on.
    private const string Package = "graphql@16.11.0";

    private const string Script = """
        const { buildSchema, validateSchema } = require('graphql');
        const fs = require('fs');
        for (const file of process.argv.slice(2)) {
          try {
            for (const error of validateSchema(buildSchema(fs.readFileSync(file, 'utf8')))) console.log(file + ': ' + error.message);
          } catch (error) {
            console.log(file + ': ' + error.message + ' ' + JSON.stringify(error.locations));
          }
        }
        """;

    private static readonly GraphSchemaOptions[] _kinds =
    [
        new GraphSchemaOptions(),
        new GraphSchemaOptions { OneofUnions = true, StripEnumPrefixes = true, NonFiniteFloats = true, StreamLists = 5 },
        new GraphSchemaOptions { AllNullable = true, MapsAsJson = true },
    ];

    /// <summary>Contracts of the repository, and those in the directory that PUBLIC_CONTRACTS names, if any.</summary>
    public static TheoryData<string> Contracts()
    {
        List<string> files =
        [
            "contracts/samples/users.proto", "contracts/samples/orders.proto", "contracts/samples/inventory.openapi.yaml",
            "tests/TestKit/Protos/matrix/v1/matrix.proto", "tests/TestKit/Protos/zoo/v1/zoo.proto", "tests/TestKit/Protos/zoo/v1/zoo2.proto",
        ];
        if (Environment.GetEnvironmentVariable("PUBLIC_CONTRACTS") is { Length: > 0 } folder)
            files.AddRange(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(static f => Path.GetExtension(f) is ".json" or ".yaml" or ".protoset" or ".binpb"));
        return new TheoryData<string>(files.Select(Repository.PathOf));
    }

    [Theory]
    [MemberData(nameof(Contracts))]
    public async Task Every_contract_makes_a_valid_document(string contract)
    {
        var content = ContractLoader.LoadFile(contract, "svc", []);
        var operations = content.Operations.Count > 0 ? content.Operations : Echoes(content);
        var catalog = new Catalog([new CatalogService("svc", operations)], content.Types, []);
        await ValidateAsync([.. _kinds.Select(o => GraphSdlWriter.Write(GraphSchemaBuilder.Build(catalog, o, null, [])))]);
    }

    [Fact]
    public async Task Everything_at_once_makes_a_valid_document()
    {
        var services = Contracts().Select((c, i) => ("s" + i, ContractLoader.LoadFile(c.Data, "s" + i, []))).ToArray();
        await ValidateAsync([Schemas.Of(null, null, services).Sdl]);
    }

    [Fact]
    public async Task Every_operation_of_the_type_zoo_makes_a_valid_document() =>
        await ValidateAsync([.. _kinds.Select(static o => GraphSdlWriter.Write(GraphSchemaBuilder.Build(EchoContract.Build(), o, null, [])))]);

    [Fact]
    public async Task Hostile_words_and_defaults_stay_inside_their_strings()
    {
        var built = Schemas.OpenApi(
            """
              /x:
                get:
                  operationId: getX
                  description: "one\ntwo \"\"\" three \\\"\"\" four \\ \u0007 \uD83D\uDE00 end\\"
                  parameters:
                    - { name: a, in: query, description: "quote \" and \\", schema: { type: string, default: "x\"\\\n\u0001y" } }
                    - { name: b, in: query, description: "\"\"\"\n", schema: { type: integer, format: int32, default: 1.5 } }
                    - { name: c, in: query, schema: { type: array, items: { type: string, enum: [a-b, 'true'] }, default: [a-b, 'true'] } }
                  responses: { '200': { description: ok } }
            """);
        Assert.Contains("a: String = \"x\\\"\\\\\\n\\u0001y\"", built.Sdl, StringComparison.Ordinal);
        Assert.Contains(built.Lines("Query"), static l => l == "b: Int");
        Assert.Contains(built.Lines("Query"), static l => l.EndsWith(" = [a_b, _true]", StringComparison.Ordinal));
        await ValidateAsync([built.Sdl]);
    }

    [Theory]
    [InlineData("plain", "\"plain\"")]
    [InlineData("a\"b\\c", "\"a\\\"b\\\\c\"")]
    [InlineData("\u0000\u001f", "\"\\u0000\\u001F\"")]
    public void Strings_are_quoted(string text, string quoted) => Assert.Equal(quoted, SdlText.Quoted(text));

    [Fact]
    public void Half_a_character_becomes_the_replacement_character() => Assert.Equal("\"\ufffdx\"", SdlText.Quoted("\ud800x"));

    // Contracts without services: each message is answered and taken.
    private static List<Operation> Echoes(ContractContent content) => [.. content.Types.Values.SelectMany(static t => new[] { "Get", "Set" }.Select(verb => new Operation
    {
        FullName = $"echo.S.{verb}{t.FullName}",
        Name = verb + t.FullName,
        ServiceName = "echo.S",
        Kind = ContractKind.Grpc,
        Shape = Shape.Unary,
        Input = t,
        Output = t,
        Source = new SourceLocation("", ""),
    }))];

    private static async Task ValidateAsync(IReadOnlyList<string> documents)
    {
        var folder = await GraphQlJs.InstallAsync(Package);
        var work = Directory.CreateTempSubdirectory("sdl-");
        try
        {
            var files = documents.Select((d, i) => Write(Path.Combine(work.FullName, $"{i}.graphql"), d)).ToArray();
            var script = Write(Path.Combine(folder, "validate.js"), Script);
            var (code, output) = await GraphQlJs.RunAsync("node", folder, ["--max-old-space-size=4096", script, .. files]);
            Assert.True(code == 0 && output.Length == 0, output);
        }
        finally
        {
            work.Delete(recursive: true);
        }

        static string Write(string file, string text)
        {
            if (!File.Exists(file) || File.ReadAllText(file) != text)
                File.WriteAllText(file, text);
            return file;
        }
    }
}
