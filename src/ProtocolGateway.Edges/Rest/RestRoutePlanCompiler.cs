using System.Buffers;
using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.Contracts.Codec.Formatting;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.Rest.Binding;
using ProtocolGateway.Edges.Rest.Routing;

namespace ProtocolGateway.Edges.Rest;

/// <summary>Compiles routes to plans at load.</summary>
internal static class RestRoutePlanCompiler
{
    /// <summary>The plan of a route; null where it cannot be served.</summary>
    /// <param name="route">The route.</param>
    /// <param name="options">The settings.</param>
    /// <param name="find">Finds messages by full name.</param>
    /// <param name="diagnostics">Takes what is served with less than the contract says.</param>
    /// <param name="whyNot">Why there is no plan.</param>
    public static RestRoutePlan? Compile(Route route, RestEdgeOptions options, Func<string, MessageType?> find, List<Diagnostic> diagnostics, out string? whyNot)
    {
        whyNot = null;
        var binding = options.Binding(route.Service);
        return route.Operation.Kind == ContractKind.Http
            ? new()
            {
                Operation = route.Operation,
                Service = route.Service.Name,
                Timeout = TimeoutOf(route.Operation, options),
                BindTarget = HttpBinding.Compile(route, binding, diagnostics).Bind,
                Locations = LocationMapping.Compile(route),
            }
            : CompileGrpc(route, options, binding, find, out whyNot);
    }

    private static RestRoutePlan? CompileGrpc(Route route, RestEdgeOptions options, BindingOptions binding, Func<string, MessageType?> find, out string? whyNot)
    {
        var operation = route.Operation;
        var request = RequestBinding.Compile(route, binding, find, out whyNot);
        var output = operation.Output as MessageType;
        if (output is null)
            whyNot ??= "what it answers is no message";
        Field? field = null;
        if (route.Rule.ResponseBody is not ("" or "*") && output is not null)
        {
            field = output.FindField(route.Rule.ResponseBody);
            if (field is null)
                whyNot ??= $"the response_body \"{route.Rule.ResponseBody}\" is not a field of {output.FullName}";
        }

        if (whyNot is not null || request is null || output is null)
            return null;
        var raw = field is null ? output.WellKnown == WellKnown.HttpBody : field.Type is MessageType { WellKnown: WellKnown.HttpBody };
        return new()
        {
            Operation = operation,
            Service = route.Service.Name,
            Timeout = TimeoutOf(operation, options),
            Bind = request.Bind,
            ReadsBody = request.BodyKind != RequestBodyKind.None,
            RawRequest = request.IsRawBody,
            RawRequestField = request.BodyField?.Number ?? 0,
            RawAnswer = raw,
            RawAnswerField = field?.Number ?? 0,
            Format = raw ? null : new Formatter(output, field, binding.Codec, find).Format,
        };
    }

    private static TimeSpan? TimeoutOf(Operation operation, RestEdgeOptions options) =>
        options.Timeouts.TryGetValue(operation.FullName, out var own) ? own
        : operation.Shape == Shape.Unary ? options.DefaultTimeout : null;

    /// <summary>Compiled on first use: of thousands of routes few are ever called. Two threads may compile the same at once; either result serves.</summary>
    private sealed class Formatter(MessageType type, Field? field, CodecOptions options, Func<string, MessageType?> find)
    {
        private JsonFormatPlan? _plan;

        public CodecError? Format(ReadOnlySequence<byte> message, IBufferWriter<byte> output)
        {
            _plan ??= field is null ? JsonFormatPlan.Compile(type, options, find) : JsonFormatPlan.CompileField(type, field, options, find);
            return _plan.Format(message, output);
        }
    }
}
