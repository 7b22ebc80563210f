using System.Text;
using ProtocolGateway.Edges.GraphQL.Schema;

namespace UnitTests.Edges.GraphQL.Differential;

/// <summary>Makes valid arguments, as literals and by variables, and the variables that they need.</summary>
internal sealed class InputMaker(Choices choices)
{
    private const int MaxDepth = 3;

    private readonly List<(string Name, string Type, string Default, string? Value)> _variables = [];

    /// <summary>The definitions of all variables so far.</summary>
    public string Definitions => _variables.Count == 0 ? "" : $"({string.Join(", ", _variables.Select(static v => $"${v.Name}: {v.Type}{v.Default}"))})";

    /// <summary>Their values, as a JSON object.</summary>
    public string Values => $"{{{string.Join(',', _variables.Where(static v => v.Value is not null).Select(static v => $"\"{v.Name}\":{v.Value}"))}}}";

    /// <summary>The arguments of a field.</summary>
    public string Arguments(IReadOnlyList<GraphInputValue> arguments)
    {
        var given = arguments.Where(a => IsRequired(a) || choices.Chance(30)).Select(a => $"{a.Name}: {Value(a.Type, 0, mayVary: true, asJson: false)}").ToList();
        return given.Count == 0 ? "" : $"({string.Join(", ", given)})";
    }

    /// <summary>A value for <c>if</c>, never null: what a directive's null means, the implementations do not agree about.</summary>
    public string Condition()
    {
        if (!choices.Chance(50))
            return choices.Of("true", "false");
        var conditions = _variables.FindAll(static v => v.Name[0] == 'c');
        if (conditions.Count > 0 && choices.Chance(50))
            return "$" + choices.Of(conditions).Name;
        var name = "c" + _variables.Count;
        var value = choices.Of("true", "false");
        _variables.Add(choices.Chance(30) ? (name, "Boolean", $" = {value}", null) : (name, "Boolean!", "", value));
        return "$" + name;
    }

    private static bool IsRequired(GraphInputValue value) => value.Type.NonNull && value.Default is null;

    private string Value(GraphTypeRef type, int depth, bool mayVary, bool asJson, bool isChoice = false)
    {
        if (mayVary && choices.Chance(25))
            return Variable(isChoice ? type.With(nonNull: true) : type, depth, isChoice);
        if (!type.NonNull && !isChoice && choices.Chance(8))
            return "null";
        if (type.Element is { } element)
            return List(element, depth, mayVary, asJson);
        var named = type.Named!;
        return named.Kind switch
        {
            GraphKind.Enum => choices.Of(named.Values).Name is var name && asJson ? $"\"{name}\"" : name,
            GraphKind.Input => Object(named, depth, mayVary, asJson),
            _ => Scalar(named.Scalar, asJson, mayVary),
        };
    }

    private string List(GraphTypeRef element, int depth, bool mayVary, bool asJson)
    {
        if (element.Innermost.IsMapEntry)
            return Entries(element.Named!, depth, mayVary, asJson);
        if (choices.Chance(10))
            return Value(element.With(nonNull: true), depth + 1, mayVary: false, asJson);
        return $"[{string.Join(", ", Enumerable.Range(0, choices.Next(3)).Select(_ => Value(element, depth + 1, mayVary, asJson)))}]";
    }

    // Keys are distinct: what two entries of one key mean, the backend's JSON cannot say.
    private string Entries(GraphType entry, int depth, bool mayVary, bool asJson)
    {
        var keys = entry.InputFields[0].Type.Named!.Scalar;
        var entries = Enumerable.Range(1, choices.Next(3)).Select(i =>
        {
            var value = Value(entry.InputFields[1].Type, depth + 1, mayVary, asJson);
            var key = keys switch { GraphScalar.Boolean => i == 1 ? "true" : "false", GraphScalar.String => $"\"k{i}\"", _ => $"{i}" };
            return asJson ? $"{{\"key\":{key},\"value\":{value}}}" : $"{{key: {key}, value: {value}}}";
        });
        return $"[{string.Join(", ", entries)}]";
    }

    private string Object(GraphType type, int depth, bool mayVary, bool asJson)
    {
        List<GraphInputValue> fields = type.IsOneOf
            ? [choices.Of([.. type.InputFields.Where(f => depth < MaxDepth || f.Type.Innermost.Kind != GraphKind.Input)])]
            : [.. type.InputFields.Where(f => IsRequired(f) || ((depth < MaxDepth || f.Type.Innermost.Kind != GraphKind.Input) && choices.Chance(20)))];
        var members = fields.Select(f =>
        {
            var value = Value(f.Type, depth + 1, mayVary, asJson, type.IsOneOf);
            return asJson ? $"\"{f.Name}\":{value}" : $"{f.Name}: {value}";
        });
        return $"{{{string.Join(", ", members)}}}";
    }

    private string Variable(GraphTypeRef type, int depth, bool isChoice)
    {
        var known = _variables.FindAll(v => v.Type == type.ToString());
        if (known.Count > 0 && choices.Chance(30))
            return "$" + choices.Of(known).Name;
        // Their values are made first, and may not vary: names are given out in the order of the definitions.
        var declared = type;
        var fallback = "";
        if (!isChoice && choices.Chance(40))
        {
            fallback = " = " + Value(type.With(nonNull: true), depth, mayVary: false, asJson: false);
            declared = type.With(nonNull: false);
        }
        else if (!type.NonNull && choices.Chance(20))
        {
            declared = type.With(nonNull: true);
        }

        var value = declared.NonNull || choices.Chance(70) ? Value(declared, depth, mayVary: false, asJson: true) : null;
        var name = "v" + _variables.Count;
        _variables.Add((name, declared.ToString(), fallback, value));
        return "$" + name;
    }

    private string Scalar(GraphScalar scalar, bool asJson, bool mayVary) => scalar switch
    {
        GraphScalar.Int => choices.Of("0", "7", "-2147483648"),
        GraphScalar.Float or GraphScalar.Double => choices.Of("0", "1.5", "-2", "1e3"),
        GraphScalar.Boolean => choices.Of("false", "true"),
        GraphScalar.Int64 => choices.Of("0", "-7", "\"9007199254740993\""),
        GraphScalar.UInt64 => choices.Of("0", "7", "\"18446744073709551615\""),
        GraphScalar.UInt32 => choices.Of("0", "4294967295"),
        GraphScalar.DateTime => "\"2030-01-31T12:00:00Z\"",
        GraphScalar.Duration => "\"1.500s\"",
        GraphScalar.Bytes => choices.Of("\"\"", "\"AAEC\""),
        GraphScalar.Json => asJson ? "{\"a\":[1,{\"b\":null}]}" : mayVary && choices.Chance(20) ? "{a: [" + Variable(GraphTypeRef.Of(_text), 0, false) + "]}" : "{a: [1, {b: null}], c: \"d\"}",
        _ => asJson ? choices.Of("\"\"", "\"a\"", "\"\\u00e4 \\\"q\\\"\"") : choices.Of("\"\"", "\"a\"", "\"\\u00e4 \\\"q\\\"\"", "\"\"\"block\"\"\""),
    };

    private static readonly GraphType _text = new("String", GraphKind.Scalar) { Scalar = GraphScalar.String };
}
