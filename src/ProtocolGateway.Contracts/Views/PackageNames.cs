using System.Globalization;

namespace ProtocolGateway.Contracts.Views;

/// <summary>
/// Gives each configured service a package of its own: <c>inventory</c> of the service inventory, or <c>inventory_http</c> where contracts declare something in
/// that package themselves.
/// </summary>
internal sealed class PackageNames
{
    private readonly ViewNames _names;
    private readonly HashSet<string> _declared = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    public PackageNames(ViewNames names, IReadOnlyCollection<string> protoNames)
    {
        _names = names;
        foreach (var name in protoNames)
        {
            _declared.Add(name);
            for (var at = name.IndexOf('.', StringComparison.Ordinal); at >= 0; at = name.IndexOf('.', at + 1))
                _declared.Add(name[..at]);
        }
    }

    /// <summary>Keeps the packages that services were given for them.</summary>
    public void Reserve(IEnumerable<string> services)
    {
        foreach (var service in services)
        {
            if (_names.Find("package", service) is { } known)
                _taken.Add(known);
        }
    }

    /// <summary>The service's package. One that was given out before stays, as long as contracts declare nothing in it.</summary>
    public string Take(string service)
    {
        if (_names.Find("package", service) is { } known && !_declared.Contains(known))
            return known;
        var wanted = ViewText.Snake(service);
        var name = wanted;
        for (var i = 1; _declared.Contains(name) || !_taken.Add(name); i++)
            name = i == 1 ? wanted + "_http" : string.Create(CultureInfo.InvariantCulture, $"{wanted}_http{i}");
        return _names.Give("package", service, name);
    }
}
