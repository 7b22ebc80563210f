using System.Collections.Frozen;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.Rest.Routing;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.Rest.Binding;

/// <summary>Checks the query of an OpenAPI operation: only declared parameters, the required ones all there, every value of its type.</summary>
internal sealed class HttpQueryCheck
{
    private readonly FrozenDictionary<string, HttpParameter> _parameters;
    private readonly HttpParameter[] _required;
    private readonly HashSet<string> _members = new(StringComparer.Ordinal);
    private readonly BindingOptions _options;
    private readonly bool _takesAll;

    /// <param name="parameters">The query parameters.</param>
    /// <param name="objects">Those of them that are objects: their members travel as parameters of their own.</param>
    /// <param name="options">What to do with unknown parameters.</param>
    public HttpQueryCheck(HttpParameter[] parameters, Field[] objects, BindingOptions options)
    {
        _options = options;
        _parameters = parameters.DistinctBy(static p => p.Name, StringComparer.Ordinal).ToFrozenDictionary(static p => p.Name, StringComparer.Ordinal);
        // An object may be there by any of its members; a missing one is the backend's to find.
        _required = [.. parameters.Where(p => p.IsRequired && !Array.Exists(objects, o => o.Name == p.Name))];
        foreach (var field in objects)
        {
            var isForm = field.Style is null or { Name: "form", Explode: true };
            if (!isForm)
                continue;
            if (field.Type is MessageType { AdditionalProperties: null } message)
                _members.UnionWith(message.Fields.Select(static member => member.Name));
            else
                _takesAll = true;
        }
    }

    /// <summary>Null, or what is wrong with the raw query.</summary>
    public GatewayError? Check(ReadOnlySpan<char> query)
    {
        if (query.IsEmpty)
            return _required.Length == 0 ? null : Missing(_required[0]);
        // 64 flags on the stack hold what was given; an operation with more parameters has the rest looked for again.
        ulong given = 0;
        var pairs = new QueryReader(query);
        while (pairs.Read())
        {
            if (!Decode(pairs.Name, out var name) || !Decode(pairs.Value, out var value))
                return GatewayErrors.InvalidInput("A parameter of the query has a bad percent escape or is not UTF-8.");
            if (!_parameters.TryGetValue(name, out var parameter))
            {
                if (_takesAll || _members.Contains(name) || IsMember(name) || _options.Ignores(name))
                    continue;
                return GatewayErrors.UnknownParameter(name.Length <= 128 ? name : name[..128] + "...");
            }

            var flag = parameter.Index < 64 ? 1UL << parameter.Index : 0;
            if ((given & flag) != 0 && !parameter.IsList)
                return GatewayErrors.InvalidInput($"The parameter \"{name}\" is given more than once.");
            given |= flag;
            if (parameter.Check(value) is { } problem)
                return GatewayErrors.InvalidInput($"The parameter \"{name}\" {problem}.");
        }

        foreach (var parameter in _required)
        {
            if (parameter.Index < 64 ? (given & (1UL << parameter.Index)) == 0 : !Has(query, parameter.Name))
                return Missing(parameter);
        }

        return null;
    }

    private static GatewayError Missing(HttpParameter parameter) => GatewayErrors.InvalidInput($"The parameter \"{parameter.Name}\" is missing.");

    private static bool Decode(ReadOnlySpan<char> raw, out string text) =>
        PercentCoding.TryDecode(raw.IndexOf('+') < 0 ? raw : raw.ToString().Replace('+', ' '), keepSlashes: false, out text);

    private static bool Has(ReadOnlySpan<char> query, string name)
    {
        var pairs = new QueryReader(query);
        while (pairs.Read())
        {
            if (Decode(pairs.Name, out var other) && other == name)
                return true;
        }

        return false;
    }

    // deepObject: filter[status]=open. Some documents name lists with brackets themselves, and those were found by their whole name.
    private bool IsMember(string name)
    {
        var bracket = name.IndexOf('[');
        return bracket > 0 && name[^1] == ']' && _parameters.TryGetValue(name[..bracket], out var parameter) && !parameter.IsScalar;
    }
}
