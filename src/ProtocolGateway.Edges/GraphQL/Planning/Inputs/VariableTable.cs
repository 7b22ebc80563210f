using GraphQLParser.AST;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.GraphQL.Planning.Documents;

namespace ProtocolGateway.Edges.GraphQL.Planning.Inputs;

/// <summary>The variables that an operation defines, and how a request's values are coerced (specification, "Coercing Variable Values").</summary>
internal sealed class VariableTable
{
    private readonly Variable[] _variables;
    private readonly NameTable _names;

    private VariableTable(Variable[] variables)
    {
        _variables = variables;
        Names = [.. variables.Select(static v => v.Name)];
        _names = NameTable.Of(Names);
    }

    /// <summary>The names, each at its index.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Compiles the variables of an operation; all their types are known.</summary>
    public static VariableTable Of(GraphQLOperationDefinition operation, InputTable inputs) => new([.. (operation.Variables?.Items ?? []).Select(definition =>
    {
        var value = inputs.Value(inputs.Find(definition.Type)!);
        var fallback = definition.DefaultValue is { } literal ? InputTable.Coerce(literal, value) : null;
        return new Variable(definition.Variable.Name.StringValue, value, fallback);
    })]);

    /// <summary>Coerces the variables of a request. Those that the operation does not define are passed over.</summary>
    /// <param name="json">A well-formed JSON object; empty for none.</param>
    /// <param name="into">Takes the values.</param>
    /// <returns>Null, or what is wrong with them.</returns>
    public DocumentFailure? Read(ReadOnlySpan<byte> json, VariableValues into)
    {
        if (_variables.Length == 0)
            return null;
        const int few = 64;
        var places = _variables.Length <= few ? stackalloc int[_variables.Length] : new int[_variables.Length];
        places.Fill(-1);
        Locate(json, places);
        List<GraphError>? errors = null;
        for (var i = 0; i < places.Length; i++)
        {
            if (Take(i, json, places[i], into) is { } error)
                (errors ??= []).Add(error);
        }

        return errors is null ? null : new DocumentFailure(GraphFailureKind.Variables, errors);
    }

    private void Locate(ReadOnlySpan<byte> json, Span<int> places)
    {
        var at = JsonScan.SkipSpace(json, 0);
        if (at == json.Length || json[at] != '{')
            return;
        at++;
        var next = 0;
        while (JsonScan.NextMember(json, ref at, out var name))
        {
            if (_names.Find(name, ref next) is var index and >= 0)
                places[index] = at;
            at = JsonScan.SkipValue(json, at);
        }
    }

    private GraphError? Take(int index, ReadOnlySpan<byte> json, int at, VariableValues into)
    {
        var variable = _variables[index];
        var start = into.Buffer.Length;
        if (at < 0)
        {
            if (variable.Default is null)
                return variable.Type.NonNull ? Error($"Variable \"${variable.Name}\" of required type \"{variable.Type.TypeName}\" was not provided.") : null;
            System.Buffers.BuffersExtensions.Write(into.Buffer, variable.Default);
            into.Set(index, start);
            return null;
        }

        var failure = new InputFailure();
        if (variable.Type.Write(json, at, into.Buffer, failure))
        {
            into.Set(index, start);
            return null;
        }

        into.Buffer.Truncate(start);
        var place = failure.Path.Length == 0 ? "" : $" at \"{variable.Name}{failure.Path}\"";
        return Error($"Variable \"${variable.Name}\" got an invalid value{place}: {failure.Message}");
    }

    private static GraphError Error(string message) => new() { Message = message, Code = GraphCodes.BadUserInput };

    private sealed record Variable(string Name, InputValue Type, byte[]? Default);
}
