using System.Globalization;
using System.Text;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Execution;

namespace ProtocolGateway.Edges.GraphQL.Planning;

/// <summary>Prints a plan as a tree that people can read: the calls, what each waits for, what goes in, what is taken of the answer, and where it is written.</summary>
internal sealed class PlanText
{
    private readonly StringBuilder _text = new();
    private readonly OperationPlan _plan;

    private PlanText(OperationPlan plan) => _plan = plan;

    /// <summary>The text, a line for each thing.</summary>
    public static string Of(OperationPlan plan)
    {
        var printer = new PlanText(plan);
        printer.Calls();
        printer._text.Append("data\n");
        printer.Members(plan.Root, 1);
        return printer._text.ToString();
    }

    private void Calls()
    {
        Line(0, $"{_plan.Kind.ToString().ToLowerInvariant()}, cost {_plan.Cost.Evaluate(VariableValues.None)}");
        var serial = _plan.Kind == GraphOperationKind.Mutation;
        foreach (var fetch in _plan.Fetches)
        {
            Line(1, $"{Name(fetch)}: {Target(fetch.Call)}{(serial && fetch.Index > 0 ? $", after {Name(_plan.Fetches[fetch.Index - 1])}" : "")}");
            Detail("input", fetch.Input.Signature);
            Answer(fetch.Call);
        }

        foreach (var join in _plan.Joins)
        {
            var parents = join.ParentFetches.Select(Name).Concat(join.ParentJoins.Select(Name));
            Line(1, $"{Name(join)}: {Target(join.Call)}, after {string.Join(", ", parents)}");
            Line(2, join.Join.IsBatch ? $"one call for up to {join.Join.MaxBatch} distinct keys" : "one call for each distinct key");
            foreach (var argument in join.Join.Arguments)
                Line(2, $"{string.Join('.', argument.Parent)} -> {string.Join('.', argument.JsonPath)}{(argument.Key is null ? "" : $", found again by {string.Join('.', argument.Key)}")}");
            Detail("input", join.Arguments.Signature);
            Answer(join.Call);
        }
    }

    private void Answer(CallPlan call)
    {
        if (call.ReadMask is { } mask)
            Line(2, "read mask " + Encoding.UTF8.GetString(mask));
        if (call.StreamLimit > 0)
            Line(2, $"at most {call.StreamLimit.ToString(CultureInfo.InvariantCulture)} messages");
        Detail("takes", call.Wanted?.ToString() ?? "");
    }

    private void Detail(string what, string text)
    {
        if (text.Length > 0 && text != "{}")
            Line(2, $"{what} {text}");
    }

    private void Members(SelectionPlan plan, int level)
    {
        foreach (var field in plan.Fields)
        {
            Line(level, $"{field.ResponseName} <- {SourceOf(plan, field)}");
            Below(field.Value, level + 1);
        }
    }

    private void Below(ValuePlan value, int level)
    {
        if (value.Element is { } element)
        {
            Below(element, level);
        }
        else if (value.Object is { } plan)
        {
            Members(plan, level);
        }
        else if (value.Union is { } union)
        {
            foreach (var member in union.Members)
            {
                Line(level, "... on " + member.Object.Type.Name);
                Members(member.Object, level + 1);
            }
        }
    }

    private static string SourceOf(SelectionPlan plan, OutputField field) => field.Source switch
    {
        OutputSource.Fetch => Name(field.Fetch!),
        OutputSource.Join => Name(field.Join!.Plan),
        OutputSource.Constant => Short(Encoding.UTF8.GetString(field.Constant!)),
        OutputSource.Introspection => "the schema",
        OutputSource.Self => "the same object",
        OutputSource.Presence => plan.Properties[field.Property] + ", true where it is there",
        _ => plan.Properties[field.Property],
    };

    private static string Short(string text)
    {
        const int longest = 60;
        return text.Length <= longest ? text : text[..longest] + "...";
    }

    private static string Name(FetchPlan fetch) => $"call {fetch.Index + 1}";

    private static string Name(JoinPlan join) => $"join {join.Index + 1}";

    private static string Target(CallPlan call) => $"{call.Operation.FullName} of {call.Service} ({(call.Operation.Kind == ContractKind.Grpc ? "gRPC" : "HTTP")})";

    private void Line(int level, string text) => _text.Append(' ', level * 2).Append(text).Append('\n');
}
