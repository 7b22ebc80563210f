using System.Text;
using GraphQLParser.AST;
using ProtocolGateway.Edges.GraphQL.Planning.Inputs;
using ProtocolGateway.Edges.GraphQL.Schema;

namespace ProtocolGateway.Edges.GraphQL.Planning;

/// <summary>
/// Plans the calls of joins. Joins of one level that ask one operation the same are one, wherever in the document they stand: their keys go out
/// together, each once.
/// </summary>
/// <param name="schema">What all documents share.</param>
/// <param name="arguments">Compiles what the client says.</param>
/// <param name="serial">Root fields run one after the other, so their joins cannot be shared.</param>
internal sealed class JoinPlanner(SchemaPlans schema, ArgumentCompiler arguments, bool serial)
{
    private readonly List<Draft> _drafts = [];

    /// <summary>Plans one use of a join.</summary>
    /// <param name="field">The field.</param>
    /// <param name="parent">Where the object stands whose values are the keys.</param>
    /// <param name="compiler">Compiles what is selected of the entities.</param>
    public (JoinPlan Plan, ValuePlan Value) Plan(CollectedField field, PlanPlace parent, SelectionCompiler compiler)
    {
        var draft = Make(field, parent);
        var place = new PlanPlace(draft.Shape.Follow(draft.Plan.Join.ResultPath), parent.Level + 1, parent.RootField) { Join = draft.Plan };
        var value = compiler.Value(field.Field!.Type, [.. field.Below], place);
        foreach (var key in draft.Plan.Join.Arguments.Where(static a => a.Key is not null))
            place.Shape.Follow(key.Key!).WantAll();
        // What hangs on a join knows which one: only those at the end can still become another.
        if (!value.HasJoins && _drafts.Find(draft.IsLike) is { } same)
        {
            same.Shape.Add(draft.Shape);
            draft = same;
        }
        else
        {
            draft.IsEnd = !value.HasJoins;
            _drafts.Add(draft);
        }

        draft.Plan.Values.Add(value);
        if (parent.Fetch is { } fetch && !draft.Plan.ParentFetches.Contains(fetch))
            draft.Plan.ParentFetches.Add(fetch);
        if (parent.Join is { } join && !draft.Plan.ParentJoins.Contains(join))
            draft.Plan.ParentJoins.Add(join);
        return (draft.Plan, value);
    }

    /// <summary>All joins, parents before children, their calls completed.</summary>
    public JoinPlan[] Complete()
    {
        var ordered = _drafts.OrderBy(static d => d.Level).ToList();
        for (var i = 0; i < ordered.Count; i++)
        {
            ordered[i].Plan.Index = i;
            schema.Complete(ordered[i].Plan.Call, ordered[i].Shape, ordered[i].Mask);
        }

        return [.. ordered.Select(static d => d.Plan)];
    }

    private Draft Make(CollectedField field, PlanPlace parent)
    {
        var join = field.Field!.Join!;
        var given = arguments.Compile(schema.Arguments(field.Field), field.Node.Arguments);
        var plan = new JoinPlan
        {
            Index = -1,
            Join = join,
            Call = schema.Call(join.Operation, 0),
            Arguments = given,
            Input = JoinInput.Of(join),
            ResultPath = [.. join.ResultPath.Select(Encoding.UTF8.GetBytes)],
            EntityKeys = join.IsBatch ? [.. join.Arguments.Where(static a => a.Key is not null).Select(static a => a.Key!.Select(Encoding.UTF8.GetBytes).ToArray())] : [],
            RootField = serial ? parent.RootField : 0,
        };
        return new Draft(plan, parent.Level, Identity(join) + given.Signature, field.Field.ReadMask);
    }

    // Two joins may be declared apart and ask the same.
    private static string Identity(GraphJoin join)
    {
        var text = new StringBuilder(join.Operation.FullName).Append(join.IsBatch).Append(join.ManyPerKey).Append(join.MaxBatch).Append('>').AppendJoin('.', join.ResultPath);
        foreach (var argument in join.Arguments)
            text.Append(';').AppendJoin('.', argument.JsonPath).Append('[').Append(argument.ElementProperty).Append(']').Append('=').AppendJoin('.', argument.Key ?? ["-"]);
        return text.Append('(').ToString();
    }

    private sealed record Draft(JoinPlan Plan, int Level, string Identity, GraphReadMask? Mask)
    {
        public AnswerShape Shape { get; } = new();

        public bool IsEnd { get; set; }

        public bool IsLike(Draft other) => other.IsEnd && other.Level == Level && other.Plan.RootField == Plan.RootField && other.Identity == Identity;
    }
}
