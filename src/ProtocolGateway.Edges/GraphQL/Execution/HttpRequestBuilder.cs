using System.Buffers;
using System.Text;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.GraphQL.Execution;

/// <summary>Makes the HTTP request of an OpenAPI operation from the JSON of its input: one member for each parameter, and one for the body. Compiled once; immutable.</summary>
internal sealed class HttpRequestBuilder
{
    private readonly Operation _operation;
    private readonly string[] _literals;
    private readonly HttpInputParameter[] _path;
    private readonly HttpInputParameter[] _others;
    private readonly byte[]? _body;

    private HttpRequestBuilder(Operation operation, string[] literals, HttpInputParameter[] path, HttpInputParameter[] others, byte[]? body) =>
        (_operation, _literals, _path, _others, _body) = (operation, literals, path, others, body);

    /// <summary>Compiles the requests of an operation of <see cref="ContractKind.Http"/>.</summary>
    public static HttpRequestBuilder Compile(Operation operation)
    {
        var fields = operation.Input.Fields;
        var literals = new List<string>();
        var path = new List<HttpInputParameter>();
        var rest = operation.Http?.ServerPath + operation.HttpRules[0].Template;
        while (rest.IndexOf('{', StringComparison.Ordinal) is var open and >= 0 && rest.IndexOf('}', open) is var close and > 0)
        {
            var name = rest[(open + 1)..close];
            literals.Add(rest[..open]);
            path.Add(new(fields.First(f => f.Location == FieldLocation.Path && f.Name == name)));
            rest = rest[(close + 1)..];
        }

        literals.Add(rest);
        var others = fields.Where(static f => f.Location is FieldLocation.Query or FieldLocation.Header or FieldLocation.Cookie).Select(static f => new HttpInputParameter(f));
        var body = fields.FirstOrDefault(static f => f.Location == FieldLocation.Body);
        return new(operation, [.. literals], [.. path], [.. others], body is null ? null : Encoding.UTF8.GetBytes(body.JsonName));
    }

    /// <summary>Makes the request.</summary>
    /// <param name="input">A JSON object.</param>
    /// <param name="body">Takes the body, where there is one.</param>
    /// <param name="headers">Takes the parameters that are headers.</param>
    /// <param name="head">The request line.</param>
    /// <returns>Null, or what is wrong with the input.</returns>
    public GatewayError? Build(ReadOnlySpan<byte> input, PooledBuffer body, CallHeaders headers, out HttpRequestHead? head)
    {
        head = null;
        var target = new StringBuilder(_literals[0]);
        for (var i = 0; i < _path.Length; i++)
        {
            var before = target.Length;
            if (_path[i].Find(input) is not { IsEmpty: false } value)
                return GatewayErrors.InvalidInput($"The argument \"{_path[i].Name}\" is needed.");
            _path[i].WritePath(value, target);
            // Such a segment would lead to another path (RFC 3986, section 5.2.4), an empty one to another operation.
            if (target.ToString(before, target.Length - before) is "" or "." or "..")
                return GatewayErrors.InvalidInput($"The argument \"{_path[i].Name}\" cannot be part of a path.");
            target.Append(_literals[i + 1]);
        }

        if (WriteOthers(input, target, headers) is { } error)
            return error;
        var at = _body is null ? -1 : JsonScan.FindMember(input, 0, _body);
        var hasBody = at >= 0;
        if (hasBody)
            body.Write(input[at..JsonScan.SkipValue(input, at)]);
        else if (_operation.Http is { RequestBodyRequired: true })
            return GatewayErrors.InvalidInput("This operation needs a body.");
        head = new(_operation.HttpRules[0].Method, target.ToString(), hasBody ? "application/json" : null, hasBody ? body.Length : null, hasBody);
        return null;
    }

    private GatewayError? WriteOthers(ReadOnlySpan<byte> input, StringBuilder target, CallHeaders headers)
    {
        var query = false;
        var cookies = new StringBuilder();
        foreach (var parameter in _others)
        {
            if (parameter.Find(input) is not { IsEmpty: false } value)
                continue;
            if (parameter.Location == FieldLocation.Query)
            {
                query = parameter.WriteQuery(value, target, query);
                continue;
            }

            var text = HttpInputParameter.ToText(value);
            if (!ClientHeaders.IsWritable(text))
                return GatewayErrors.InvalidInput($"The argument \"{parameter.Name}\" holds characters that no header may.");
            if (parameter.Location == FieldLocation.Header)
                headers.TryAdd(parameter.Name.ToLowerInvariant(), text);
            else
                cookies.Append(cookies.Length > 0 ? "; " : "").Append(parameter.Name).Append('=').Append(Uri.EscapeDataString(text));
        }

        if (cookies.Length > 0)
            headers.TryAdd("cookie", cookies.ToString());
        return null;
    }
}
