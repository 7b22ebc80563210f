using System.Text;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Schema;

namespace UnitTests.Edges.GraphQL.Differential;

/// <summary>
/// Makes valid documents over a schema: aliases, fragments, inline fragments, directives, arguments, variables, fields that merge. What makes a document
/// invalid is kept off by construction: a response name always has one form, and a field of one name the same arguments.
/// </summary>
/// <param name="choices">Choose.</param>
/// <param name="schema">The schema.</param>
/// <param name="mayConflict">Fields of one response name may be different ones: all else stays valid.</param>
internal sealed class DocumentMaker(Choices choices, GraphSchema schema, bool mayConflict = false)
{
    private const int MaxDepth = 5;

    // What is larger finds nothing more, and nobody reads it.
    private const int MostSelections = 60;

    private readonly Dictionary<string, string> _forms = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Type, string Field, int Variation), string> _arguments = [];
    private readonly List<(string Name, string Type)> _fragments = [];
    private readonly StringBuilder _fragmentText = new();
    private readonly InputMaker _inputs = new(choices);
    private readonly SortedDictionary<string, Operation> _called = new(StringComparer.Ordinal);
    private int _fragmentCount;
    private int _left = MostSelections;

    public GraphCase Make()
    {
        if (mayConflict)
            _left = 25;
        var (keyword, root) = choices.Next(6) == 5 ? ("mutation", schema.Mutation!) : ("query", schema.Query);
        var body = Selections(root, 0);
        // Last: graphql-js 16.11 forgets an operation's variables where another one stands between it and its fragments, and breaks on a @oneOf then.
        var others = choices.Chance(10);
        var document = $"{keyword} Main{_inputs.Definitions} {body}{_fragmentText}{(others ? " query Other { __typename }" : "")}";
        var data = _called.Values.ToDictionary(static o => o.Name, Answer, StringComparer.Ordinal);
        return new(document, _inputs.Values, others ? "Main" : null, data);
    }

    private string Answer(Operation operation)
    {
        if (choices.Chance(5))
            return GraphCase.Failing;
        return operation.Output is null or MessageType { WellKnown: WellKnown.Empty } ? "{}" : ContractData.Of(choices, operation);
    }

    private string Selections(GraphType type, int depth)
    {
        var text = new StringBuilder("{");
        do
        {
            _left--;
            text.Append(' ').Append(type.Kind == GraphKind.Union ? OfUnion(type, depth) : OfObject(type, depth));
        }
        while (_left > 0 && choices.Chance(depth == 0 ? 40 : 60));
        return text.Append(" }").ToString();
    }

    private string OfObject(GraphType type, int depth) => choices.Next(depth > MaxDepth ? 11 : 14) switch
    {
        < 10 => Field(type, depth),
        10 => "__typename" + Directives(),
        11 => $"...{Directives()} {Selections(type, depth + 1)}",
        12 => $"... on {type.Name}{Directives()} {Selections(type, depth + 1)}",
        _ => Spread(type, depth),
    };

    private string OfUnion(GraphType type, int depth)
    {
        var member = choices.Of([.. type.Members.Select(static m => m.Type)]);
        return choices.Next(depth > MaxDepth ? 1 : 6) switch
        {
            0 => "__typename",
            1 or 2 => $"... on {member.Name}{Directives()} {Selections(member, depth + 1)}",
            3 => Spread(member, depth),
            4 => Spread(type, depth),
            _ => $"... on {type.Name}{Directives()} {Selections(type, depth + 1)}",
        };
    }

    private string Spread(GraphType type, int depth)
    {
        var known = _fragments.FindAll(f => f.Type == type.Name);
        if (known.Count > 0 && choices.Chance(50))
            return $"...{choices.Of(known).Name}{Directives()}";
        // It is known only when it is done: no fragment is within itself.
        var name = "F" + _fragmentCount++;
        var body = Selections(type, depth + 1);
        _fragments.Add((name, type.Name));
        _fragmentText.Append($" fragment {name} on {type.Name} {body}");
        return $"...{name}{Directives()}";
    }

    private string Field(GraphType type, int depth)
    {
        var fields = type.Fields.Where(f => depth <= MaxDepth || f.Type.Innermost.Kind is GraphKind.Scalar or GraphKind.Enum).ToList();
        if (fields.Count == 0)
            return "__typename";
        var field = choices.Of(fields);
        if ((field.Operation ?? field.Join?.Operation) is { } operation)
            _called[operation.Name] = operation;
        var variation = choices.Chance(20) ? 1 + choices.Next(2) : 0;
        var name = variation == 0 ? field.Name : $"{field.Name}{variation}_{type.Name}";
        if (mayConflict)
            name = choices.Chance(25) ? choices.Of("a", "kind", "id", "label") : field.Name;
        else if (_forms.TryGetValue(name, out var form) && form != field.Type.ToString())
            (name, variation) = ($"{field.Name}_{type.Name}", 3);
        _forms[name] = field.Type.ToString();
        var key = (type.Name, field.Name, variation);
        if (choices.Chance(mayConflict ? 15 : 0) || !_arguments.TryGetValue(key, out var arguments))
            _arguments[key] = arguments = _inputs.Arguments(field.Arguments);
        var below = field.Type.Innermost.Kind is GraphKind.Object or GraphKind.Union ? " " + Selections(field.Type.Innermost, depth + 1) : "";
        return $"{(name == field.Name ? "" : name + ": ")}{field.Name}{arguments}{Directives()}{below}";
    }

    private string Directives() => choices.Next(20) switch
    {
        17 => $" @skip(if: {_inputs.Condition()})",
        18 => $" @include(if: {_inputs.Condition()})",
        19 => $" @include(if: {_inputs.Condition()}) @skip(if: {_inputs.Condition()})",
        _ => "",
    };
}
