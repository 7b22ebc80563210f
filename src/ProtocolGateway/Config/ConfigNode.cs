namespace ProtocolGateway.Config;

/// <summary>Where a value was written.</summary>
/// <param name="Source">The file as it was named, or the environment variable.</param>
/// <param name="Line">From 1; 0 for an environment variable.</param>
/// <param name="Column">From 1; 0 for an environment variable.</param>
public readonly record struct ConfigPosition(string Source, int Line, int Column)
{
    /// <summary><c>file:line:col</c>.</summary>
    public override string ToString() => Line == 0 ? Source : $"{Source}:{Line}:{Column}";
}

/// <summary>One thing that is wrong with a configuration.</summary>
/// <param name="Position">Where.</param>
/// <param name="Path">The key, such as <c>services.users.upstream.protocol</c>; empty for the document.</param>
/// <param name="Message">What is wrong and what would be right.</param>
public sealed record ConfigError(ConfigPosition Position, string Path, string Message)
{
    /// <summary>As it is printed.</summary>
    public override string ToString() => Path.Length == 0 ? $"{Position}: error: {Message}" : $"{Position}: error: {Path}: {Message}";
}

/// <summary>A value of the document with its place: the reason why Microsoft.Extensions.Configuration is not used, which forgets it.</summary>
internal abstract class ConfigNode(ConfigPosition position)
{
    public ConfigPosition Position { get; } = position;
}

/// <summary>A scalar.</summary>
/// <param name="position">Where it is.</param>
/// <param name="text">As written, quotes removed.</param>
/// <param name="quoted">A quoted scalar is a text whatever it looks like.</param>
internal sealed class ScalarNode(ConfigPosition position, string text, bool quoted) : ConfigNode(position)
{
    public string Text { get; } = text;

    public bool Quoted { get; } = quoted;

    // YAML 1.2 core schema, section 10.3.2.
    public bool IsNull => !Quoted && Text is "" or "~" or "null" or "Null" or "NULL" && !Quoted;
}

/// <summary>A list.</summary>
internal sealed class SequenceNode(ConfigPosition position) : ConfigNode(position)
{
    public List<ConfigNode> Items { get; } = [];
}

/// <summary>A mapping, in order; keys are unique.</summary>
internal sealed class MappingNode(ConfigPosition position) : ConfigNode(position)
{
    public List<(ScalarNode Key, ConfigNode Value)> Entries { get; } = [];

    public int IndexOf(string key, StringComparison comparison) => Entries.FindIndex(e => e.Key.Text.Equals(key, comparison));
}
