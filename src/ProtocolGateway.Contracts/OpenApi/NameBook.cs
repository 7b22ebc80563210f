namespace ProtocolGateway.Contracts.OpenApi;

/// <summary>Gives out names that are unique in one contract, the same ones for the same document.</summary>
internal sealed class NameBook
{
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _next = new(StringComparer.Ordinal);

    /// <summary>That name, or with <c>_2</c>, <c>_3</c>... after it where it is taken.</summary>
    public string Take(string wanted)
    {
        if (_taken.Add(wanted))
            return wanted;
        // Remembering the last number keeps a thousand equal names from costing a million steps.
        var number = _next.GetValueOrDefault(wanted, 1);
        string name;
        do
        {
            name = $"{wanted}_{++number}";
        }
        while (!_taken.Add(name));
        _next[wanted] = number;
        return name;
    }
}
