using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.GraphQL.Schema.Building;

/// <summary>
/// Finds the messages of which callers may send a part: what lies below the input of an operation with an update mask. Fields that are required to create
/// such a message cannot be required in its input type, which is the same for both.
/// </summary>
internal static class PartialInputs
{
    /// <summary>The keys of those messages.</summary>
    public static IReadOnlySet<string> Of(IEnumerable<Operation> operations, TypeShapes shapes)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var pending = new Queue<GraphShape>();
        foreach (var operation in operations.Where(static o => o.Input.Fields.Any(IsUpdateMask)))
        {
            foreach (var field in operation.Input.Fields)
                pending.Enqueue(shapes.Of(field.Type));
        }

        while (pending.TryDequeue(out var shape))
        {
            if (shape.Element is not null)
                pending.Enqueue(shape.Element);
            else if (shape is { Kind: ShapeKind.Object, Entry.Type: MessageType message } && keys.Add(shape.Entry.Key))
                message.Fields.ToList().ForEach(f => pending.Enqueue(shapes.Of(f.Type)));
        }

        return keys;
    }

    private static bool IsUpdateMask(Field field) => field.Type is MessageType { WellKnown: WellKnown.FieldMask } && field.Name is not ("read_mask" or "readMask");
}
