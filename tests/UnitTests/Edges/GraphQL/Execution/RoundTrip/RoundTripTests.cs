using System.Text.Json.Nodes;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL;
using ProtocolGateway.Edges.GraphQL.Schema;
using ProtocolGateway.TestKit.Zoo.V1;
using UnitTests.Edges.GraphQL.Differential;
using Xunit;

namespace UnitTests.Edges.GraphQL.Execution.RoundTrip;

/// <summary>
/// Whatever protobuf can say comes back as it was sent: every operation over every message of the zoo is called with all of its fields, with none, and with
/// some, before a backend that answers with the bytes it got. How the arguments are written, as literals or as variables of whole arguments or of parts of them, makes no difference
/// to those bytes.
/// </summary>
public sealed class RoundTripTests
{
    private const ulong Seed = 1;
    private const int Sparse = 2;

    private static readonly Catalog _zoo = EchoContract.Build();

    private static readonly GraphLimits _limits = new() { MaxTokens = 1_000_000, MaxDocumentBytes = 10_000_000, MaxFields = 1_000_000, MaxCost = int.MaxValue };

    private static readonly Dictionary<string, GraphSchemaOptions> _options = new()
    {
        ["plain"] = new(),
        ["rich"] = new() { OneofUnions = true, StripEnumPrefixes = true, NonFiniteFloats = true, StreamLists = RunningSchema.Echoes },
        ["nullable"] = new() { AllNullable = true },
    };

    public static TheoryData<string> Kinds() => new(_options.Keys);

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_operation_answers_with_what_it_was_given(string kind)
    {
        var running = RunningSchema.Echoing(_zoo, _options[kind], _limits);
        var wrong = new List<string>();
        foreach (var (root, keyword) in Roots(running.Schema))
        {
            foreach (var field in root.Fields)
            {
                foreach (var (percent, arm) in Cases(field))
                {
                    var name = $"{kind} {root.Name}.{field.Name}, {percent} % of the fields, arm {arm}, seed {Seed}";
                    var arguments = new InputTreeMaker(new Choices((uint)(percent + arm), Seed), percent, arm).Arguments(field);
                    await CheckAsync(running, keyword, field, arguments, problem => wrong.Add(name + ": " + problem));
                }
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} calls:\n{string.Join("\n\n", wrong.Take(10))}");
    }

    private static IEnumerable<(GraphType Root, string Keyword)> Roots(GraphSchema schema) =>
        [(schema.Query, "query"), (schema.Mutation!, "mutation"), (schema.Subscription!, "subscription")];

    private static IEnumerable<(int Percent, int Arm)> Cases(GraphField field)
    {
        var arms = ((MessageType)field.Operation!.Output!).Fields.Where(static f => f.Oneof is not null).GroupBy(static f => f.Oneof).Select(static g => g.Count()).DefaultIfEmpty(1).Max();
        return Enumerable.Range(0, arms).Select(static arm => (100, arm)).Append((0, 0)).Concat(Enumerable.Range(0, Sparse).Select(static i => (40, i)));
    }

    private static async Task CheckAsync(RunningSchema running, string keyword, GraphField field, ObjectTree arguments, Action<string> wrong)
    {
        byte[]? first = null;
        foreach (var depth in (int[])[RoundTripDocument.Literals, 0, 1, 2])
        {
            var writer = new RoundTripDocument(keyword, field, depth);
            var document = writer.Write(arguments, ExpectedAnswer.Selection(field.Type));
            var answers = keyword == "subscription" ? await running.SubscribeAsync(document, writer.Variables) : [await running.RunAsync(document, writer.Variables)];
            if (!running.Echoed!.TryDequeue(out var sent))
            {
                wrong($"not called: {answers[0]}\n{document}\n{writer.Variables}");
                return;
            }

            first ??= sent;
            var expected = $"{{\"data\":{{\"{field.Name}\":{Expected(field, arguments, sent)}}}}}";
            if (!first.AsSpan().SequenceEqual(sent))
                wrong($"with variables at depth {depth} the backend gets {Convert.ToHexString(sent)}, but {Convert.ToHexString(first)} with literals\n{document}\n{writer.Variables}");
            if (answers.Count != (keyword == "subscription" ? RunningSchema.Echoes : 1) || !answers.TrueForAll(a => JsonNode.DeepEquals(JsonNode.Parse(a), JsonNode.Parse(expected))))
                wrong($"{answers.Count} answers, the first\n{answers[0]}\nexpected\n{expected}\n{document}\n{writer.Variables}");
        }
    }

    private static string Expected(GraphField field, ObjectTree arguments, byte[] sent)
    {
        (Field, string)? mask = field.ReadMask is { } read ? (read.Input, Animal.Parser.ParseFrom(sent).FieldMask.ToString()) : null;
        var answer = new ExpectedAnswer(mask);
        var type = field.StreamLimit > 0 ? field.Type.Element! : field.Type;
        var json = arguments.Members is [{ Field.IsWhole: true } whole] ? answer.Json(type, whole.Value) : answer.Json(type, arguments.ByNumber());
        return field.StreamLimit > 0 ? $"[{string.Join(',', Enumerable.Repeat(json, RunningSchema.Echoes))}]" : json;
    }
}
