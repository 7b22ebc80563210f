using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.GraphQL.Schema.Building;

/// <summary>
/// The types that messages become, in answers or in arguments. They are made empty where they are met and completed from a queue, so that neither circles
/// nor long chains cost stack.
/// </summary>
internal abstract class MessageTypes(BuildContext context, EnumTypes enums)
{
    private readonly Dictionary<string, GraphType> _types = new(StringComparer.Ordinal);
    private readonly Queue<(GraphType Type, TypeEntry Entry)> _pending = new();

    /// <summary>All types that were made.</summary>
    public virtual IEnumerable<GraphType> All => _types.Values;

    private protected BuildContext Context { get; } = context;

    private protected EnumTypes Enums { get; } = enums;

    /// <summary>What a contract promises not to be null is not null here.</summary>
    private protected virtual bool IsStrict => true;

    /// <summary>A shape where it is used; not one that is hidden.</summary>
    public GraphTypeRef Ref(GraphShape shape, bool nonNull)
    {
        nonNull &= IsStrict;
        return shape.Kind switch
        {
            ShapeKind.Scalar => GraphTypeRef.Of(Context.Scalar(shape.Scalar), nonNull),
            ShapeKind.Enum => GraphTypeRef.Of(Enums.Of(shape.Entry!), nonNull),
            ShapeKind.Object => GraphTypeRef.Of(Nested(shape.Entry!), nonNull),
            ShapeKind.Union => GraphTypeRef.Of(Union(shape), nonNull),
            ShapeKind.List => GraphTypeRef.ListOf(ElementOf(shape), nonNull),
            ShapeKind.Map => GraphTypeRef.ListOf(GraphTypeRef.Of(MapEntry(shape.Key, ElementOf(shape)), IsStrict), nonNull),
            _ => GraphTypeRef.Of(Context.Scalar(GraphScalar.Boolean), nonNull),
        };
    }

    /// <summary>The type that was made of a message; null where none was.</summary>
    public GraphType? Find(MessageType message) => Context.Book.Find(message) is { } entry ? Find(entry.Key) : null;

    /// <summary>Gives the types that are still empty their fields.</summary>
    public void Complete()
    {
        while (_pending.TryDequeue(out var next))
            Complete(next.Type, next.Entry);
    }

    /// <summary>The type of a message that another type holds.</summary>
    private protected virtual GraphType Nested(TypeEntry entry) => Message(entry);

    private protected abstract GraphType Union(GraphShape shape);

    private protected abstract GraphType MapEntry(GraphScalar key, GraphTypeRef value);

    /// <summary>A new type of that message, without fields.</summary>
    private protected abstract GraphType Make(TypeEntry entry);

    private protected abstract void Complete(GraphType type, TypeEntry entry);

    private protected GraphType? Find(string key) => _types.GetValueOrDefault(key);

    /// <summary>Takes in a type that no message alone stands behind.</summary>
    private protected GraphType Keep(string key, GraphType type) => _types[key] = type;

    /// <summary>The type of a message.</summary>
    private protected GraphType Message(TypeEntry entry)
    {
        if (Find(entry.Key) is { } known)
            return known;
        var type = Keep(entry.Key, Make(entry));
        _pending.Enqueue((type, entry));
        return type;
    }

    private GraphTypeRef ElementOf(GraphShape shape) => Ref(shape.Element!, !shape.NullableElement);
}
