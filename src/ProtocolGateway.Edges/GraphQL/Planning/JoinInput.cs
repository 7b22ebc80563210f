using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.GraphQL.Schema;

namespace ProtocolGateway.Edges.GraphQL.Planning;

/// <summary>Writes the keys of a join as members of its operation's input. Compiled once; immutable.</summary>
internal sealed class JoinInput
{
    private readonly Place[] _places;
    private readonly bool _batch;

    private JoinInput(Place[] places, bool batch) => (_places, _batch) = (places, batch);

    /// <summary>Which arguments narrow a batch's call instead of being its keys: one value for the whole call.</summary>
    public bool[] IsNarrowing { get; private init; } = [];

    /// <summary>There are such.</summary>
    public bool Narrows { get; private init; }

    /// <summary>Compiles the inputs of a join.</summary>
    public static JoinInput Of(GraphJoin join)
    {
        var arguments = join.Arguments.Select(static (argument, index) => new Argument(index, argument, IsText(argument.Input.Type))).ToList();
        bool[] narrowing = [.. join.Arguments.Select(a => join.IsBatch && a.Key is null)];
        return new(Places(arguments, 0, join.IsBatch), join.IsBatch) { IsNarrowing = narrowing, Narrows = narrowing.Contains(true) };
    }

    /// <summary>Appends the members, each with a comma before it.</summary>
    /// <param name="keys">All keys.</param>
    /// <param name="chosen">Those of this call; one where the join is no batch.</param>
    /// <param name="into">The input's JSON, open.</param>
    public void Write(KeyTable keys, ReadOnlySpan<int> chosen, PooledBuffer into)
    {
        foreach (var place in _places)
            Write(place, keys, chosen, into);
    }

    /// <summary>Writes of a key the values that narrow its call.</summary>
    public void WriteNarrowing(ReadOnlySpan<byte> key, PooledBuffer into)
    {
        for (var i = 0; i < IsNarrowing.Length; i++)
        {
            if (!IsNarrowing[i])
                continue;
            into.Write(Part(key, i));
            into.Write([JoinKeys.Separator]);
        }
    }

    /// <summary>The value of one argument within a key.</summary>
    public static ReadOnlySpan<byte> Part(ReadOnlySpan<byte> key, int argument)
    {
        for (; argument > 0; argument--)
            key = key[(key.IndexOf(JoinKeys.Separator) + 1)..];
        var end = key.IndexOf(JoinKeys.Separator);
        return end < 0 ? key : key[..end];
    }

    private static bool IsText(DataType type) => type switch
    {
        ListType list => IsText(list.Element),
        ScalarType scalar => scalar.Kind is ScalarKind.String or ScalarKind.Bytes,
        MessageType message => message.WellKnown == WellKnown.Wrapper && IsText(message.Fields[0].Type),
        _ => type is EnumType,
    };

    private static Place[] Places(List<Argument> arguments, int depth, bool batch) =>
        [.. arguments.GroupBy(a => a.Join.JsonPath[depth]).Select(group =>
        {
            var here = group.Where(a => a.Join.JsonPath.Count == depth + 1).ToArray();
            var below = group.Where(a => a.Join.JsonPath.Count > depth + 1).ToList();
            return new Place(Quote(group.Key), Places(below, depth + 1, batch), here, batch && here.Any(static a => a.Join.Key is not null));
        })];

    private static byte[] Quote(string name) => [.. JsonEscapes.Quote(name), (byte)':'];

    private void Write(Place place, KeyTable keys, ReadOnlySpan<int> chosen, PooledBuffer into)
    {
        if (into.WrittenSpan[^1] != '{')
            into.Write(","u8);
        into.Write(place.Key);
        if (place.Below.Length > 0)
        {
            into.Write("{"u8);
            foreach (var below in place.Below)
                Write(below, keys, chosen, into);
            into.Write("}"u8);
        }
        else if (_batch && place.IsList)
        {
            WriteList(place, keys, chosen, into);
        }
        else
        {
            WriteValue(place.Arguments[0], keys[chosen[0]], into);
        }
    }

    private static void WriteList(Place place, KeyTable keys, ReadOnlySpan<int> chosen, PooledBuffer into)
    {
        into.Write("["u8);
        for (var i = 0; i < chosen.Length; i++)
        {
            if (i > 0)
                into.Write(","u8);
            WriteElement(place.Arguments, keys[chosen[i]], into);
        }

        into.Write("]"u8);
    }

    private static void WriteElement(Argument[] arguments, ReadOnlySpan<byte> key, PooledBuffer into)
    {
        if (arguments[0].Element.Length == 0)
        {
            WriteValue(arguments[0], key, into);
            return;
        }

        for (var i = 0; i < arguments.Length; i++)
        {
            into.Write(i == 0 ? "{"u8 : ","u8);
            into.Write(arguments[i].Element);
            WriteValue(arguments[i], key, into);
        }

        into.Write("}"u8);
    }

    // Keys have lost the difference between 12 and "12"; what takes text is given text.
    private static void WriteValue(Argument argument, ReadOnlySpan<byte> key, PooledBuffer into)
    {
        var value = Part(key, argument.Index);
        var quote = argument.IsText && value[0] != '"';
        if (quote)
            into.Write("\""u8);
        into.Write(value);
        if (quote)
            into.Write("\""u8);
    }

    private sealed record Place(byte[] Key, Place[] Below, Argument[] Arguments, bool IsList);

    private sealed class Argument(int index, GraphJoinArgument join, bool isText)
    {
        public int Index { get; } = index;

        public GraphJoinArgument Join { get; } = join;

        public bool IsText { get; } = isText;

        public byte[] Element { get; } = join.ElementProperty is null ? [] : Quote(join.ElementProperty);
    }
}
