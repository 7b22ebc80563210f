using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges;
using ProtocolGateway.Edges.GraphQL;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.GraphQL.Planning;
using ProtocolGateway.Edges.GraphQL.Schema;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using JsonFormatPlan = ProtocolGateway.Contracts.Codec.Formatting.JsonFormatPlan;
using JsonParsePlan = ProtocolGateway.Contracts.Codec.Parsing.JsonParsePlan;

namespace UnitTests.Edges.GraphQL.Execution;

/// <summary>Runs plans that are made by hand before a dispatcher that follows a script in place of the spine.</summary>
internal sealed class ScriptedRun
{
    private static readonly MessageType NoteType = MakeNote();

    private readonly Dictionary<string, Func<Operation, ValueTask<object>>> _script = [];
    private readonly Lock _sync = new();

    /// <summary>The targets that were called, in order; for gRPC the method's name and the message's text.</summary>
    public List<string> Calls { get; } = [];

    public GraphEdgeOptions Options { get; init; } = new();

    public CancellationToken Cancelled { get; init; }

    /// <summary>What a target is answered: JSON (string), an HTTP status (int), messages (string[]) or an error.</summary>
    public ScriptedRun On(string target, object answer) => On(target, () => new(answer));

    public ScriptedRun On(string target, Func<ValueTask<object>> answer)
    {
        _script[target] = _ => answer();
        return this;
    }

    /// <summary>The response to a plan.</summary>
    public async Task<string> RunAsync(OperationPlan plan, VariableValues? variables = null)
    {
        var calls = new CallRunner(DispatchAsync, Options, NullLogger.Instance);
        using var run = new OperationRun(plan, variables ?? VariableValues.None, calls, new(new DefaultHttpContext(), TimeProvider.System, Cancelled));
        await run.CallAsync();
        using var output = new PooledBuffer();
        run.Write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    public static OperationPlan Plan(GraphOperationKind kind, JoinPlan[] joins, params OutputField[] root) => new()
    {
        Kind = kind,
        Root = Select("Query", [], root),
        Fetches = [.. root.Select(static f => f.Fetch!)],
        Joins = joins,
    };

    /// <summary>A root field that calls GET with the query parameter of its name.</summary>
    public static OutputField Fetch(int index, string name, ValuePlan value, InputNode? input = null, CallPlan? call = null)
    {
        call ??= Get(name, new ScalarType(ScalarKind.String));
        var field = new GraphField { Name = name, Type = GraphTypeRef.Of(new(name, GraphKind.Scalar)), Source = GraphSource.Operation };
        var fetch = new FetchPlan { Index = index, Field = field, Call = call, Input = input ?? InputNode.Empty };
        fetch.Values.Add(value);
        return new() { ResponseName = name, Key = Key(name), Source = OutputSource.Fetch, Value = value, Coordinate = "Query." + name, Fetch = fetch };
    }

    public static OutputField Property(int index, string name, ValuePlan value) =>
        new() { ResponseName = name, Key = Key(name), Source = OutputSource.Property, Value = value, Coordinate = "T." + name, Property = index };

    public static OutputField Join(JoinPlan plan, string name, ValuePlan value, params int[] keys)
    {
        plan.Values.Add(value);
        return new()
        {
            ResponseName = name,
            Key = Key(name),
            Source = OutputSource.Join,
            Value = value,
            Coordinate = "T." + name,
            Join = new(plan, [.. keys.Select(static k => new JoinKeyPath(k, []))]),
        };
    }

    /// <summary>A join that calls GET with its arguments as query parameters.</summary>
    /// <param name="index">Its place.</param>
    /// <param name="name">The path of the call.</param>
    /// <param name="arguments">Each with the entity's property, or null where it narrows.</param>
    /// <param name="batch">The keys come as lists.</param>
    /// <param name="most">The most keys of one call.</param>
    /// <param name="many">A key has a list of entities.</param>
    /// <param name="client">What the client gives.</param>
    public static JoinPlan JoinOf(int index, string name, (string Name, string? Key)[] arguments, bool batch = true, int most = 100, bool many = false, InputNode? client = null)
    {
        var text = new ScalarType(ScalarKind.String);
        var call = Get(name, [.. arguments.Select(a => Parameter(a.Name, batch && a.Key is not null ? new ListType(text) : text)), Parameter("limit", text)]);
        var join = new GraphJoin
        {
            Operation = call.Operation,
            Arguments = [.. arguments.Select((a, i) => new GraphJoinArgument([a.Name], [], [], a.Key is null ? null : [a.Key], []) { Input = call.Operation.Input.Fields[i] })],
            IsBatch = batch,
            MaxBatch = most,
            ManyPerKey = many,
            Place = new("t.graphql", "1:1"),
        };
        return new()
        {
            Index = index,
            Join = join,
            Call = call,
            Arguments = client ?? InputNode.Empty,
            Input = JoinInput.Of(join),
            ResultPath = [],
            EntityKeys = [.. arguments.Where(static a => a.Key is not null).Select(static a => new[] { Encoding.UTF8.GetBytes(a.Key!) })],
            RootField = 0,
        };
    }

    public static SelectionPlan Select(string type, string[] properties, params OutputField[] fields) => new(new(type, GraphKind.Object), NameTable.Of(properties), fields);

    public static ValuePlan Leaf(bool nonNull = false) => new() { NonNull = nonNull, Leaf = new(GraphScalar.String, null, "String") };

    public static ValuePlan Object(SelectionPlan plan, bool nonNull = false) => new() { NonNull = nonNull, Object = plan };

    public static ValuePlan List(ValuePlan element) => new() { NonNull = false, Element = element };

    public static CallPlan Get(string name, DataType id) => Get(name, [Parameter("id", id)]);

    /// <summary>A server stream of notes that is read into a list.</summary>
    public static CallPlan Notes(int limit)
    {
        var operation = new Operation
        {
            FullName = "t.Notes.Watch",
            Name = "Watch",
            ServiceName = "t.Notes",
            Kind = ContractKind.Grpc,
            Shape = limit > 0 ? Shape.ServerStreaming : Shape.Unary,
            Input = NoteType,
            Output = NoteType,
            Source = new("t.proto", "1:1"),
        };
        return new CallPlan
        {
            Operation = operation,
            Service = "notes",
            Parse = JsonParsePlan.Compile(NoteType, new CodecOptions(), static _ => null),
            StreamLimit = limit,
        }.Complete(JsonFormatPlan.Compile(NoteType, new CodecOptions(), static _ => null));
    }

    private static CallPlan Get(string name, IReadOnlyList<Field> parameters)
    {
        var input = new MessageType("t." + name);
        input.Complete([.. parameters], []);
        var operation = new Operation
        {
            FullName = "t." + name,
            Name = name,
            ServiceName = "t",
            Kind = ContractKind.Http,
            Shape = Shape.Unary,
            Input = input,
            Output = null,
            HttpRules = [new() { Method = "GET", Template = "/" + name, Source = new("t.yaml", "/paths") }],
            Http = new(),
            Source = new("t.yaml", "/paths"),
        };
        return new() { Operation = operation, Service = name, Http = HttpRequestBuilder.Compile(operation) };
    }

    private static Field Parameter(string name, DataType type) =>
        new() { Name = name, JsonName = name, Number = 0, Type = type, Location = FieldLocation.Query, Style = new("form", Explode: false) };

    private static MessageType MakeNote()
    {
        var note = new MessageType("t.Note");
        note.Complete([new() { Name = "text", JsonName = "text", Number = 1, Type = new ScalarType(ScalarKind.String) }], []);
        return note;
    }

    private static byte[] Key(string name) => [.. JsonEscapes.Quote(name), (byte)':'];

    // As the spine: the call's end is told exactly once, and nothing is thrown.
    private async ValueTask DispatchAsync(GatewayCall call)
    {
        var target = call.HttpRequest?.PathAndQuery ?? call.Operation.Name;
        lock (_sync)
            Calls.Add(target);
        var answer = _script.TryGetValue(target, out var script) ? await script(call.Operation) : 404;
        if (call.Cancelled.IsCancellationRequested)
            answer = GatewayErrors.CallerGone();
        if (answer is GatewayError error)
        {
            await call.OnEndAsync(error, null);
            return;
        }

        try
        {
            await call.OnHeadAsync(new(answer as int? ?? 200, new()));
            string[] texts = answer switch { string text => [text], string[] many => many, _ => [] };
            foreach (var text in texts)
            {
                byte[] bytes = call.HttpRequest is null ? [0x0A, (byte)text.Length, .. Encoding.UTF8.GetBytes(text)] : Encoding.UTF8.GetBytes(text);
                await call.OnMessageAsync(new(bytes));
                if (call.Cancelled.IsCancellationRequested)
                    break;
            }
        }
        catch (GatewayCallException refused)
        {
            await call.OnEndAsync(refused.Error, null);
            return;
        }

        await call.OnEndAsync(call.Cancelled.IsCancellationRequested ? GatewayErrors.CallerGone() : null, null);
    }
}
