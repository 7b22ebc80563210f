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
    /// <summary>The plan of a route; null, with a diagnostic, where it cannot be served.</summary>
    public static RestRoutePlan? Compile(Route route, RestEdgeOptions options, Func<string, MessageType?> find, List<Diagnostic> diagnostics)
    {
        var binding = options.Binding(route.Service);
        return route.Operation.Kind == ContractKind.Http
            ? new()
            {
                Operation = route.Operation,
                Service = route.Service.Name,
                Timeout = TimeoutOf(route.Operation, options),
                BindTarget = HttpBinding.Compile(route, binding, diagnostics).Bind,
            }
            : CompileGrpc(route, options, binding, find, diagnostics);
    }

    private static RestRoutePlan? CompileGrpc(Route route, RestEdgeOptions options, BindingOptions binding, Func<string, MessageType?> find, List<Diagnostic> diagnostics)
    {
        var operation = route.Operation;
        if (operation.Output is not MessageType output || RequestBinding.Compile(route, binding, find, diagnostics) is not { } request)
            return null;
        Field? field = null;
        if (route.Rule.ResponseBody is not ("" or "*"))
        {
            field = output.FindField(route.Rule.ResponseBody);
            if (field is null)
            {
                diagnostics.Add(new(Severity.Error, route.Rule.Source,
                    $"The rule \"{route}\" of {operation} cannot be served: the response_body \"{route.Rule.ResponseBody}\" is not a field of {output.FullName}. The rule is left out; correct it."));
                return null;
            }
        }

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
