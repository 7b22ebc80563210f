using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Schema.Building;

namespace ProtocolGateway.Edges.GraphQL.Schema.Joins;

/// <summary>What the arguments of a join are held against.</summary>
/// <param name="Entity">Of a batch: the type whose fields keys are compared with.</param>
/// <param name="Mask">The input that the gateway fills from the selection.</param>
internal sealed record JoinEntity(DataType? Entity, GraphReadMask? Mask);

/// <summary>Binds the arguments of joins to the inputs of their operations.</summary>
internal sealed class JoinArguments(BuildContext context, OutputTypes outputs, InputTypes inputs, RootFields roots)
{
    private readonly JoinNames _answers = new(outputs);

    /// <summary>The arguments that the parent fills, and those of clients; null and why where one is wrong.</summary>
    public (List<GraphJoinArgument>? Filled, List<GraphInputValue> Clients, string Problem) Compile(ExtensionField join, GraphType parent, Operation operation, JoinEntity entity)
    {
        var filled = new JoinInputs(inputs);
        var clients = new List<GraphInputValue>();
        var offered = roots.ArgumentsOf(operation, oneInput: false, entity.Mask);
        // Paths are held against the fields of input types.
        inputs.Complete();
        var sides = new JoinSides((MessageType)parent.Source!, operation, entity.Entity, new JoinNames(inputs) { Root = operation.Input, Arguments = offered });
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var argument in join.Arguments)
        {
            var problem = names.Add(argument.Name) ? "" : "it is there twice";
            if (problem.Length == 0 && argument.Require is not null)
                problem = Fill(argument, sides, filled);
            else if (problem.Length == 0)
                problem = Offer(argument, offered, clients);
            if (problem.Length > 0)
                return (null, [], $"of its argument {argument.Name}, {problem}");
        }

        if (clients.Find(filled.Overlaps) is { } twice)
            return (null, [], $"clients give {twice.Name} of {operation.FullName}, and the parent fills it or a part of it; only one of them can");
        if ((Missing(offered, filled, clients) ?? filled.Missing()) is { } missing)
            return (null, [], $"{operation.FullName} requires {missing}, which no argument gives");
        return filled.Arguments.Exists(static f => f.Key is not null) || entity.Entity is null ? (filled.Arguments, clients, "") : (null, [], "no argument is a key");
    }

    private string Fill(ExtensionArgument argument, JoinSides sides, JoinInputs filled)
    {
        var (from, problem) = JoinPaths.Follow(sides.Parent, argument.Require!, _answers);
        if (from is null)
            return $"@require(field: \"{argument.Require}\") leads nowhere: {problem}. Fields that are joins themselves cannot be required";
        (var input, problem) = JoinPaths.Follow(sides.Operation.Input, argument.Input ?? argument.Name, sides.Names, throughList: argument.Is is not null);
        if (input is null or { Fields: [] })
            return $"there is no such input of {sides.Operation.FullName}: {problem}. Say with @require(input: \"...\") where the value goes";
        if (argument.Is is null)
            return Keep(argument, new JoinKey(from, input, null, null), filled);
        var list = ListIndex(input);
        if (list < 0)
            return $"{argument.Input ?? argument.Name} of {sides.Operation.FullName} takes one value, and the keys of a batch need a list";
        if (list < input.Fields.Count - 2)
            return "the elements of the list are gone into by more than one name";
        (var key, problem) = JoinPaths.Follow(sides.Entity!, argument.Is, _answers);
        return key is null ? $"@is(field: \"{argument.Is}\") leads nowhere: {problem}" : Keep(argument, new JoinKey(from, input, key, list), filled);
    }

    private string Keep(ExtensionArgument argument, JoinKey key, JoinInputs filled)
    {
        var last = key.Input.Fields[^1];
        var target = key.List is not null && last.Type is ListType list ? list.Element : last.Type;
        var (source, takes) = (context.Shapes.Of(key.From.Type), context.Shapes.Of(target));
        if (!JoinTypes.Match(source, takes))
            return $"{argument.Require} is {JoinPaths.Describe(JoinPaths.Unwrap(key.From.Type))}, which cannot be given as {JoinPaths.Describe(JoinPaths.Unwrap(target))}";
        if (key.Key is not null && !JoinTypes.Match(source, context.Shapes.Of(key.Key.Type)))
            return $"{argument.Require} is {JoinPaths.Describe(JoinPaths.Unwrap(key.From.Type))}, which cannot be compared with {argument.Is}, {JoinPaths.Describe(JoinPaths.Unwrap(key.Key.Type))}";
        if (argument.Type.Name is not { } said || !JoinTypes.IsSaid(said, takes, context))
            return $"its type is {argument.Type}, but the operation takes {JoinTypes.NameOf(takes, context)} for each parent";
        var path = key.Input.JsonNames;
        var element = key.List is { } index && index < path.Length - 1 ? path[^1] : null;
        return filled.Add(argument.Name, key.Input, new GraphJoinArgument(element is null ? path : path[..^1], key.From.JsonNames, key.From.Fields, key.Key?.JsonNames, key.Key?.Fields ?? [])
        {
            ElementProperty = element,
            Input = last,
        });
    }

    private static string Offer(ExtensionArgument argument, List<GraphInputValue> offered, List<GraphInputValue> clients)
    {
        if (argument.Input is not null || offered.Find(o => o.Name == argument.Name) is not { } value)
            return "the operation has no such argument; a value of the parent is given with @require";
        if (!IsSame(argument.Type, value.Type))
            return $"its type is {argument.Type}, but the operation takes {value.Type}";
        clients.Add(value);
        return "";
    }

    // Whether null is allowed is the operation's to say.
    private static bool IsSame(ExtensionType said, GraphTypeRef type) =>
        said.Name is not null ? said.Name == type.Named?.Name : type.Element is not null && IsSame(said.Element!, type.Element);

    private static string? Missing(List<GraphInputValue> offered, JoinInputs filled, List<GraphInputValue> clients) =>
        offered.Find(o => o.Type.NonNull && o.Default is null && !clients.Contains(o) && !filled.Overlaps(o))?.Name;

    private static int ListIndex(JoinPath path)
    {
        for (var i = 0; i < path.Fields.Count; i++)
        {
            if (path.Fields[i].Type is ListType)
                return i;
        }

        return -1;
    }

    private sealed record JoinSides(MessageType Parent, Operation Operation, DataType? Entity, JoinNames Names);

    private sealed record JoinKey(JoinPath From, JoinPath Input, JoinPath? Key, int? List);
}
