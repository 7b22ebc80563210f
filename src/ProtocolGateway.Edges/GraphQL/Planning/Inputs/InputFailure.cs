using System.Globalization;

namespace ProtocolGateway.Edges.GraphQL.Planning.Inputs;

/// <summary>The first value that does not fit, and where it is. The way to it is put together from the inside out, so values that fit cost nothing.</summary>
internal sealed class InputFailure
{
    private readonly List<string> _path = [];

    /// <summary>What is wrong; null while all is well.</summary>
    public string? Message { get; private set; }

    /// <summary>The way to the value within the variable or argument: <c>.lines[3].price</c>; empty for itself.</summary>
    public string Path => string.Concat(Enumerable.Reverse(_path));

    /// <summary>Says what is wrong; false, for the caller to return.</summary>
    public bool Because(string message)
    {
        Message ??= message;
        return false;
    }

    /// <summary>The value is a member; false.</summary>
    public bool In(string member)
    {
        _path.Add("." + member);
        return false;
    }

    /// <summary>The value is an element; false.</summary>
    public bool In(int index)
    {
        _path.Add("[" + index.ToString(CultureInfo.InvariantCulture) + "]");
        return false;
    }
}
