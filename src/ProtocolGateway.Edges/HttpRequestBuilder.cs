using System.Text;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges;

/// <summary>Makes the HTTP request of an OpenAPI operation from the JSON of its input: one member for each parameter, and one for the body. Compiled once; immutable.</summary>
internal sealed class HttpRequestBuilder
{
    private const string Json = "application/json";

    private readonly Operation _operation;
    private readonly string[] _literals;
    private readonly HttpInputParameter[] _path;
    private readonly HttpInputParameter[] _others;
    private readonly Field? _body;
    private readonly byte[] _bodyName;
    private readonly string _bodyType;

    private HttpRequestBuilder(Operation operation, string[] literals, HttpInputParameter[] path, HttpInputParameter[] others)
    {
        (_operation, _literals, _path, _others) = (operation, literals, path, others);
        _body = operation.Input.Fields.FirstOrDefault(static f => f.Location == FieldLocation.Body);
        _bodyName = Encoding.UTF8.GetBytes(_body?.JsonName ?? "");
        var types = operation.Http?.RequestMediaTypes ?? [];
        _bodyType = types.Contains(Json) ? Json : types.FirstOrDefault(static t => t.EndsWith("+json", StringComparison.Ordinal)) ?? Json;
    }

    /// <summary>Compiles the requests of an operation of <see cref="ContractKind.Http"/>.</summary>
    /// <exception cref="ArgumentException">The path has a variable that the operation's input lacks; readers of contracts declare them all.</exception>
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
            path.Add(new(fields.FirstOrDefault(f => f.Location == FieldLocation.Path && f.Name == name)
                ?? throw new ArgumentException($"{operation.FullName}: the path's variable \"{name}\" is not declared.", nameof(operation))));
            rest = rest[(close + 1)..];
        }

        literals.Add(rest);
        var others = fields.Where(static f => f.Location is FieldLocation.Query or FieldLocation.Header or FieldLocation.Cookie).Select(static f => new HttpInputParameter(f));
        return new(operation, [.. literals], [.. path], [.. others.Where(static p => p.Location != FieldLocation.Header || MayBeArgument(p.HeaderName))]);
    }

    /// <summary>Makes the request.</summary>
    /// <param name="input">A JSON object.</param>
    /// <param name="body">Takes the body, where there is one.</param>
    /// <param name="headers">What the client's request passes on; takes the parameters that are headers, each in place of what was passed on.</param>
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
            if (IsDotsOrNothing(target, before))
                return GatewayErrors.InvalidInput($"The argument \"{_path[i].Name}\" cannot be part of a path.");
            target.Append(_literals[i + 1]);
        }

        if (WriteOthers(input, target, headers) is { } error)
            return error;
        var at = _body is null ? -1 : JsonScan.FindMember(input, 0, _bodyName);
        // Null is no body, unless the contract takes it for one.
        var hasBody = at >= 0 && (_body is { Nullable: true } || !JsonScan.IsNull(input, at));
        if (hasBody)
            body.Write(input[at..JsonScan.SkipValue(input, at)]);
        else if (_operation.Http is { RequestBodyRequired: true })
            return GatewayErrors.InvalidInput("This operation needs a body.");
        head = new(_operation.HttpRules[0].Method, target.ToString(), hasBody ? _bodyType : null, hasBody ? body.Length : null, hasBody);
        return null;
    }

    private GatewayError? WriteOthers(ReadOnlySpan<byte> input, StringBuilder target, CallHeaders headers)
    {
        var query = false;
        List<(string Name, string Value)>? cookies = null;
        foreach (var parameter in _others)
        {
            if (parameter.Find(input) is not { IsEmpty: false } value)
                continue;
            if (parameter.Location == FieldLocation.Query)
                query = parameter.WriteQuery(value, target, query);
            else if (parameter.Location == FieldLocation.Cookie)
                (cookies ??= []).Add((parameter.Name, HttpInputParameter.ToCookie(value)));
            else if (!Replace(headers, parameter.HeaderName, parameter.ToHeader(value)))
                return GatewayErrors.InvalidInput($"The argument \"{parameter.Name}\" holds characters that no header may.");
        }

        if (cookies is not null)
            Replace(headers, "cookie", Merged(headers, cookies));
        return null;
    }

    private static bool IsDotsOrNothing(StringBuilder target, int start) => (target.Length - start) switch
    {
        0 => true,
        1 => target[start] == '.',
        2 => target[start] == '.' && target[start + 1] == '.',
        _ => false,
    };

    private static bool Replace(CallHeaders headers, string name, string value)
    {
        if (!ClientHeaders.IsWritable(value))
            return false;
        headers.Remove(name);
        return headers.TryAdd(name, value);
    }

    // A request has one Cookie header (RFC 6265, section 5.4): the client's own cookies stay, but for those that an argument gives.
    private static string Merged(CallHeaders headers, List<(string Name, string Value)> cookies)
    {
        var all = new List<string>();
        foreach (var (name, value) in headers.Items)
        {
            if (name == "cookie")
                all.AddRange(value.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        }

        all.RemoveAll(pair => cookies.Exists(c => pair.AsSpan(0, Math.Max(pair.IndexOf('=', StringComparison.Ordinal), 0)).Equals(c.Name, StringComparison.Ordinal)));
        all.AddRange(cookies.Select(static c => $"{c.Name}={c.Value}"));
        return string.Join("; ", all);
    }

    // What frames the message, speaks of the connection or is the gateway's own to say is no matter of arguments, whatever the contract declares.
    private static bool MayBeArgument(string name) =>
        HeaderNames.IsToken(name) && name != "content-encoding" && !name.StartsWith("x-forwarded-", StringComparison.Ordinal) && ClientHeaders.MayPass(name, grpc: false);
}
