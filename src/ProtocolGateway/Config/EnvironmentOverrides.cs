using System.Collections;
using System.Globalization;

namespace ProtocolGateway.Config;

/// <summary>Lays environment variables over the document: <c>PROTOCOLGATEWAY__services__users__upstream__protocol=http</c>, list elements by number.</summary>
internal static class EnvironmentOverrides
{
    private const string Prefix = "PROTOCOLGATEWAY__";

    /// <summary>Applies them in the order of their names, so that the outcome does not hang on the environment's order.</summary>
    public static void Apply(MappingNode root, IDictionary environment, List<ConfigError> errors)
    {
        var ours = environment.Cast<DictionaryEntry>()
            .Select(e => (Name: (string)e.Key, Value: e.Value as string ?? ""))
            .Where(e => e.Name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            .OrderBy(e => e.Name, StringComparer.Ordinal);
        foreach (var (name, value) in ours)
        {
            var position = new ConfigPosition(name, 0, 0);
            var keys = name[Prefix.Length..].Split("__");
            if (keys.Any(string.IsNullOrEmpty))
                errors.Add(new ConfigError(position, "", "The name has an empty part."));
            else if (Parse(position, value, errors) is { } node)
                Set(root, keys, node, position, errors);
        }
    }

    // Lists and objects may be given in YAML's flow form; everything else is the text itself, so that URLs need no quotes.
    private static ConfigNode? Parse(ConfigPosition position, string value, List<ConfigError> errors) =>
        value.Length > 0 && value[0] is '[' or '{'
            ? ConfigParser.Parse(position.Source, new StringReader(value), errors)
            : new ScalarNode(position, value, quoted: false);

    private static void Set(ConfigNode node, ReadOnlySpan<string> keys, ConfigNode value, ConfigPosition position, List<ConfigError> errors)
    {
        while (true)
        {
            var key = keys[0];
            var last = keys.Length == 1;
            ConfigNode child;
            if (node is MappingNode map)
            {
                var index = map.IndexOf(key, StringComparison.OrdinalIgnoreCase);
                // Only a mapping or a list can be gone into; a scalar on the way is replaced.
                child = last ? value : index >= 0 && map.Entries[index].Value is not ScalarNode ? map.Entries[index].Value : new MappingNode(position);
                if (index >= 0)
                    map.Entries[index] = (map.Entries[index].Key, child);
                else
                    map.Entries.Add((new ScalarNode(position, key, quoted: true), child));
            }
            else if (node is SequenceNode list && int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at <= list.Items.Count)
            {
                if (at == list.Items.Count)
                    list.Items.Add(new MappingNode(position));
                child = last ? list.Items[at] = value : list.Items[at];
            }
            else
            {
                errors.Add(new ConfigError(position, "", $"There is nothing at \"{key}\" to override: the value there is {(node is SequenceNode ? "a list, whose elements are named by number" : "no object")}."));
                return;
            }

            if (last)
                return;
            node = child;
            keys = keys[1..];
        }
    }
}
