using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.AspNetCore.Http;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.Rest.Routing;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.Rest.Binding;

/// <summary>
/// Checks a request to one OpenAPI route against its contract and gives the path at the backend. The path is put together from the contract's own
/// literals and the captured texts, still escaped; the query goes on as it came. Compiled once per route; thread-safe.
/// </summary>
public sealed class HttpBinding
{
    private readonly string[] _literals;
    private readonly HttpParameter?[] _path;
    private readonly HttpQueryCheck _query;
    private readonly HttpParameter[] _headers;

    private HttpBinding(string[] literals, HttpParameter?[] path, HttpQueryCheck query, HttpParameter[] headers) =>
        (_literals, _path, _query, _headers) = (literals, path, query, headers);

    /// <summary>Compiles the binding of an OpenAPI route.</summary>
    /// <param name="route">Of an operation of <see cref="ContractKind.Http"/>.</param>
    /// <param name="options">What to do with unknown parameters.</param>
    /// <param name="diagnostics">Takes checks that cannot be made.</param>
    public static HttpBinding Compile(Route route, BindingOptions options, List<Diagnostic> diagnostics)
    {
        var operation = route.Operation;
        HttpParameter One(Field field, int index)
        {
            var parameter = HttpParameter.Compile(field, index, out var weakened);
            if (weakened is not null)
                diagnostics.Add(new(Severity.Warning, operation.Source, $"The pattern \"{weakened}\" of the parameter \"{field.Name}\" cannot be read; it is not checked."));
            return parameter;
        }

        HttpParameter[] Of(FieldLocation location) => [.. operation.Input.Fields.Where(f => f.Location == location).Select(One)];
        var path = Of(FieldLocation.Path);
        var objects = operation.Input.Fields.Where(static f => f.Location == FieldLocation.Query && f.Type is not (ScalarType or EnumType or ListType));
        return new(
            Literals(route),
            [.. route.Template.Variables.Select(variable => Array.Find(path, p => p.Name == variable.Name))],
            new HttpQueryCheck(Of(FieldLocation.Query), [.. objects], options),
            [.. Of(FieldLocation.Header).Where(static header => !IsHttpsOwn(header.Name))]);
    }

    /// <summary>Checks a request and writes its path and query for the backend.</summary>
    /// <param name="match">The match of this route.</param>
    /// <param name="rawTarget">The target that was matched.</param>
    /// <param name="headers">The request's headers.</param>
    /// <param name="pathAndQuery">As it goes on the wire; empty after an error.</param>
    /// <returns>Null, or what is wrong with the request.</returns>
    public GatewayError? Bind(in RouteMatch match, ReadOnlySpan<char> rawTarget, IHeaderDictionary headers, out string pathAndQuery)
    {
        pathAndQuery = "";
        var query = match.Query(rawTarget);
        if (CheckPath(match, rawTarget) is { } badPath)
            return badPath;
        if (_query.Check(query) is { } badQuery)
            return badQuery;
        if (CheckHeaders(headers) is { } badHeader)
            return badHeader;
        var text = new DefaultInterpolatedStringHandler(_literals.Length, _literals.Length);
        text.AppendLiteral(_literals[0]);
        for (var i = 1; i < _literals.Length; i++)
        {
            PercentCoding.AppendRaw(ref text, match.Raw(i - 1, rawTarget));
            text.AppendLiteral(_literals[i]);
        }

        if (match.QueryStart < rawTarget.Length)
        {
            text.AppendLiteral("?");
            text.AppendFormatted(query);
        }

        pathAndQuery = text.ToStringAndClear();
        return null;
    }

    // OpenAPI 3.0, "Parameter Object": definitions of these three are to be ignored.
    private static bool IsHttpsOwn(string header) =>
        header.Equals("accept", StringComparison.OrdinalIgnoreCase)
        || header.Equals("content-type", StringComparison.OrdinalIgnoreCase)
        || header.Equals("authorization", StringComparison.OrdinalIgnoreCase);

    // The texts around the variables: one more than there are variables.
    private static string[] Literals(Route route)
    {
        var literals = new List<string>();
        var text = new StringBuilder(route.Operation.Http?.ServerPath.TrimEnd('/'));
        foreach (var segment in route.Template.Segments.Skip(route.PrefixSegments))
        {
            text.Append('/');
            IReadOnlyList<string> parts = segment.Kind switch { SegmentKind.Literal => [segment.Literal], SegmentKind.Partial => segment.Parts, _ => ["", ""] };
            for (var i = 0; i < parts.Count; i++)
            {
                if (i > 0)
                {
                    literals.Add(text.ToString());
                    text.Clear();
                }

                PercentCoding.AppendEscaped(text, parts[i]);
            }
        }

        if (route.Template.Verb.Length > 0)
            PercentCoding.AppendEscaped(text.Append(':'), route.Template.Verb);
        if (literals.Count == 0 && text.Length == 0)
            text.Append('/');
        literals.Add(text.ToString());
        return [.. literals];
    }

    private GatewayError? CheckPath(in RouteMatch match, ReadOnlySpan<char> rawTarget)
    {
        for (var i = 0; i < _path.Length; i++)
        {
            var raw = match.Raw(i, rawTarget);
            var parameter = _path[i];
            if (PercentCoding.HasDotSegment(raw))
                return GatewayErrors.InvalidInput($"The path parameter \"{parameter?.Name}\" would lead to another path.");
            if (parameter is null)
                continue;
            if (!PercentCoding.TryDecode(raw, keepSlashes: false, out var value))
                return GatewayErrors.InvalidInput($"The path parameter \"{parameter.Name}\" has a bad percent escape or is not UTF-8.");
            if (parameter.Check(value) is { } problem)
                return GatewayErrors.InvalidInput($"The path parameter \"{parameter.Name}\" {problem}.");
        }

        return null;
    }

    private GatewayError? CheckHeaders(IHeaderDictionary headers)
    {
        foreach (var parameter in _headers)
        {
            var values = headers[parameter.Name];
            if (values.Count == 0)
            {
                if (parameter.IsRequired)
                    return GatewayErrors.InvalidInput($"The header \"{parameter.Name}\" is missing.");
                continue;
            }

            foreach (var value in values)
            {
                if (parameter.Check(value ?? "") is { } problem)
                    return GatewayErrors.InvalidInput($"The header \"{parameter.Name}\" {problem}.");
            }
        }

        return null;
    }
}
