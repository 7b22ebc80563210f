using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Schema.Building;

namespace ProtocolGateway.Edges.GraphQL.Schema.Joins;

/// <summary>The inputs of an operation that one join fills from the parent: each once, and none half.</summary>
internal sealed class JoinInputs(InputTypes inputs)
{
    private readonly List<(string Argument, JoinPath Path)> _paths = [];

    /// <summary>In the order of adding.</summary>
    public List<GraphJoinArgument> Arguments { get; } = [];

    /// <summary>Adds one.</summary>
    /// <param name="name">What the extension file calls the argument.</param>
    /// <param name="path">Where the value goes.</param>
    /// <param name="argument">The same, compiled.</param>
    /// <returns>What is wrong with it, or nothing.</returns>
    public string Add(string name, JoinPath path, GraphJoinArgument argument)
    {
        foreach (var (other, known) in _paths)
        {
            if (known.Fields.SequenceEqual(path.Fields))
                return $"{string.Join('.', path.JsonNames)} is filled by the argument {other} already";
            if (IsSibling(known, path) && path.Fields[^1].Oneof is { } oneof && known.Fields[^1].Oneof == oneof)
                return $"only one of the oneof {oneof.Name} can be given, and the argument {other} gives another";
        }

        _paths.Add((name, path));
        Arguments.Add(argument);
        return "";
    }

    /// <summary>An argument of clients that is filled, in whole or in part.</summary>
    public bool Overlaps(GraphInputValue value) => _paths.Exists(p => value.Spreads
        ? value.Type.Innermost.InputFields.Any(arm => arm.JsonName == p.Path.Fields[0].JsonName)
        : value.JsonName == p.Path.Fields[0].JsonName);

    /// <summary>The path of a field without which a message that is filled in part has no meaning; null where all are given.</summary>
    public string? Missing()
    {
        foreach (var (_, path) in _paths)
        {
            for (var depth = 1; depth < path.Fields.Count; depth++)
            {
                var message = (MessageType)(path.Fields[depth - 1].Type is ListType list ? list.Element : path.Fields[depth - 1].Type);
                var around = path.Fields.Take(depth).ToList();
                if (message.Fields.FirstOrDefault(f => inputs.Requires(message, f) && !IsGiven([.. around, f])) is { } missing)
                    return string.Join('.', around.Append(missing).Select(static f => f.JsonName));
            }
        }

        return null;
    }

    private static bool IsSibling(JoinPath a, JoinPath b) => a.Fields.Count == b.Fields.Count && a.Fields.SkipLast(1).SequenceEqual(b.Fields.SkipLast(1));

    private bool IsGiven(List<Field> path) => _paths.Exists(p => p.Path.Fields.Take(path.Count).SequenceEqual(path));
}
