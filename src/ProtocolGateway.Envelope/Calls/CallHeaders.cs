namespace ProtocolGateway.Envelope.Calls;

/// <summary>
/// Headers or metadata of a call, in order, names in lower case; values of names that end in <c>-bin</c> are base64, as on the wire.
/// A small list, not a dictionary: calls carry a handful.
/// </summary>
public sealed class CallHeaders
{
    private KeyValuePair<string, string>[] _items = [];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>The headers in order.</summary>
    public ReadOnlySpan<KeyValuePair<string, string>> Items => _items.AsSpan(0, Count);

    /// <summary>Adds one. False, and nothing is added, where the value holds CR, LF or NUL or the name is not a token: it must never reach a wire.</summary>
    /// <param name="lowerCaseName">The name in lower case.</param>
    /// <param name="value">The value.</param>
    public bool TryAdd(string lowerCaseName, string value)
    {
        if (value.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0 || !HeaderNames.IsToken(lowerCaseName))
            return false;
        if (Count == _items.Length)
            Array.Resize(ref _items, Math.Max(8, Count * 2));
        _items[Count++] = new(lowerCaseName, value);
        return true;
    }

    /// <summary>Adds all of another list.</summary>
    public void AddAll(CallHeaders others)
    {
        if (Count + others.Count > _items.Length)
            Array.Resize(ref _items, Math.Max(8, Count + others.Count));
        others.Items.CopyTo(_items.AsSpan(Count));
        Count += others.Count;
    }

    /// <summary>The first value of that name; null where there is none.</summary>
    public string? Find(string lowerCaseName)
    {
        foreach (var (name, value) in Items)
        {
            if (name == lowerCaseName)
                return value;
        }

        return null;
    }

    /// <summary>Removes those of that name.</summary>
    public void Remove(string lowerCaseName)
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (_items[i].Key != lowerCaseName)
                _items[kept++] = _items[i];
        }

        Cut(kept);
    }

    /// <summary>Removes those whose name is chosen.</summary>
    public void RemoveAll(Predicate<string> chosen)
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (!chosen(_items[i].Key))
                _items[kept++] = _items[i];
        }

        Cut(kept);
    }

    /// <summary>Removes all, so that the list can serve another call.</summary>
    public void Clear() => Cut(0);

    private void Cut(int count)
    {
        Array.Clear(_items, count, Count - count);
        Count = count;
    }
}
