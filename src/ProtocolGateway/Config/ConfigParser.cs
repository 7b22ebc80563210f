using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using ScalarEvent = YamlDotNet.Core.Events.Scalar;

namespace ProtocolGateway.Config;

/// <summary>Reads YAML, and JSON as the part of YAML that it is, into nodes that know their place. Errors are collected; reading goes on as far as it can.</summary>
internal sealed class ConfigParser
{
    // No key of the configuration lies deeper than 8; the bound keeps a hostile file from the stack's end.
    private const int MaxDepth = 32;

    private readonly string _source;
    private readonly Parser _parser;
    private readonly List<ConfigError> _errors;
    private readonly Dictionary<string, ConfigNode> _anchors = new(StringComparer.Ordinal);

    private ConfigParser(string source, TextReader text, List<ConfigError> errors)
    {
        _source = source;
        _parser = new Parser(text);
        _errors = errors;
    }

    /// <summary>The root, or null where there is none (an error says why).</summary>
    public static ConfigNode? Parse(string source, TextReader text, List<ConfigError> errors)
    {
        try
        {
            var reader = new ConfigParser(source, text, errors);
            reader._parser.Consume<StreamStart>();
            if (reader._parser.Accept<StreamEnd>(out _))
            {
                errors.Add(new ConfigError(new ConfigPosition(source, 1, 1), "", "The file is empty."));
                return null;
            }

            reader._parser.Consume<DocumentStart>();
            var root = reader.Read("", 0);
            reader._parser.Consume<DocumentEnd>();
            if (reader._parser.Accept<DocumentStart>(out var second))
                errors.Add(new ConfigError(reader.At(second.Start), "", "The file holds a second document; only one is read."));
            return root;
        }
        catch (YamlException e)
        {
            errors.Add(new ConfigError(new ConfigPosition(source, (int)e.Start.Line, (int)e.Start.Column), "", "This is not YAML: " + (e.InnerException ?? e).Message));
            return null;
        }
    }

    private ConfigPosition At(Mark mark) => new(_source, (int)mark.Line, (int)mark.Column);

    private ConfigNode Read(string path, int depth)
    {
        if (depth > MaxDepth)
            throw new YamlException(_parser.Current!.Start, _parser.Current.End, $"values are nested deeper than {MaxDepth}");
        if (_parser.TryConsume<ScalarEvent>(out var scalar))
            return Remember(scalar.Anchor, new ScalarNode(At(scalar.Start), scalar.Value, scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any)));
        if (_parser.TryConsume<SequenceStart>(out var list))
        {
            var node = new SequenceNode(At(list.Start));
            while (!_parser.TryConsume<SequenceEnd>(out _))
                node.Items.Add(Read($"{path}[{node.Items.Count}]", depth + 1));
            return Remember(list.Anchor, node);
        }

        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            return _anchors.TryGetValue(alias.Value.Value, out var target)
                ? target
                : throw new YamlException(alias.Start, alias.End, $"there is no anchor &{alias.Value.Value} before this");
        }

        return ReadMapping(path, depth);
    }

    private MappingNode ReadMapping(string path, int depth)
    {
        var start = _parser.Consume<MappingStart>();
        var node = new MappingNode(At(start.Start));
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (Read(path, depth + 1) is not ScalarNode key)
                throw new YamlException(start.Start, start.End, "a key must be a plain text");
            var keyPath = ConfigPaths.Join(path, key.Text);
            var value = Read(keyPath, depth + 1);
            var first = node.IndexOf(key.Text, StringComparison.Ordinal);
            if (first >= 0)
                _errors.Add(new ConfigError(key.Position, keyPath, $"The key stands twice; first in line {node.Entries[first].Key.Position.Line}."));
            else
                node.Entries.Add((key, value));
        }

        Remember(start.Anchor, node);
        return node;
    }

    private ConfigNode Remember(AnchorName anchor, ConfigNode node)
    {
        if (!anchor.IsEmpty)
            _anchors[anchor.Value] = node;
        return node;
    }
}
