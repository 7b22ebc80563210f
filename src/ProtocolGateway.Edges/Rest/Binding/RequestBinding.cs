using System.Buffers;
using System.Text;
using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.Contracts.Codec.Parsing;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.Rest.Routing;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.Rest.Binding;

/// <summary>Reads path, query and body of a request to one gRPC route into the operation's input on the wire. Compiled once per route; thread-safe.</summary>
public sealed class RequestBinding
{
    private readonly Route _route;
    private readonly BindingOptions _options;
    private readonly Func<string, MessageType?> _resolveType;
    private readonly PathBinding[] _path;
    private readonly QueryBinding _query;
    private readonly UpdateMaskPlan? _mask;
    private JsonParsePlan? _body;

    private RequestBinding(Route route, BindingOptions options, Func<string, MessageType?> resolveType, PathBinding[] path, Field? bodyField)
    {
        (_route, _options, _resolveType, _path, BodyField) = (route, options, resolveType, path, bodyField);
        var rule = route.Rule;
        BodyKind = rule.Body switch { "" => RequestBodyKind.None, "*" => RequestBodyKind.Whole, _ => RequestBodyKind.Field };
        var input = route.Operation.Input;
        IsRawBody = BodyKind switch
        {
            RequestBodyKind.Whole => input.WellKnown == WellKnown.HttpBody,
            RequestBodyKind.Field => bodyField!.Type is MessageType { WellKnown: WellKnown.HttpBody },
            _ => false,
        };
        _query = new(input, BodyKind, bodyField, path, options);
        _mask = UpdateMaskPlan.Compile(rule, input, bodyField, options.Codec.MaxDepth);
        if (_mask is not null && path.Any(p => p.Canonical == _mask.Mask.Name))
            _mask = null;
    }

    /// <summary>What the body is bound to.</summary>
    public RequestBodyKind BodyKind { get; }

    /// <summary>The field that the body is bound to; null unless <see cref="RequestBodyKind.Field"/>.</summary>
    public Field? BodyField { get; }

    /// <summary>The body is a google.api.HttpBody: any media type, taken as it comes.</summary>
    public bool IsRawBody { get; }

    /// <summary>Compiles the binding of a gRPC route; null where the rule does not fit the input.</summary>
    /// <param name="route">Of an operation of <see cref="ContractKind.Grpc"/>.</param>
    /// <param name="options">How values are read.</param>
    /// <param name="resolveType">Finds messages by full name, for Any.</param>
    /// <param name="whyNot">What does not fit.</param>
    public static RequestBinding? Compile(Route route, BindingOptions options, Func<string, MessageType?> resolveType, out string? whyNot)
    {
        var input = route.Operation.Input;
        var rule = route.Rule;
        whyNot = null;
        Field? body = null;
        if (rule.Body is not ("" or "*"))
        {
            body = input.FindField(rule.Body);
            if (body is null)
                whyNot = $"the body \"{rule.Body}\" is not a field of {input.FullName}";
        }

        var path = new PathBinding[route.Template.Variables.Count];
        for (var i = 0; i < path.Length && whyNot is null; i++)
            whyNot = CompileVariable(route, route.Template.Variables[i], body, options, out path[i]);
        return whyNot is null ? new(route, options, resolveType, path, body) : null;
    }

    /// <summary>Writes the request message: body first, then the path, which wins over the body, then the query.</summary>
    /// <param name="match">The match of this route.</param>
    /// <param name="rawTarget">The target that was matched.</param>
    /// <param name="body">The whole body; one item of it where the client streams. Empty for none.</param>
    /// <param name="output">Takes the message, without frame; to be thrown away after an error.</param>
    /// <param name="contentType">The body's media type; used for a raw body only.</param>
    /// <returns>Null, or what is wrong with the request.</returns>
    public GatewayError? Bind(in RouteMatch match, ReadOnlySpan<char> rawTarget, ReadOnlySequence<byte> body, IBufferWriter<byte> output, string? contentType = null)
    {
        var hasBody = BodyKind != RequestBodyKind.None && !body.IsEmpty;
        if (hasBody && (IsRawBody ? BindRaw(body, contentType, output) : BindJson(body, output)) is { } badBody)
            return badBody;
        if (_path.Length > 0 && BindPath(match, rawTarget, output) is { } badPath)
            return badPath;
        var query = match.Query(rawTarget);
        var seen = default(SeenFields);
        var error = query.IsEmpty ? null : _query.Bind(query, hasBody, output, ref seen);
        if (error is null && hasBody && _mask is not null && !seen.Contains(_mask.Mask.Name))
            _mask.Write(body, output);
        seen.Release();
        return error;
    }

    /// <summary>The original names of the field that variable number <paramref name="variable"/> sets.</summary>
    internal string PathField(int variable) => _path[variable].Canonical;

    /// <summary>The original names of the field that a query parameter sets, a map's key in brackets; null for none.</summary>
    internal string? QueryFieldOf(string decodedName)
    {
        var field = _query.Find(decodedName, out var key, out _);
        return field is null ? null : field.IsMap ? $"{field.Canonical}[{key}]" : field.Canonical;
    }

    internal static GatewayError BadValue(string field, CodecError error) =>
        GatewayErrors.InvalidInput(error.Path.Length == 0 ? $"{field}: {error.Message}" : error.ToString());

    private static string? CompileVariable(Route route, TemplateVariable variable, Field? body, BindingOptions options, out PathBinding binding)
    {
        binding = null!;
        if (FieldPaths.Resolve(route.Operation.Input, variable.Name, out var whyNot) is not { } fields)
            return whyNot;
        if (fields[^1].Type is ListType or MapType)
            return $"the variable \"{variable.Name}\" is a repeated field";
        if (!FieldPaths.IsText(fields[^1].Type))
            return $"the variable \"{variable.Name}\" is a message";
        if (body is not null && fields.Length == 1 && ReferenceEquals(fields[0], body))
            return $"the variable \"{variable.Name}\" is the body as well";
        if (TextValuePlan.Compile(fields, options.Codec, out whyNot) is not { } plan)
            return whyNot ?? $"the variable \"{variable.Name}\" cannot be read from a text";
        var keepSlashes = variable.IsMulti && !route.Rule.FullyDecodeReservedExpansion;
        binding = new(FieldPaths.Canonical(fields), plan, keepSlashes, FieldPaths.Choices(fields));
        return null;
    }

    // Compiled on first use: of thousands of routes few are ever called.
    private GatewayError? BindJson(ReadOnlySequence<byte> body, IBufferWriter<byte> output)
    {
        _body ??= BodyKind == RequestBodyKind.Whole
            ? JsonParsePlan.Compile(_route.Operation.Input, _options.Codec, _resolveType)
            : JsonParsePlan.CompileField(BodyField!, _options.Codec, _resolveType);
        return _body.Parse(body, output) is { } error ? GatewayErrors.InvalidInput(error.ToString()) : null;
    }

    // google.api.HttpBody: content_type = 1, data = 2.
    private GatewayError? BindRaw(ReadOnlySequence<byte> body, string? contentType, IBufferWriter<byte> output)
    {
        if (body.Length > int.MaxValue / 2)
            return GatewayErrors.RequestTooLarge(int.MaxValue / 2);
        var type = contentType is null ? [] : Encoding.UTF8.GetBytes(contentType);
        if (BodyField is not null)
            Wire.WriteTagAndLength(output, BodyField.Number, Wire.FieldSize(1, type.Length) + Wire.FieldSize(2, (int)body.Length));
        Wire.WriteBytes(output, 1, type);
        Wire.WriteTagAndLength(output, 2, (int)body.Length);
        foreach (var piece in body)
            output.Write(piece.Span);
        return null;
    }

    private GatewayError? BindPath(in RouteMatch match, ReadOnlySpan<char> rawTarget, IBufferWriter<byte> output)
    {
        var text = new DecodedText(stackalloc byte[DecodedText.StackSize]);
        GatewayError? error = null;
        for (var i = 0; i < _path.Length && error is null; i++)
        {
            var binding = _path[i];
            if (!text.TryDecode(match.Raw(i, rawTarget), binding.KeepSlashes, plusIsSpace: false, out var value))
                error = GatewayErrors.InvalidInput($"{binding.Canonical}: a bad percent escape, or not UTF-8.");
            else if (binding.Value.Write(value, output) is { } failed)
                error = BadValue(binding.Canonical, failed);
        }

        text.Release();
        return error;
    }
}
