using System.Text;
using GraphQLParser.AST;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.GraphQL.Planning.Documents;
using ProtocolGateway.Edges.GraphQL.Schema;

namespace ProtocolGateway.Edges.GraphQL.Planning;

/// <summary>Compiles selections to what projects them, and notes what of the answers they want.</summary>
internal sealed class SelectionCompiler(SchemaPlans schema, FieldCollector collector, JoinPlanner joins, DocumentLines lines)
{
    private static readonly ValuePlan TypeName = new() { NonNull = true };
    private static readonly string[] EntryNames = ["key", "value"];

    /// <summary>Compiles the value of a field.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="below">What is selected of it.</param>
    /// <param name="place">Where it stands; of a list, the place of the list.</param>
    public ValuePlan Value(GraphTypeRef type, IReadOnlyList<GraphQLSelectionSet> below, PlanPlace place)
    {
        if (type.Element is { } element)
            return new ValuePlan { NonNull = type.NonNull, Element = Value(element, below, place), IsMap = element.Named is { IsMapEntry: true } };
        var named = type.Named!;
        switch (named.Kind)
        {
            case GraphKind.Object:
                return new ValuePlan { NonNull = type.NonNull, Object = Object(named, below, place) };
            case GraphKind.Union:
                return new ValuePlan { NonNull = type.NonNull, Union = Union(named, below, place) };
            default:
                place.Shape.WantAll();
                return new ValuePlan { NonNull = type.NonNull, Leaf = schema.Leaf(named) };
        }
    }

    private SelectionPlan Object(GraphType type, IReadOnlyList<GraphQLSelectionSet> below, PlanPlace place)
    {
        var names = new List<string>(type.IsMapEntry ? EntryNames : []);
        var fields = collector.Collect(type, below).ConvertAll(field => Field(type, field, names, place));
        return new SelectionPlan(type, NameTable.Of(names), [.. fields]);
    }

    private UnionPlan Union(GraphType type, IReadOnlyList<GraphQLSelectionSet> below, PlanPlace place)
    {
        var members = type.Members.Select(member =>
        {
            foreach (var name in member.Required)
                place.Shape.Want(name);
            return new UnionMemberPlan([.. member.DiscriminatorValues.Select(InnerJson)], [.. member.Required.Select(Encoding.UTF8.GetBytes)], Object(member.Type, below, place));
        });
        return new UnionPlan(type.Name, type.Discriminator is { } discriminator ? Encoding.UTF8.GetBytes(discriminator) : null, [.. members]);
    }

    private OutputField Field(GraphType type, CollectedField field, List<string> names, PlanPlace place) => field.Field switch
    {
        null => Make(type, field, OutputSource.Constant, TypeName, constant: JsonEscapes.Quote(type.Name)),
        { Source: GraphSource.Self } self => Make(type, field, OutputSource.Self, Value(self.Type, [.. field.Below], place)),
        { Source: GraphSource.Join } => Join(type, field, names, place),
        { Source: GraphSource.Presence } known => Make(type, field, OutputSource.Presence, Value(known.Type, [], place.At(place.Shape.Want(known.JsonName))), IndexOf(names, known.JsonName)),
        var known => Property(type, field, known, names, place),
    };

    // Of a map's entry the JSON knows nothing: its value is the map's own element.
    private OutputField Property(GraphType type, CollectedField field, GraphField known, List<string> names, PlanPlace place)
    {
        var isKey = type.IsMapEntry && known.JsonName == EntryNames[0];
        var shape = isKey ? new AnswerShape() : type.IsMapEntry ? place.Shape : place.Shape.Want(known.JsonName);
        var value = Value(known.Type, [.. field.Below], place.At(shape));
        return Make(type, field, OutputSource.Property, value, IndexOf(names, known.JsonName), isMapKey: isKey);
    }

    private OutputField Join(GraphType type, CollectedField field, List<string> names, PlanPlace place)
    {
        var join = field.Field!.Join!;
        var keys = join.Arguments.Select(argument =>
        {
            place.Shape.Follow(argument.Parent).WantAll();
            return new JoinKeyPath(IndexOf(names, argument.Parent[0]), [.. argument.Parent.Skip(1).Select(Encoding.UTF8.GetBytes)]);
        }).ToArray();
        var (plan, value) = joins.Plan(field, place, this);
        return Make(type, field, OutputSource.Join, value, join: new JoinUse(plan, keys));
    }

    private OutputField Make(GraphType type, CollectedField field, OutputSource source, ValuePlan value, int property = 0, byte[]? constant = null, bool isMapKey = false, JoinUse? join = null) => new()
    {
        ResponseName = field.ResponseName,
        Key = KeyOf(field.ResponseName),
        Source = source,
        Value = value,
        Coordinate = $"{type.Name}.{field.Node.Name.StringValue}",
        Location = lines[field.Node.Location.Start],
        Property = property,
        Constant = constant,
        IsMapKey = isMapKey,
        Join = join,
    };

    /// <summary>A response name as a member's key in JSON.</summary>
    public static byte[] KeyOf(string responseName) => [.. JsonEscapes.Quote(responseName), (byte)':'];

    private static byte[] InnerJson(string text) => JsonEscapes.Quote(text)[1..^1];

    private static int IndexOf(List<string> names, string name)
    {
        var index = names.IndexOf(name);
        if (index >= 0)
            return index;
        names.Add(name);
        return names.Count - 1;
    }
}
