using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Schema.Building;

namespace ProtocolGateway.Edges.GraphQL.Schema.Joins;

/// <summary>
/// What the names in paths of joins mean: a field that the schema names so, else one that the contract or its JSON does, as for fields that clients do not see.
/// </summary>
/// <param name="types">Those of answers, or those of arguments.</param>
internal sealed class JoinNames(MessageTypes types)
{
    /// <summary>The operation's input, of which <see cref="Arguments"/> are the members; null for paths of answers.</summary>
    public MessageType? Root { get; init; }

    /// <summary>The arguments that the operation has in the schema.</summary>
    public IReadOnlyList<GraphInputValue> Arguments { get; init; } = [];

    /// <summary>The field of that name; null where there is none.</summary>
    /// <param name="message">What has it.</param>
    /// <param name="name">The name.</param>
    /// <param name="within">The name is the schema's for a oneof of an input, whose members belong to the message itself: the next name is one of them.</param>
    public Field? Find(MessageType message, string name, out bool within)
    {
        var type = types.Find(message);
        var values = message == Root ? Arguments : type?.InputFields ?? [];
        within = values.Any(v => v.Spreads && v.Name == name);
        var contract = type?.FindField(name)?.Contract ?? Named(values, name) ?? Named([.. values.Where(static v => v.Spreads).SelectMany(static v => v.Type.Innermost.InputFields)], name);
        // The type may be made of another service's copy of the message.
        return message.FindField(contract?.JsonName ?? name);
    }

    private static Field? Named(IReadOnlyList<GraphInputValue> values, string name) => values.FirstOrDefault(v => v.Name == name)?.Contract;
}
