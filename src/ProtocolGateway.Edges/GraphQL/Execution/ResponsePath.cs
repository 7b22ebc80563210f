namespace ProtocolGateway.Edges.GraphQL.Execution;

/// <summary>The way from <c>data</c> to the value being written; becomes a list only for an error.</summary>
internal sealed class ResponsePath
{
    private (string? Name, int Index)[] _steps = new (string?, int)[16];
    private int _length;

    /// <summary>Steps into a member.</summary>
    public void Push(string name) => Push((name, 0));

    /// <summary>Steps into an element.</summary>
    public void Push(int index) => Push((null, index));

    /// <summary>Steps to the next element.</summary>
    public void Next(int index) => _steps[_length - 1].Index = index;

    /// <summary>Steps back.</summary>
    public void Pop() => _length--;

    /// <summary>The steps, names and indices.</summary>
    public IReadOnlyList<object> ToList()
    {
        var list = new object[_length];
        for (var i = 0; i < _length; i++)
            list[i] = _steps[i].Name ?? (object)_steps[i].Index;
        return list;
    }

    private void Push((string?, int) step)
    {
        if (_length == _steps.Length)
            Array.Resize(ref _steps, _length * 2);
        _steps[_length++] = step;
    }
}
