using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.GraphQL.Schema.Building;

/// <summary>The contract types that answers and arguments can hold; only they get names.</summary>
internal sealed class Reach(TypeShapes shapes)
{
    private readonly Dictionary<string, TypeEntry> _outputs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TypeEntry> _inputs = new(StringComparer.Ordinal);
    private readonly Queue<(GraphShape Shape, bool Input)> _pending = new();

    /// <summary>Object types, enums and unions.</summary>
    public IEnumerable<TypeEntry> Outputs => _outputs.Values;

    /// <summary>Messages that are input types.</summary>
    public IEnumerable<TypeEntry> Inputs => _inputs.Values;

    /// <summary>Adds an answer's type and all that it holds.</summary>
    public void AddOutput(DataType type) => Drain(shapes.Of(type), input: false);

    /// <summary>Adds an argument's type and all that it holds.</summary>
    public void AddInput(DataType type) => Drain(shapes.Of(type), input: true);

    private void Drain(GraphShape first, bool input)
    {
        _pending.Enqueue((first, input));
        while (_pending.TryDequeue(out var next))
            Visit(next.Shape, next.Input);
    }

    private void Visit(GraphShape shape, bool input)
    {
        switch (shape.Kind)
        {
            case ShapeKind.List or ShapeKind.Map:
                _pending.Enqueue((shape.Element!, input));
                break;
            case ShapeKind.Enum:
                _outputs.TryAdd(shape.Entry!.Key, shape.Entry);
                break;
            case ShapeKind.Union when !input && _outputs.TryAdd(shape.Entry!.Key, shape.Entry):
                foreach (var member in shape.Union!.Members)
                    _pending.Enqueue((shapes.Of(member.Message), false));
                break;
            case ShapeKind.Object when (input ? _inputs : _outputs).TryAdd(shape.Entry!.Key, shape.Entry):
                foreach (var field in shapes.FieldsOf((MessageType)shape.Entry.Type))
                    _pending.Enqueue((shapes.Of(field.Type), input));
                break;
        }
    }
}
