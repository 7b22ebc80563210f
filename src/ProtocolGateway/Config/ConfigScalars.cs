using System.Globalization;
using System.Reflection;

namespace ProtocolGateway.Config;

/// <summary>Reads single values.</summary>
internal static class ConfigScalars
{
    private static readonly (string Suffix, double Milliseconds)[] Durations = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)];

    private static readonly (string Suffix, long Bytes)[] Sizes = [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30)];

    /// <summary>The value, or null and what is wrong with it.</summary>
    public static object? Read(ScalarNode node, Type type, PropertyInfo info, string baseDirectory, out string? problem)
    {
        problem = null;
        if (type == typeof(string))
            return ReadText(node.Text, info, baseDirectory, out problem);
        object? value = null;
        if (type == typeof(bool) && !node.Quoted && TryBool(node.Text, out var flag))
            value = flag;
        else if (type == typeof(int) && int.TryParse(node.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            value = number;
        else if (type == typeof(long) && TrySize(node.Text, out var size))
            value = size;
        else if (type == typeof(TimeSpan) && TryDuration(node.Text, out var duration))
            value = duration;
        else if (type.IsEnum)
            value = Enum.GetValues(type).Cast<object>().FirstOrDefault(v => ConfigShape.ToKey(v.ToString()!) == node.Text);
        if (value is null)
            problem = $"\"{node.Text}\" is not {Describe(type, info)}.";
        else if (value is int given && info.GetCustomAttribute<AtLeastAttribute>() is { } bound && given < bound.Minimum)
            problem = $"{given} is less than {bound.Minimum}.";
        return value;
    }

    /// <summary>What is expected, with an article.</summary>
    public static string Describe(Type type, PropertyInfo info) =>
        type == typeof(bool) ? "true or false"
        : type == typeof(int) ? "a whole number"
        : type == typeof(long) ? "a size (bytes, or a text such as 4MiB)"
        : type == typeof(TimeSpan) ? "a duration such as 500ms, 15s, 2m or 1h"
        : type.IsEnum ? "one of " + string.Join(", ", Enum.GetNames(type).Select(ConfigShape.ToKey))
        : info.IsDefined(typeof(UrlAttribute)) ? "a URL"
        : "a text";

    /// <summary>true or false, as YAML 1.2 has them.</summary>
    public static bool TryBool(string text, out bool value)
    {
        value = text is "true" or "True" or "TRUE";
        return value || text is "false" or "False" or "FALSE";
    }

    /// <summary>A positive duration: 500ms, 1.5s, 2m, 1h.</summary>
    public static bool TryDuration(string text, out TimeSpan value)
    {
        foreach (var (suffix, milliseconds) in Durations)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal)
                && double.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && number * milliseconds is > 0 and < int.MaxValue)
            {
                value = TimeSpan.FromMilliseconds(number * milliseconds);
                return true;
            }
        }

        value = default;
        return false;
    }

    private static bool TrySize(string text, out long value)
    {
        var unit = 1L;
        var digits = text.AsSpan();
        foreach (var (suffix, bytes) in Sizes)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal))
            {
                unit = bytes;
                digits = digits[..^suffix.Length].TrimEnd();
            }
        }

        // 2 GiB is the largest array there is, so the largest message.
        var read = long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value is > 0 and <= int.MaxValue && value * unit <= int.MaxValue;
        value *= unit;
        return read;
    }

    private static string? ReadText(string text, PropertyInfo info, string baseDirectory, out string? problem)
    {
        problem = null;
        if (info.IsDefined(typeof(UrlAttribute)))
        {
            if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0)
                problem = $"\"{text}\" is not a URL of the form http://HOST:PORT or https://HOST:PORT.";
            else if (url.PathAndQuery != "/" || url.UserInfo.Length > 0 || url.Fragment.Length > 0)
                problem = $"\"{text}\" has more than a scheme, a host and a port.";
        }
        else if (info.GetCustomAttribute<FilePathAttribute>() is { } path)
        {
            if (text.Length == 0 || text.Contains('\0', StringComparison.Ordinal))
            {
                problem = "A path is expected here.";
                return null;
            }

            text = Path.GetFullPath(text, baseDirectory);
            var exists = path.Directory ? Directory.Exists(text) : File.Exists(text) || (path.FileOrDirectory && Directory.Exists(text));
            if (path.MayBeMissing && !Directory.Exists(text))
                problem = Directory.Exists(Path.GetDirectoryName(text)) ? null : $"There is no directory for the file {text}.";
            else if (!exists)
                problem = $"There is no {(path.Directory ? "directory" : "file")} {text}.";
        }

        return text;
    }
}
