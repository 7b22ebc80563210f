using System.Collections.Concurrent;
using System.ComponentModel;
using System.Reflection;

namespace ProtocolGateway.Config;

/// <summary>One key of an option record.</summary>
/// <param name="Key">As written in the file.</param>
/// <param name="Type">The property's type.</param>
/// <param name="Info">The property.</param>
/// <param name="Required">The key must be there.</param>
internal sealed record ConfigProperty(string Key, Type Type, PropertyInfo Info, bool Required)
{
    /// <summary>What editors show.</summary>
    public string Description => Info.GetCustomAttribute<DescriptionAttribute>()?.Description ?? "";
}

/// <summary>What the binder and the schema both see of the option records, so that neither can know a key that the other does not.</summary>
internal static class ConfigShape
{
    private static readonly ConcurrentDictionary<Type, ConfigProperty[]> Cache = new();

    /// <summary>The keys of a record, in the order of their declaration.</summary>
    public static ConfigProperty[] Of(Type type) => Cache.GetOrAdd(type, static t => t
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(p => p.SetMethod is not null)
        .OrderBy(p => p.MetadataToken)
        .Select(p => new ConfigProperty(ToKey(p.Name), p.PropertyType, p, p.IsDefined(typeof(RequiredAttribute))))
        .ToArray());

    /// <summary>True for an option record.</summary>
    public static bool IsObject(Type type) => type.IsClass && type.Namespace == typeof(GatewayConfig).Namespace;

    /// <summary>The first letter in lower case.</summary>
    public static string ToKey(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
