using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.GraphQL.Schema.Building;

/// <summary>Makes the types of answers.</summary>
internal sealed class OutputTypes(BuildContext context, EnumTypes enums, MapEntries maps) : MessageTypes(context, enums)
{
    private readonly List<GraphType> _made = [];

    /// <summary>All objects and unions that were made.</summary>
    public override IEnumerable<GraphType> All => base.All.Concat(_made);

    private protected override bool IsStrict => !Context.Options.AllNullable;

    private protected override GraphType Make(TypeEntry entry) =>
        new(Context.TypeNames.OfOutput(entry), GraphKind.Object) { Source = entry.Type, Description = Words.Of(entry.Type) };

    private protected override void Complete(GraphType type, TypeEntry entry) => type.Complete(FieldsOf(entry));

    private protected override GraphType MapEntry(GraphScalar key, GraphTypeRef value) => maps.Output(key, value);

    private protected override GraphType Union(GraphShape shape)
    {
        var entry = shape.Entry!;
        if (Find(entry.Key) is { } known)
            return known;
        var type = Keep(entry.Key, new GraphType(Context.TypeNames.OfOutput(entry), GraphKind.Union) { Source = entry.Type, Description = Words.Of(entry.Type) });
        var members = shape.Union!.Members.Select(m => new GraphUnionMember(Message(Context.Shapes.Of(m.Message).Entry!), m.Values, m.Required));
        type.Complete([.. members.DistinctBy(static m => m.Type)], shape.Union.Discriminator);
        return type;
    }

    private List<GraphField> FieldsOf(TypeEntry entry)
    {
        var message = (MessageType)entry.Type;
        var visible = Context.Shapes.FieldsOf(message).ToList();
        var space = Context.Names.Members();
        var names = space.GiveMembers(entry.Key, [.. visible.Select(static f => f.JsonName)], NameText.Member);
        var fields = visible.ConvertAll(f => FieldOf(f, names[f.JsonName]));
        if (Context.Options.OneofUnions)
            fields.AddRange(message.Oneofs.Where(o => visible.Exists(f => f.Oneof == o)).Select(o => OneofField(entry, o, fields, space)));
        return fields;
    }

    private GraphField FieldOf(Field field, string name)
    {
        var shape = Context.Shapes.Of(field.Type);
        // What is only there or not is null where it is not.
        // So is an extension: protobuf's JSON leaves it out where it is not set, lists too.
        var nonNull = field is { Oneof: null, IsExtension: false } && shape is { HoldsNull: false, Kind: not ShapeKind.Presence } && (field.Presence == Presence.Implicit || (field.Presence == Presence.Required && !field.Nullable));
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
        var union = new GraphType(Context.TypeNames.OfPart("type", entry, oneof.Name, ""), GraphKind.Union) { Description = oneof.Documentation };
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
        var arm = new GraphType(Context.TypeNames.OfPart("type", entry, $"{oneof.Name}/{field.JsonName}", ""), GraphKind.Object) { Description = field.Description };
        _made.Add(arm);
        arm.Complete([new GraphField
        {
            Name = field.Name,
            Type = field.Type.With(IsStrict && !Context.Shapes.Of(field.Contract!.Type).HoldsNull && field.Source == GraphSource.Property),
            Source = field.Source,
            JsonName = field.JsonName,
            Contract = field.Contract,
            Description = field.Description,
            Deprecation = field.Deprecation,
        }]);
        return arm;
    }
}
