using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.GraphQL.Schema.Building;

/// <summary>Makes the types of answers. Objects are made empty and completed from a queue, so that neither circles nor long chains cost stack.</summary>
internal sealed class OutputTypes(BuildContext context, EnumTypes enums, MapEntries maps)
{
    private readonly Dictionary<string, GraphType> _types = new(StringComparer.Ordinal);
    private readonly List<GraphType> _made = [];
    private readonly Queue<(GraphType Type, TypeEntry Entry)> _pending = new();
    private readonly bool _strict = !context.Options.AllNullable;

    /// <summary>All objects and unions that were made.</summary>
    public IEnumerable<GraphType> All => _types.Values.Concat(_made);

    /// <summary>A shape where it is used; not one that is hidden.</summary>
    public GraphTypeRef Ref(GraphShape shape, bool nonNull)
    {
        nonNull &= _strict;
        return shape.Kind switch
        {
            ShapeKind.Scalar => GraphTypeRef.Of(context.Scalar(shape.Scalar), nonNull),
            ShapeKind.Enum => GraphTypeRef.Of(enums.Of(shape.Entry!), nonNull),
            ShapeKind.Object => GraphTypeRef.Of(Object(shape.Entry!), nonNull),
            ShapeKind.Union => GraphTypeRef.Of(Union(shape), nonNull),
            ShapeKind.List => GraphTypeRef.ListOf(Ref(shape.Element!, !shape.NullableElement), nonNull),
            ShapeKind.Map => GraphTypeRef.ListOf(GraphTypeRef.Of(maps.Output(shape.Key, Ref(shape.Element!, !shape.NullableElement)), _strict), nonNull),
            _ => GraphTypeRef.Of(context.Scalar(GraphScalar.Boolean)),
        };
    }

    /// <summary>The object type of a message.</summary>
    public GraphType Object(TypeEntry entry)
    {
        if (_types.TryGetValue(entry.Key, out var known))
            return known;
        var type = new GraphType(context.TypeNames.OfOutput(entry), GraphKind.Object) { Source = entry.Type, Description = Words.Of(entry.Type) };
        _types[entry.Key] = type;
        _pending.Enqueue((type, entry));
        return type;
    }

    /// <summary>Gives all objects their fields.</summary>
    public void Complete()
    {
        while (_pending.TryDequeue(out var next))
            next.Type.Complete(FieldsOf(next.Entry));
    }

    private GraphType Union(GraphShape shape)
    {
        var entry = shape.Entry!;
        if (_types.TryGetValue(entry.Key, out var known))
            return known;
        var type = new GraphType(context.TypeNames.OfOutput(entry), GraphKind.Union) { Source = entry.Type, Description = Words.Of(entry.Type) };
        _types[entry.Key] = type;
        var members = shape.Union!.Members.Select(m => new GraphUnionMember(Object(context.Shapes.Of(m.Message).Entry!), m.Values, m.Required));
        type.Complete([.. members.DistinctBy(static m => m.Type)], shape.Union.Discriminator);
        return type;
    }

    private List<GraphField> FieldsOf(TypeEntry entry)
    {
        var message = (MessageType)entry.Type;
        var visible = context.Shapes.FieldsOf(message).ToList();
        var space = context.Names.Members();
        var names = space.GiveMembers(entry.Key, [.. visible.Select(static f => f.JsonName)], NameText.Member);
        var fields = visible.ConvertAll(f => FieldOf(f, names[f.JsonName]));
        if (context.Options.OneofUnions)
            fields.AddRange(message.Oneofs.Where(o => visible.Exists(f => f.Oneof == o)).Select(o => OneofField(entry, o, fields, space)));
        return fields;
    }

    private GraphField FieldOf(Field field, string name)
    {
        var shape = context.Shapes.Of(field.Type);
        var nonNull = field.Oneof is null && !shape.HoldsNull && (field.Presence == Presence.Implicit || (field.Presence == Presence.Required && !field.Nullable));
        return new GraphField
        {
            Name = name,
            Type = Ref(shape, nonNull),
            Source = shape.Kind == ShapeKind.Presence ? GraphSource.Presence : GraphSource.Property,
            JsonName = field.JsonName,
            Contract = field,
            Description = field.Documentation,
            Deprecation = Words.Deprecation(field.Deprecated),
        };
    }

    private GraphField OneofField(TypeEntry entry, OneofGroup oneof, List<GraphField> fields, NameSpace space)
    {
        var union = new GraphType(context.TypeNames.OfPart("type", entry, oneof.Name, ""), GraphKind.Union) { Description = oneof.Documentation };
        _made.Add(union);
        var members = fields.Where(f => f.Contract?.Oneof == oneof).Select(f => new GraphUnionMember(Arm(entry, oneof, f), [], [f.JsonName])).ToList();
        union.Complete(members, null);
        var name = NameText.Camel(oneof.Name);
        return new GraphField
        {
            Name = space.GiveOne(new NameWish("member", $"{entry.Key}.{oneof.Name}/oneof", [name, name + "Choice"])),
            Type = GraphTypeRef.Of(union),
            Source = GraphSource.Self,
            Description = oneof.Documentation,
        };
    }

    private GraphType Arm(TypeEntry entry, OneofGroup oneof, GraphField field)
    {
        var arm = new GraphType(context.TypeNames.OfPart("type", entry, $"{oneof.Name}/{field.JsonName}", ""), GraphKind.Object) { Description = field.Description };
        _made.Add(arm);
        arm.Complete([new GraphField
        {
            Name = field.Name,
            Type = field.Type.With(_strict && !context.Shapes.Of(field.Contract!.Type).HoldsNull && field.Source == GraphSource.Property),
            Source = field.Source,
            JsonName = field.JsonName,
            Contract = field.Contract,
            Description = field.Description,
            Deprecation = field.Deprecation,
        }]);
        return arm;
    }
}
