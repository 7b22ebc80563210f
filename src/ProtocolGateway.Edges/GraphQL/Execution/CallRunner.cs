using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Planning;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.Envelope.Telemetry;

namespace ProtocolGateway.Edges.GraphQL.Execution;

/// <summary>Carries the calls of operations through the spine. One for the edge.</summary>
/// <param name="pipeline">The spine.</param>
/// <param name="options">The settings.</param>
/// <param name="log">Where incidents are logged.</param>
/// <param name="details">Writes the details of a service's error; null for none.</param>
internal sealed class CallRunner(CallHandler pipeline, GraphEdgeOptions options, ILogger log, StatusDetails? details = null)
{
    /// <summary>Makes one call. Never throws for what a backend does.</summary>
    /// <param name="plan">What is called.</param>
    /// <param name="input">The input as one JSON object; the wanted fields are added to it.</param>
    /// <param name="caller">Who asks.</param>
    /// <returns>The answer, which the taker disposes of.</returns>
    public ValueTask<CallAnswer> RunAsync(CallPlan plan, PooledBuffer input, CallerContext caller) => RunAsync(plan, input, caller, null);

    /// <summary>Makes the call of a subscription's source.</summary>
    /// <param name="plan">What is called.</param>
    /// <param name="input">The input as one JSON object.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="onEvent">Takes each message; the next is read when it is done.</param>
    /// <returns>How the stream ended; the taker disposes of it.</returns>
    public ValueTask<CallAnswer> StreamAsync(CallPlan plan, PooledBuffer input, CallerContext caller, SourceEvent onEvent) => RunAsync(plan, input, caller, onEvent);

    /// <summary>Puts an error in place of an answer that turned out to be of no use.</summary>
    public void Reject(CallPlan plan, CallAnswer answer, GatewayError error)
    {
        answer.Error = error;
        answer.Json.Clear();
        NoteIncident(plan, answer, null);
    }

    /// <summary>Logs that a value of an answer is not of its type.</summary>
    /// <param name="problem">Field and type; nothing of the value.</param>
    /// <returns>The incident's id.</returns>
    public string NoteBadValue(string problem)
    {
        var id = Incidents.NewId();
        GraphEdgeLog.BadValue(log, id, problem);
        return id;
    }

    private async ValueTask<CallAnswer> RunAsync(CallPlan plan, PooledBuffer input, CallerContext caller, SourceEvent? onEvent)
    {
        var answer = new CallAnswer(plan.Service);
        using var request = new PooledBuffer();
        using var stop = plan.StreamLimit > 0 ? CancellationTokenSource.CreateLinkedTokenSource(caller.Cancelled) : null;
        var call = new GraphCall(plan, options, caller, answer, request)
        {
            Operation = plan.Operation,
            Edge = EdgeNames.GraphQL,
            OnEvent = onEvent,
            Stop = stop,
            Cancelled = stop?.Token ?? caller.Cancelled,
            CallerAddress = caller.Address,
            Deadline = caller.DeadlineOf(plan.Timeout),
        };
        answer.Error = caller.AddHeaders(plan.Operation.Kind == ContractKind.Grpc, call.Headers) ?? Prepare(plan, input, request, call);
        if (answer.Error is null)
            await pipeline(call);
        NoteIncident(plan, answer, call);
        if (answer.Error is { StatusDetails.IsEmpty: false } error)
            answer.Details = DetailsOf(error);
        return answer;
    }

    private static GatewayError? Prepare(CallPlan plan, PooledBuffer input, PooledBuffer request, GraphCall call)
    {
        // A client that says the wanted fields itself, in an input that other operations have too, is left to it.
        if (plan.ReadMask is { } mask && input.Length > 0 && JsonScan.FindMember(input.WrittenSpan, 0, NameIn(mask)) < 0)
        {
            input.Truncate(input.Length - 1);
            if (input.WrittenSpan[^1] != '{')
                input.Write(","u8);
            input.Write(mask);
            input.Write("}"u8);
        }

        // An input that is not said at all is an empty message.
        if (plan.Http is null && input.Length == 0)
            return null;
        if (plan.Http is null)
            return plan.Parse!.Parse(input.WrittenSpan, request) is { } wrong ? GatewayErrors.InvalidInput(wrong.ToString()) : null;
        var error = plan.Http.Build(input.WrittenSpan, request, call.Headers, out var head);
        call.HttpRequest = head;
        return error;
    }

    private static ReadOnlySpan<byte> NameIn(ReadOnlySpan<byte> member) => member[1..member.IndexOf("\":"u8)];

    private byte[]? DetailsOf(GatewayError error)
    {
        if (details is null)
            return null;
        using var buffer = new PooledBuffer();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
            details.Write(writer, error.StatusDetails);
        return buffer.WrittenSpan.ToArray();
    }

    private void NoteIncident(CallPlan plan, CallAnswer answer, GraphCall? call)
    {
        if (answer.Error is not { } error || !Incidents.Is(error))
            return;
        answer.IncidentId = call?.IncidentId ?? Incidents.NewId();
        if (call is not null)
            call.IncidentId = answer.IncidentId;
        GraphEdgeLog.CallFailed(log, answer.IncidentId, plan.Operation.FullName, error.ToString());
    }
}
