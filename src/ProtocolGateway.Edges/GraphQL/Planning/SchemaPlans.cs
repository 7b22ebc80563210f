using System.Collections.Concurrent;
using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.Contracts.Codec.Parsing;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.GraphQL.Planning.Documents;
using ProtocolGateway.Edges.GraphQL.Planning.Inputs;
using ProtocolGateway.Edges.GraphQL.Schema;

namespace ProtocolGateway.Edges.GraphQL.Planning;

/// <summary>What all documents of one schema share: compiled when the schema is, or when first needed.</summary>
internal sealed class SchemaPlans
{
    private static readonly CodecOptions AnswerOptions = new() { EmitDefaults = true };

    private readonly Catalog _catalog;
    private readonly ConcurrentDictionary<Operation, JsonParsePlan> _parsers = new();
    private readonly ConcurrentDictionary<Operation, HttpRequestBuilder> _builders = new();
    private readonly ConcurrentDictionary<GraphType, LeafPlan> _leaves = new();
    private readonly ConcurrentDictionary<GraphField, InputField[]> _arguments = new();

    // Made with the first document: for validation and introspection alone, and as large as the schema, which nobody may ask.
    private readonly Lazy<(DocumentReader Reader, Introspector Introspector)> _net;

    /// <summary>Compiles what every document needs.</summary>
    public SchemaPlans(GraphSchema schema, Catalog catalog, GraphLimits limits)
    {
        (Schema, _catalog, Limits) = (schema, catalog, limits);
        Inputs = InputTable.Of(schema);
        _net = new(() =>
        {
            var net = NetSchema.Of(schema);
            return (new DocumentReader(net, limits), new Introspector(net));
        });
    }

    /// <summary>The schema.</summary>
    public GraphSchema Schema { get; }

    /// <summary>What documents may ask for.</summary>
    public GraphLimits Limits { get; }

    /// <summary>How long calls of an operation may take at most.</summary>
    public Func<Operation, TimeSpan?> TimeoutOf { get; init; } = static _ => null;

    /// <summary>Its input types.</summary>
    public InputTable Inputs { get; }

    /// <summary>Reads documents.</summary>
    public DocumentReader Reader => _net.Value.Reader;

    /// <summary>Answers questions on the schema.</summary>
    public Introspector Introspector => _net.Value.Introspector;

    /// <summary>How values of a scalar or enum are written.</summary>
    public LeafPlan Leaf(GraphType type) =>
        _leaves.GetOrAdd(type, t => new LeafPlan(t.Scalar, t.Kind == GraphKind.Enum ? Inputs.Enum(t) : null, t.Name));

    /// <summary>The arguments of a field.</summary>
    public InputField[] Arguments(GraphField field) => _arguments.GetOrAdd(field, f => [.. f.Arguments.Select(Inputs.Field)]);

    /// <summary>How an operation is called; what is wanted of its answer is told later.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="streamLimit">The most messages of a stream that is read into a list; 0 for a single answer.</param>
    public CallPlan Call(Operation operation, int streamLimit) => new()
    {
        Operation = operation,
        Service = _catalog.ServiceOf(operation).Name,
        Parse = operation.Kind == ContractKind.Grpc ? _parsers.GetOrAdd(operation, o => JsonParsePlan.Compile(o.Input, CodecOptions.Default, _catalog.FindType)) : null,
        Http = operation.Kind == ContractKind.Http ? _builders.GetOrAdd(operation, HttpRequestBuilder.Compile) : null,
        StreamLimit = streamLimit,
        Timeout = TimeoutOf(operation),
        AnswersTrue = operation.Output is null or MessageType { Fields.Count: 0, WellKnown: WellKnown.None or WellKnown.Empty },
    };

    /// <summary>Tells a call what is wanted of its answer.</summary>
    public void Complete(CallPlan call, AnswerShape shape, GraphReadMask? mask)
    {
        if (call.Operation.Kind != ContractKind.Grpc || call.AnswersTrue)
        {
            call.Complete(null, null, shape);
            return;
        }

        var output = (MessageType)call.Operation.Output!;
        call.Complete(
            Contracts.Codec.Formatting.JsonFormatPlan.Compile(shape.Part(output), AnswerOptions, _catalog.FindType),
            mask is null ? null : MaskOf(output, shape, mask),
            shape);
    }

    private static byte[]? MaskOf(MessageType output, AnswerShape shape, GraphReadMask mask)
    {
        var (message, wanted) = mask.Element is { Type: ListType { Element: MessageType element } }
            ? (element, shape.Want(mask.Element.JsonName))
            : (output, shape);
        return wanted.Mask(message) is { } paths
            ? [.. JsonEscapes.Quote(mask.Input.JsonName), (byte)':', .. JsonEscapes.Quote(string.Join(',', paths))]
            : null;
    }
}
