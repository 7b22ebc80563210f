using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.GraphQL.Schema.Building;

/// <summary>Makes the types of arguments.</summary>
internal sealed class InputTypes(BuildContext context, EnumTypes enums, MapEntries maps) : MessageTypes(context, enums)
{
    private readonly Dictionary<string, string> _masks = new(StringComparer.Ordinal);
    private readonly HashSet<string> _whole = new(StringComparer.Ordinal);

    /// <summary>The input type of a message that is all of an operation's input.</summary>
    /// <param name="entry">The message.</param>
    /// <param name="mask">Its field that the gateway fills; null where there is none. Clients do not see it, unless the type is also used where nobody fills it.</param>
    public GraphType OfOperation(TypeEntry entry, Field? mask)
    {
        if (mask is null)
            return Nested(entry);
        _masks[entry.Key] = mask.Name;
        return Message(entry);
    }

    /// <summary>The members of a message as arguments or as fields of an input type: a oneof is one member.</summary>
    /// <param name="entry">The message.</param>
    /// <param name="mask">Its field that the gateway fills, which is left out; null for none.</param>
    public List<GraphInputValue> ValuesOf(TypeEntry entry, Field? mask = null)
    {
        var message = (MessageType)entry.Type;
        var visible = Context.Shapes.FieldsOf(message).ToList();
        var space = Context.Names.Members();
        var names = space.GiveMembers(entry.Key, [.. visible.Where(static f => f.Oneof is null).Select(static f => f.JsonName)], NameText.Member);
        var values = new List<GraphInputValue>(visible.Count);
        var oneofs = new HashSet<OneofGroup>();
        // By name: several services may bring copies of the message, of which the first stands for all.
        foreach (var field in visible.Where(f => f.Name != mask?.Name))
        {
            if (field.Oneof is null)
                values.Add(ValueOf(field, names[field.JsonName], IsAskedFor(entry, field)));
            else if (oneofs.Add(field.Oneof))
                values.Add(OneofValue(entry, field.Oneof, visible, space));
        }

        return values;
    }

    /// <summary>An input of that message has no meaning without the field.</summary>
    public bool Requires(MessageType message, Field field) =>
        (IsAskedFor(Context.Book.Of(message), field) || IsRequired(field)) && !Context.Shapes.Of(field.Type).HoldsNull;

    /// <summary>One field as an argument or input field.</summary>
    /// <param name="field">The contract's field.</param>
    /// <param name="name">Its name in GraphQL.</param>
    /// <param name="required">Callers must give it, though the wire does not need it.</param>
    public GraphInputValue ValueOf(Field field, string name, bool required = false)
    {
        var shape = Context.Shapes.Of(field.Type);
        var nonNull = (required || IsRequired(field)) && !shape.HoldsNull;
        // Only parameters: a default that a client did not say would overwrite what a PATCH leaves alone.
        var fallback = field.Location == FieldLocation.Body ? null : DefaultText.Of(field.Default, shape, Enums);
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

    /// <summary>The last step, when all types have their fields: takes out what clients do not say, and breaks circles.</summary>
    public void Finish()
    {
        Complete();
        foreach (var (key, mask) in _masks.Where(m => !_whole.Contains(m.Key)))
            Find(key)!.Complete([.. Find(key)!.InputFields.Where(f => f.Contract?.Name != mask)]);
        InputCycles.Break([.. All]);
    }

    private protected override GraphType Nested(TypeEntry entry)
    {
        _whole.Add(entry.Key);
        return Message(entry);
    }

    // GraphQL has no unions in input.
    private protected override GraphType Union(GraphShape shape) => Context.Scalar(GraphScalar.Json);

    private protected override GraphType MapEntry(GraphScalar key, GraphTypeRef value) => maps.Input(key, value);

    private protected override GraphType Make(TypeEntry entry) =>
        new(Context.TypeNames.OfInput(entry), GraphKind.Input) { Source = entry.Type, Description = Words.Of(entry.Type) };

    private protected override void Complete(GraphType type, TypeEntry entry) => type.Complete(ValuesOf(entry));

    private static bool IsRequired(Field field) => field.Presence == Presence.Required && !field.Nullable;

    private bool IsAskedFor(TypeEntry entry, Field field) => field.InputRequired && !Context.Partial.Contains(entry.Key);

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
        if (Find(key) is { } known)
            return known;
        var type = Keep(key, new GraphType(Context.TypeNames.OfPart("input", entry, oneof.Name, "Input"), GraphKind.Input) { IsOneOf = true, Description = oneof.Documentation });
        var arms = fields.FindAll(f => f.Oneof == oneof);
        var names = Context.Names.Members().GiveMembers(entry.Key, [.. arms.Select(static f => f.JsonName)], NameText.Member);
        type.Complete(arms.ConvertAll(f => ValueOf(f, names[f.JsonName])));
        return type;
    }
}
