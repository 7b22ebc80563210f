using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges;
using ProtocolGateway.Edges.GraphQL;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.GraphQL.Planning;
using ProtocolGateway.Edges.GraphQL.Planning.Documents;
using ProtocolGateway.Edges.GraphQL.Schema;
using ProtocolGateway.Edges.GraphQL.Schema.Joins;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using UnitTests.Contracts.OpenApi;
using UnitTests.Edges.GraphQL.Schema;
using Xunit;
using JsonFormatPlan = ProtocolGateway.Contracts.Codec.Formatting.JsonFormatPlan;
using JsonParsePlan = ProtocolGateway.Contracts.Codec.Parsing.JsonParsePlan;

namespace UnitTests.Edges.GraphQL.Execution;

/// <summary>A schema of contracts given as text, executed before backends that are functions: JSON of the input in, JSON of the answer out.</summary>
internal sealed class RunningSchema
{
    private readonly Catalog _catalog;
    private readonly Dictionary<string, Func<string, object>> _backends = new(StringComparer.Ordinal);

    private RunningSchema(Catalog catalog, GraphSchema schema, GraphEdgeOptions options)
    {
        _catalog = catalog;
        Schema = schema;
        Executor = new GraphExecutor(new SchemaPlans(schema, catalog, options.Limits), new CallRunner(DispatchAsync, options, NullLogger.Instance), options);
    }

    /// <summary>How many messages an echoed stream has.</summary>
    public const int Echoes = 2;

    public GraphSchema Schema { get; }

    public GraphExecutor Executor { get; }

    /// <summary>What was called: the operation's name and the JSON of its input, or the request line.</summary>
    public ConcurrentQueue<string> Calls { get; } = [];

    /// <summary>What was echoed; null where nothing is.</summary>
    public ConcurrentQueue<byte[]>? Echoed { get; private init; }

    public static RunningSchema Of(string proto, string? openApi = null, string? joins = null, GraphSchemaOptions? options = null, GraphLimits? limits = null, GraphEdgeOptions? edge = null)
    {
        var diagnostics = new List<Diagnostic>();
        List<(string, ContractContent)> parts = [("users", Schemas.ProtoContent(proto))];
        if (openApi is not null)
            parts.Add(("shop", Documents.Paths(openApi)));
        var catalog = Schemas.CatalogOf([.. parts]);
        options ??= new GraphSchemaOptions();
        if (joins is not null)
            options = options with { Joins = ExtensionReader.Parse(joins, "joins.graphql", diagnostics) };
        var schema = GraphSchemaBuilder.Build(catalog, options, null, diagnostics);
        Assert.DoesNotContain(diagnostics, static d => d.Severity == Severity.Error);
        return new(catalog, schema, (edge ?? new()) with { Limits = limits ?? new() });
    }

    /// <summary>A schema of gRPC operations that all answer with the very bytes of their input.</summary>
    public static RunningSchema Echoing(Catalog catalog, GraphSchemaOptions options, GraphLimits limits)
    {
        var diagnostics = new List<Diagnostic>();
        var schema = GraphSchemaBuilder.Build(catalog, options, null, diagnostics);
        Assert.Empty(diagnostics);
        return new(catalog, schema, new GraphEdgeOptions { Limits = limits }) { Echoed = [] };
    }

    /// <summary>What an operation answers: JSON (string), messages (string[]), messages as they are (byte[][]), a status (int) or an error.</summary>
    public RunningSchema On(string operation, Func<string, object> answer)
    {
        _backends[operation] = answer;
        return this;
    }

    public RunningSchema On(string operation, object answer) => On(operation, _ => answer);

    /// <summary>The response map.</summary>
    public async Task<string> RunAsync(string query, string variables = "", string? operationName = null)
    {
        using var prepared = Prepare(query, variables, operationName);
        using var output = new PooledBuffer();
        if (prepared.Failure is { } failure)
            GraphErrorWriter.WriteRequestErrors(output, failure);
        else
            await Executor.ExecuteAsync(prepared, Caller(), output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>All response maps of a subscription.</summary>
    public async Task<List<string>> SubscribeAsync(string query, string variables = "")
    {
        using var prepared = Prepare(query, variables);
        Assert.Null(prepared.Failure);
        var answers = new List<string>();
        await Executor.SubscribeAsync(prepared, Caller(), answer =>
        {
            answers.Add(Encoding.UTF8.GetString(answer.Span));
            return default;
        });
        return answers;
    }

    public GraphPrepared Prepare(string query, string variables = "", string? operationName = null) => Executor.Prepare(new GraphRequest
    {
        Query = JsonEscapes.Quote(query).AsMemory()[1..^1],
        Variables = Encoding.UTF8.GetBytes(variables),
        OperationName = operationName,
    });

    public GraphFailureKind FailureOf(string query, string variables = "", string? operationName = null)
    {
        using var prepared = Prepare(query, variables, operationName);
        return prepared.FailureKind;
    }

    private static CallerContext Caller() => new(new DefaultHttpContext(), TimeProvider.System, CancellationToken.None);

    private async ValueTask DispatchAsync(GatewayCall call)
    {
        if (Echoed is not null)
        {
            await EchoAsync(call, Echoed);
            return;
        }

        var operation = call.Operation;
        var input = operation.Kind == ContractKind.Grpc ? InputOf(call) : await BodyOf(call);
        Calls.Enqueue(operation.Kind == ContractKind.Grpc ? $"{operation.Name} {input}" : $"{call.HttpRequest!.Method} {call.HttpRequest.PathAndQuery} {input}".TrimEnd());
        var answer = _backends.TryGetValue(operation.Name, out var backend) ? backend(operation.Kind == ContractKind.Grpc ? input : call.HttpRequest!.PathAndQuery) : 404;
        if (answer is GatewayError error)
        {
            await call.OnEndAsync(error, null);
            return;
        }

        try
        {
            await call.OnHeadAsync(new(answer as int? ?? 200, new()));
            var isGrpc = operation.Kind == ContractKind.Grpc;
            string[] texts = answer switch { string one => [one], string[] many => many, _ => [] };
            foreach (var message in answer as byte[][] ?? [.. texts.Select(text => isGrpc ? ToWire((MessageType)operation.Output!, text) : Encoding.UTF8.GetBytes(text))])
            {
                await call.OnMessageAsync(new(message));
                if (call.Cancelled.IsCancellationRequested)
                    break;
            }
        }
        catch (GatewayCallException refused)
        {
            await call.OnEndAsync(refused.Error, null);
            return;
        }

        await call.OnEndAsync(null, null);
    }

    private static async Task EchoAsync(GatewayCall call, ConcurrentQueue<byte[]> echoed)
    {
        Assert.True(call.TryGetSingleMessage(out var message));
        var bytes = message.ToArray();
        echoed.Enqueue(bytes);
        await call.OnHeadAsync(new(200, new()));
        for (var i = 0; i < (call.Operation.Shape == Shape.Unary ? 1 : Echoes); i++)
            await call.OnMessageAsync(new(bytes));
        await call.OnEndAsync(null, null);
    }

    private string InputOf(GatewayCall call)
    {
        Assert.True(call.TryGetSingleMessage(out var message));
        var json = new ArrayBufferWriter<byte>();
        Assert.Null(JsonFormatPlan.Compile(call.Operation.Input, CodecOptions.Default, _catalog.FindType).Format(message, json));
        return Encoding.UTF8.GetString(json.WrittenSpan);
    }

    private static async Task<string> BodyOf(GatewayCall call)
    {
        var body = new ArrayBufferWriter<byte>();
        while (await call.ReadMessageAsync(body, CancellationToken.None))
        {
        }

        return Encoding.UTF8.GetString(body.WrittenSpan);
    }

    private byte[] ToWire(MessageType type, string json)
    {
        var wire = new ArrayBufferWriter<byte>();
        Assert.Null(JsonParsePlan.Compile(type, CodecOptions.Default, _catalog.FindType).Parse(Encoding.UTF8.GetBytes(json), wire));
        return wire.WrittenSpan.ToArray();
    }
}
