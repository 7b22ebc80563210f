using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.GraphQL.Planning;
using ProtocolGateway.Edges.GraphQL.Schema;

namespace ProtocolGateway.Edges.GraphQL;

/// <summary>Says how a document would be carried out. No service is asked.</summary>
public sealed class GraphExplainer(GraphSchema schema, Catalog catalog, GraphLimits limits)
{
    private readonly SchemaPlans _plans = new(schema, catalog, limits);

    /// <summary>The plan of an operation as a readable tree.</summary>
    /// <param name="document">The document's text.</param>
    /// <param name="operationName">Which operation; null where there is one.</param>
    /// <param name="variables">The request's variables as a JSON object: they choose what is skipped and included; empty for none.</param>
    /// <param name="errors">What is wrong with the document or the variables, with line and column where known; empty where there is a plan.</param>
    /// <returns>The text; null after errors.</returns>
    public string? Explain(string document, string? operationName, ReadOnlySpan<byte> variables, out IReadOnlyList<string> errors)
    {
        errors = [];
        var failure = CompiledOperation.Compile(_plans, document, operationName, out var operation);
        OperationPlan? plan = null;
        if (failure is null)
        {
            using var values = new VariableValues(operation!.Variables.Names);
            failure = variables.IsEmpty ? null : JsonCheck.Check(variables) is { } wrong
                ? Planning.Documents.DocumentFailure.Of(Planning.Documents.GraphFailureKind.Variables, GraphCodes.BadUserInput, "The variables are " + wrong + ".")
                : operation.Variables.Read(variables, values);
            failure ??= operation.Plan(values, out plan);
        }

        if (failure is not null)
            errors = [.. failure.Errors.Select(static e => string.Concat(e.Locations.Take(1).Select(static l => $"{l.Line}:{l.Column}: ")) + e.Message)];
        return plan is null || failure is not null ? null : PlanText.Of(plan);
    }
}
