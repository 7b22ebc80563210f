using ProtocolGateway.Contracts.Codec.Formatting;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Schema;

namespace ProtocolGateway.Edges.GraphQL.Planning;

/// <summary>The kinds of operations in a document.</summary>
internal enum GraphOperationKind
{
    /// <summary>Reads.</summary>
    Query,

    /// <summary>Writes, one field after the other.</summary>
    Mutation,

    /// <summary>Answers as often as its source says something.</summary>
    Subscription,
}

/// <summary>All that is done for one operation of a document, for one choice of its <c>@skip</c> and <c>@include</c> variables. Immutable.</summary>
internal sealed class OperationPlan
{
    /// <summary>The kind.</summary>
    public required GraphOperationKind Kind { get; init; }

    /// <summary>The members of <c>data</c>.</summary>
    public required SelectionPlan Root { get; init; }

    /// <summary>The calls that need no other's answer, in the document's order; the index of each is its place.</summary>
    public required FetchPlan[] Fetches { get; init; }

    /// <summary>The calls that need another's answer; parents before children; the index of each is its place.</summary>
    public required JoinPlan[] Joins { get; init; }

    /// <summary>What it costs.</summary>
    public CostPlan Cost { get; init; } = new(0, new ListSize(1), []);
}

/// <summary>A call with the arguments of a root field.</summary>
internal sealed class FetchPlan
{
    /// <summary>The place in <see cref="OperationPlan.Fetches"/>.</summary>
    public required int Index { get; init; }

    /// <summary>The field.</summary>
    public required GraphField Field { get; init; }

    /// <summary>What is called and how its answer becomes JSON.</summary>
    public required CallPlan Call { get; init; }

    /// <summary>The arguments as the JSON of the operation's input.</summary>
    public required InputNode Input { get; init; }

    /// <summary>The field's value: that of the first use, for the joins below.</summary>
    public List<ValuePlan> Values { get; } = [];
}

/// <summary>How one operation is called.</summary>
internal sealed class CallPlan
{
    /// <summary>What is called.</summary>
    public required Operation Operation { get; init; }

    /// <summary>The configured service, for messages.</summary>
    public required string Service { get; init; }

    /// <summary>How long a call may take at most; null for as long as the client waits.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Reads the JSON of the input as protobuf; null for HTTP operations.</summary>
    public Contracts.Codec.Parsing.JsonParsePlan? Parse { get; init; }

    /// <summary>Writes what is wanted of the answer as JSON; null for HTTP operations, and where nothing is wanted of it.</summary>
    public JsonFormatPlan? Format { get; private set; }

    /// <summary>Makes an HTTP request of the JSON of the input; null for gRPC.</summary>
    public HttpRequestBuilder? Http { get; init; }

    /// <summary>The wanted fields as a member of the input's JSON, quoted name and value; null where the operation has no such field.</summary>
    public byte[]? ReadMask { get; private set; }

    /// <summary>The most messages of a stream that is read into a list; 0 for a single answer.</summary>
    public int StreamLimit { get; init; }

    /// <summary>The answer says nothing: the field is true.</summary>
    public bool AnswersTrue { get; init; }

    /// <summary>What is wanted of the answer, for whoever reads the plan; null where it was not told.</summary>
    public AnswerShape? Wanted { get; private set; }

    /// <summary>Called once by the compiler, when it has seen all that is wanted of the answer.</summary>
    public CallPlan Complete(JsonFormatPlan? format, byte[]? readMask = null, AnswerShape? wanted = null)
    {
        (Format, ReadMask, Wanted) = (format, readMask, wanted);
        return this;
    }
}

/// <summary>Calls that need values of other answers: one for a key, or one for many.</summary>
internal sealed class JoinPlan
{
    /// <summary>The place in <see cref="OperationPlan.Joins"/>.</summary>
    public required int Index { get; set; }

    /// <summary>How the join is declared.</summary>
    public required GraphJoin Join { get; init; }

    /// <summary>What is called.</summary>
    public required CallPlan Call { get; init; }

    /// <summary>The arguments that the client gives.</summary>
    public required InputNode Arguments { get; init; }

    /// <summary>Where the keys go.</summary>
    public required JoinInput Input { get; init; }

    /// <summary>The property names from the answer to the entity or entities.</summary>
    public required byte[][] ResultPath { get; init; }

    /// <summary>Of a batch: the property names from an entity to each value of its key, one entry for each argument that is a key, none for those that narrow.</summary>
    public required byte[][][] EntityKeys { get; init; }

    /// <summary>The root field below which it stands.</summary>
    public required int RootField { get; init; }

    /// <summary>The fetches and joins whose answers hold the parents.</summary>
    public List<FetchPlan> ParentFetches { get; } = [];

    /// <inheritdoc cref="ParentFetches"/>
    public List<JoinPlan> ParentJoins { get; } = [];

    /// <summary>The values that are made of the entities, for the joins below.</summary>
    public List<ValuePlan> Values { get; } = [];
}

/// <summary>A join as one object plan uses it.</summary>
/// <param name="Plan">The calls.</param>
/// <param name="Keys">For each argument of the join, where its value is in the object.</param>
internal sealed record JoinUse(JoinPlan Plan, JoinKeyPath[] Keys);

/// <summary>Where one value of a key is in the parent.</summary>
/// <param name="Property">The index in the parent's <see cref="SelectionPlan.Properties"/>.</param>
/// <param name="Below">The property names from there on; mostly none.</param>
internal sealed record JoinKeyPath(int Property, byte[][] Below);
