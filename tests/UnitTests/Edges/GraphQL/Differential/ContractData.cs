using System.Text;
using ProtocolGateway.Contracts.Model;

namespace UnitTests.Edges.GraphQL.Differential;

/// <summary>What backends answer: JSON by the contract, or, of an HTTP backend, now and then against it.</summary>
/// <param name="choices">Choose.</param>
/// <param name="mayViolate">Values may be missing, null or of another type.</param>
internal sealed class ContractData(Choices choices, bool mayViolate)
{
    private const int MaxDepth = 5;

    // Few, so that keys of joins meet.
    private static readonly string[] Words = ["", "a", "b", "c", "d \"q\" \\ \n", "ä€😀"];
    private static readonly string[] Wrong = ["null", "true", "5", "2.5", "\"x\"", "\"\"", "[]", "[1]", "{}", "{\"kind\":\"bird\"}"];

    private readonly StringBuilder _json = new();

    public static string Of(Choices choices, Operation operation)
    {
        var data = new ContractData(choices, operation.Kind == ContractKind.Http && choices.Chance(50));
        data.Value(operation.Output!, 0);
        return data._json.ToString();
    }

    private void Value(DataType type, int depth)
    {
        if (mayViolate && depth > 0 && choices.Chance(4))
        {
            _json.Append(choices.Of(Wrong));
            return;
        }

        switch (type)
        {
            case ScalarType scalar:
                Scalar(scalar);
                break;
            case EnumType values:
                // A number that the contract does not know: only protobuf has those.
                if (values.FullName.StartsWith("users.", StringComparison.Ordinal) && choices.Chance(3))
                    _json.Append("77");
                else
                    Text(choices.Of(values.Values).Name);
                break;
            case ListType list:
                Many('[', ']', _ => Element(list.Element, list.NullableElement, depth + 1));
                break;
            case MapType map:
                Many('{', '}', i =>
                {
                    Text(map.Key.Kind == ScalarKind.Bool ? i == 0 ? "false" : "true" : map.Key.Kind == ScalarKind.String ? "k" + i : $"{i * 10 + 1}");
                    _json.Append(':');
                    Element(map.Value, map.NullableValue, depth + 1);
                }, map.Key.Kind == ScalarKind.Bool ? 2 : 3);
                break;
            case UnionType union:
                Value(choices.Of(union.Members), depth);
                break;
            case MessageType message:
                Message(message, depth);
                break;
        }
    }

    private void Element(DataType type, bool nullable, int depth)
    {
        if (nullable && choices.Chance(30))
            _json.Append("null");
        else
            Value(type, depth);
    }

    private void Message(MessageType message, int depth)
    {
        switch (message.WellKnown)
        {
            case WellKnown.Timestamp:
                _json.Append("\"2030-01-31T12:00:00.500Z\"");
                return;
            case WellKnown.Duration:
                _json.Append("\"1.500s\"");
                return;
            case WellKnown.Wrapper:
                Value(message.Fields[0].Type, depth + 1);
                return;
            case WellKnown.Struct:
                _json.Append(choices.Of("{}", "{\"a\":1,\"b\":[null,{\"c\":\"d\"}]}"));
                return;
            case WellKnown.Value:
                _json.Append(choices.Of("null", "1", "\"t\"", "[true,{}]"));
                return;
        }

        _json.Append('{');
        var first = true;
        var oneofs = new HashSet<OneofGroup>();
        foreach (var field in message.Fields)
        {
            if (!Has(field, depth) || (field.Oneof is { } oneof && !oneofs.Add(oneof)))
                continue;
            _json.Append(first ? "" : ",");
            first = false;
            Text(field.JsonName);
            _json.Append(':');
            if (field.Nullable && choices.Chance(30))
                _json.Append("null");
            else if (field.JsonName == "makerId")
                Text(choices.Of(Words[..4]));
            else
                Value(field.Type, depth + 1);
        }

        _json.Append('}');
    }

    private bool Has(Field field, int depth)
    {
        if (field.Presence == Presence.Required)
            return !(mayViolate && choices.Chance(5));
        var deep = field.Type is ListType or MapType or UnionType or MessageType { WellKnown: WellKnown.None };
        return (!deep || depth < MaxDepth) && choices.Chance(field.Oneof is null ? deep ? 45 : 60 : 20);
    }

    private void Many(char open, char close, Action<int> one, int most = 3)
    {
        _json.Append(open);
        for (var i = 0; i < most && choices.Chance(60); i++)
        {
            _json.Append(i > 0 ? "," : "");
            one(i);
        }

        _json.Append(close);
    }

    private void Scalar(ScalarType scalar)
    {
        switch (scalar.Kind)
        {
            case ScalarKind.Bool:
                _json.Append(choices.Of("false", "true"));
                break;
            case ScalarKind.String:
                Text(scalar.Format == "date-time" ? "2030-01-31T12:00:00Z" : choices.Of(Words));
                break;
            case ScalarKind.Bytes:
                _json.Append(choices.Of("\"\"", "\"AAEC\""));
                break;
            case ScalarKind.Double or ScalarKind.Float:
                _json.Append(choices.Of("0", "1.5", "-2.25", "1e30"));
                break;
            case ScalarKind.UInt32 or ScalarKind.Fixed32:
                _json.Append(choices.Of("0", "7", "4294967295"));
                break;
            case ScalarKind.UInt64 or ScalarKind.Fixed64:
                _json.Append(choices.Of("0", "7", "\"18446744073709551615\""));
                break;
            case ScalarKind.Int64 or ScalarKind.SInt64 or ScalarKind.SFixed64:
                _json.Append(choices.Of("0", "7", "\"9007199254740993\"", "\"-9223372036854775808\""));
                break;
            case ScalarKind.Json:
                _json.Append(choices.Of("1", "\"t\"", "[1,null]", "{\"x\":{\"y\":[]}}", "null"));
                break;
            default:
                _json.Append(choices.Of("0", "7", "-2147483648"));
                break;
        }
    }

    private void Text(string text) => _json.Append(System.Text.Json.JsonSerializer.Serialize(text));
}
