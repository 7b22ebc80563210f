using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.GraphQL.Schema.Building;

/// <summary>Makes the types of arguments; as <see cref="OutputTypes"/> does, from a queue.</summary>
internal sealed class InputTypes(BuildContext context, EnumTypes enums, MapEntries maps)
{
    private readonly Dictionary<string, GraphType> _types = new(StringComparer.Ordinal);
    private readonly HashSet<Field> _omitted = [];
    private readonly Queue<(GraphType Type, TypeEntry Entry)> _pending = new();

    /// <summary>All input types that were made.</summary>
    public IEnumerable<GraphType> All => _types.Values;

    /// <summary>A field that clients do not say, as the gateway fills it.</summary>
    public void Omit(Field field) => _omitted.Add(field);

    /// <summary>A shape where it is used; not one that is hidden.</summary>
    public GraphTypeRef Ref(GraphShape shape, bool nonNull) => shape.Kind switch
    {
        ShapeKind.Scalar => GraphTypeRef.Of(context.Scalar(shape.Scalar), nonNull),
        ShapeKind.Enum => GraphTypeRef.Of(enums.Of(shape.Entry!), nonNull),
        ShapeKind.Object => GraphTypeRef.Of(Input(shape.Entry!), nonNull),
        // GraphQL has no unions in input.
        ShapeKind.Union => GraphTypeRef.Of(context.Scalar(GraphScalar.Json), nonNull),
        ShapeKind.List => GraphTypeRef.ListOf(Ref(shape.Element!, !shape.NullableElement), nonNull),
        ShapeKind.Map => GraphTypeRef.ListOf(GraphTypeRef.Of(maps.Input(shape.Key, Ref(shape.Element!, !shape.NullableElement)), nonNull: true), nonNull),
        _ => GraphTypeRef.Of(context.Scalar(GraphScalar.Boolean), nonNull),
    };

    /// <summary>The members of a message as arguments or as fields of an input type: a oneof is one member.</summary>
    public List<GraphInputValue> ValuesOf(TypeEntry entry)
    {
        var message = (MessageType)entry.Type;
        var visible = context.Shapes.FieldsOf(message).ToList();
        var spoken = visible.FindAll(f => !_omitted.Contains(f));
        var space = context.Names.Members();
        var names = space.GiveMembers(entry.Key, [.. visible.Where(static f => f.Oneof is null).Select(static f => f.JsonName)], NameText.Member);
        var values = new List<GraphInputValue>(spoken.Count);
        var oneofs = new HashSet<OneofGroup>();
        foreach (var field in spoken)
        {
            if (field.Oneof is null)
                values.Add(ValueOf(field, names[field.JsonName], field.InputRequired && !context.Partial.Contains(entry.Key)));
            else if (oneofs.Add(field.Oneof))
                values.Add(OneofValue(entry, field.Oneof, spoken, space));
        }

        return values;
    }

    /// <summary>One field as an argument or input field.</summary>
    /// <param name="field">The contract's field.</param>
    /// <param name="name">Its name in GraphQL.</param>
    /// <param name="required">Callers must give it, though the wire does not need it.</param>
    public GraphInputValue ValueOf(Field field, string name, bool required = false)
    {
        var shape = context.Shapes.Of(field.Type);
        var nonNull = (required || (field.Presence == Presence.Required && !field.Nullable)) && !shape.HoldsNull;
        // Only parameters: a default that a client did not say would overwrite what a PATCH leaves alone.
        var fallback = field.Location == FieldLocation.Body ? null : DefaultText.Of(field.Default, shape, enums);
        return new GraphInputValue
        {
            Name = name,
            Type = Ref(shape, nonNull),
            JsonName = field.JsonName,
            Contract = field,
            Default = fallback,
            Description = field.Documentation,
            // What must be given cannot be deprecated (specification, section 3.13.3).
            Deprecation = nonNull && fallback is null ? null : Words.Deprecation(field.Deprecated),
        };
    }

    /// <summary>The input type of a message.</summary>
    public GraphType Input(TypeEntry entry)
    {
        if (_types.TryGetValue(entry.Key, out var known))
            return known;
        var type = new GraphType(context.TypeNames.OfInput(entry), GraphKind.Input) { Source = entry.Type, Description = Words.Of(entry.Type) };
        _types[entry.Key] = type;
        _pending.Enqueue((type, entry));
        return type;
    }

    /// <summary>Gives all input types their fields.</summary>
    public void Complete()
    {
        while (_pending.TryDequeue(out var next))
            next.Type.Complete(ValuesOf(next.Entry));
        InputCycles.Break([.. _types.Values]);
    }

    private GraphInputValue OneofValue(TypeEntry entry, OneofGroup oneof, List<Field> fields, NameSpace space)
    {
        var name = NameText.Camel(oneof.Name);
        return new GraphInputValue
        {
            Name = space.GiveOne(new NameWish("member", $"{entry.Key}.{oneof.Name}/oneof", [name, name + "Choice"])),
            Type = GraphTypeRef.Of(OneofInput(entry, oneof, fields)),
            Description = oneof.Documentation,
            Spreads = true,
        };
    }

    private GraphType OneofInput(TypeEntry entry, OneofGroup oneof, List<Field> fields)
    {
        var key = entry.Key + "/" + oneof.Name;
        if (_types.TryGetValue(key, out var known))
            return known;
        var type = new GraphType(context.TypeNames.OfPart("input", entry, oneof.Name, "Input"), GraphKind.Input) { IsOneOf = true, Description = oneof.Documentation };
        _types[key] = type;
        var arms = fields.FindAll(f => f.Oneof == oneof);
        var names = context.Names.Members().GiveMembers(entry.Key, [.. arms.Select(static f => f.JsonName)], NameText.Member);
        type.Complete(arms.ConvertAll(f => ValueOf(f, names[f.JsonName])));
        return type;
    }
}
