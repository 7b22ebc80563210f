using System.Reflection;

namespace ProtocolGateway.Config;

/// <summary>
/// Binds nodes to the option records by their properties. Every error is collected with its place; a value that is wrong leaves its default behind
/// so that binding goes on. Runs at load only, so reflection is fine here.
/// </summary>
internal sealed class ConfigBinder(string baseDirectory, List<ConfigError> errors)
{
    private readonly Dictionary<string, ConfigPosition> _positions = new(StringComparer.Ordinal);

    /// <summary>Where the value at a path was written; that of the nearest parent for one that was left out.</summary>
    public ConfigPosition PositionOf(string path)
    {
        while (true)
        {
            if (_positions.TryGetValue(path, out var position))
                return position;
            var end = path.LastIndexOfAny(['.', '[']);
            path = end < 0 ? "" : path[..end];
        }
    }

    /// <summary>The bound document.</summary>
    public GatewayConfig Bind(ConfigNode root) => (GatewayConfig)(BindObject(root, typeof(GatewayConfig), "") ?? new GatewayConfig());

    private object? BindObject(ConfigNode node, Type type, string path)
    {
        _positions[path] = node.Position;
        if (node is not MappingNode map)
        {
            Report(node, path, $"An object is expected here, with the keys {string.Join(", ", ConfigShape.Of(type).Select(p => p.Key))}.");
            return null;
        }

        var target = Activator.CreateInstance(type)!;
        var properties = ConfigShape.Of(type);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in map.Entries)
        {
            var comparison = key.Position.Line == 0 ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
            if (properties.FirstOrDefault(p => p.Key.Equals(key.Text, comparison)) is { } property)
            {
                seen.Add(property.Key);
                BindProperty(target, property, value, ConfigPaths.Join(path, property.Key));
            }
            else
            {
                var meant = ConfigPaths.Nearest(key.Text, properties.Select(p => p.Key));
                var hint = meant is null ? $"The keys here are {string.Join(", ", properties.Select(p => p.Key))}." : $"Did you mean {meant}?";
                Report(key, ConfigPaths.Join(path, key.Text), "There is no such key. " + hint);
            }
        }

        foreach (var missing in properties.Where(p => p.Required && !seen.Contains(p.Key)))
            Report(node, ConfigPaths.Join(path, missing.Key), "This key must be given.");
        return target;
    }

    private void BindProperty(object target, ConfigProperty property, ConfigNode node, string path)
    {
        _positions[path] = node.Position;
        if (node is ScalarNode { IsNull: true })
        {
            // "key:" with nothing after it is a slip more often than a wish.
            Report(node, path, "A value is missing.");
            return;
        }

        var before = errors.Count;
        var value = BindValue(node, property.Type, property.Info, path);
        if (value is not null && (errors.Count == before || property.Type.Namespace == typeof(GatewayConfig).Namespace || node is not ScalarNode))
            property.Info.SetValue(target, value);
    }

    private object? BindValue(ConfigNode node, Type type, PropertyInfo info, string path)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
            return BindList(node, type.GetGenericArguments()[0], info, path);
        if (type.IsGenericType)
            return BindMap(node, type.GetGenericArguments()[1], path);
        if (ConfigShape.IsObject(type))
        {
            return node is ScalarNode text && info.GetCustomAttribute<ShortFormAttribute>() is { } form
                ? BindShortForm(text, type, form, path)
                : BindObject(node, type, path);
        }

        if (node is ScalarNode scalar)
        {
            var value = ConfigScalars.Read(scalar, type, info, baseDirectory, out var problem);
            if (problem is not null)
                Report(node, path, problem);
            return value;
        }

        Report(node, path, $"{ConfigScalars.Describe(type, info)} is expected here, not {(node is SequenceNode ? "a list" : "an object")}.");
        return null;
    }

    private object? BindShortForm(ScalarNode node, Type type, ShortFormAttribute form, string path)
    {
        if (!node.Quoted && ConfigScalars.TryBool(node.Text, out var on))
            return on ? Activator.CreateInstance(type) : null;
        var target = Activator.CreateInstance(type)!;
        BindProperty(target, ConfigShape.Of(type).Single(p => p.Info.Name == form.TextKey), node, path);
        return target;
    }

    private Array BindList(ConfigNode node, Type element, PropertyInfo info, string path)
    {
        // One value stands for a list of one: contract: users.proto.
        var items = node is SequenceNode list ? list.Items : element == typeof(string) ? [node] : null;
        if (items is null)
        {
            Report(node, path, "A list is expected here.");
            return Array.CreateInstance(element, 0);
        }

        var bound = new List<object>();
        for (var i = 0; i < items.Count; i++)
        {
            var itemPath = node is SequenceNode ? $"{path}[{i}]" : path;
            _positions[itemPath] = items[i].Position;
            if (BindValue(items[i], element, info, itemPath) is { } value)
                bound.Add(value);
        }

        var array = Array.CreateInstance(element, bound.Count);
        for (var i = 0; i < bound.Count; i++)
            array.SetValue(bound[i], i);
        return array;
    }

    private object? BindMap(ConfigNode node, Type element, string path)
    {
        if (node is not MappingNode map)
        {
            Report(node, path, "An object is expected here, with a name for each entry.");
            return null;
        }

        var dictionary = (System.Collections.IDictionary)Activator.CreateInstance(typeof(OrderedDictionary<,>).MakeGenericType(typeof(string), element))!;
        foreach (var (key, value) in map.Entries)
        {
            if (BindObject(value, element, ConfigPaths.Join(path, key.Text)) is { } bound)
                dictionary[key.Text] = bound;
        }

        return dictionary;
    }

    private void Report(ConfigNode node, string path, string message) => errors.Add(new ConfigError(node.Position, path, message));
}
