using System.Text.Json;
using GraphQL;
using GraphQL.SystemTextJson;
using GraphQL.Types;
using GraphQLParser.AST;

namespace ProtocolGateway.Edges.GraphQL.Planning.Documents;

/// <summary>Answers <c>__schema</c> and <c>__type</c>. No call is made for them, and no service is asked.</summary>
internal sealed class Introspector(ISchema schema)
{
    private static readonly GraphQLSerializer Serializer = new();
    private static readonly DocumentExecuter Executer = new();

    /// <summary>The fields of a root that this class answers.</summary>
    public static bool Answers(GraphQLField field) => field.Name.Value == "__schema" || field.Name.Value == "__type";

    /// <summary>The answer of one field of the root.</summary>
    /// <param name="document">The document, valid.</param>
    /// <param name="operation">The operation in it.</param>
    /// <param name="field">The field, with what is asked of it.</param>
    /// <param name="variables">The JSON object that the request has for variables; empty for none.</param>
    /// <returns>JSON.</returns>
    public byte[] Answer(GraphQLDocument document, GraphQLOperationDefinition operation, IReadOnlyList<GraphQLField> field, ReadOnlySpan<byte> variables)
    {
        var alone = new GraphQLOperationDefinition(new GraphQLSelectionSet([.. field]))
        {
            Operation = OperationType.Query,
            Variables = operation.Variables,
        };
        var part = new GraphQLDocument([alone, .. document.Definitions.OfType<GraphQLFragmentDefinition>()]) { Source = document.Source };
        var options = new ExecutionOptions
        {
            Schema = schema,
            Document = part,
            ValidationRules = [],
            Variables = variables.IsEmpty ? null : Serializer.Deserialize<global::GraphQL.Inputs>(System.Text.Encoding.UTF8.GetString(variables)),
        };
        // Nothing here waits: the resolvers of introspection read the schema.
        var result = Executer.ExecuteAsync(options).GetAwaiter().GetResult();
        using var json = JsonDocument.Parse(Serializer.Serialize(result));
        var name = (field[0].Alias?.Name ?? field[0].Name).StringValue;
        return json.RootElement.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var value)
            ? JsonSerializer.SerializeToUtf8Bytes(value)
            : "null"u8.ToArray();
    }
}
