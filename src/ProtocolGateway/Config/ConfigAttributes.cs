namespace ProtocolGateway.Config;

/// <summary>The key must be there.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class RequiredAttribute : Attribute;

/// <summary>An absolute http or https URL.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class UrlAttribute : Attribute;

/// <summary>A path relative to the configuration file; it must exist.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class FilePathAttribute : Attribute
{
    /// <summary>A directory instead of a file.</summary>
    public bool Directory { get; init; }

    /// <summary>Either will do.</summary>
    public bool FileOrDirectory { get; init; }

    /// <summary>The program may write it; its directory must exist.</summary>
    public bool MayBeMissing { get; init; }
}

/// <summary>A number of bytes, or a text with KiB, MiB or GiB.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ByteSizeAttribute : Attribute;

/// <summary><c>true</c> stands for an object without keys, <c>false</c> for none, and a text for an object with that one key.</summary>
/// <param name="textKey">The property that a text stands for.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ShortFormAttribute(string textKey) : Attribute
{
    /// <summary>The property that a text stands for.</summary>
    public string TextKey { get; } = textKey;
}

/// <summary>The smallest number that is allowed.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AtLeastAttribute(int minimum) : Attribute
{
    /// <summary>The smallest number that is allowed.</summary>
    public int Minimum { get; } = minimum;
}
