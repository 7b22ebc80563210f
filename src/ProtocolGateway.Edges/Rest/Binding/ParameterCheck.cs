using System.Globalization;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.Rest.Binding;

/// <summary>Checks the text of one value of an OpenAPI parameter against its schema.</summary>
internal sealed class ParameterCheck
{
    private readonly ScalarKind? _kind;
    private readonly ScalarLimits? _limits;
    private readonly HashSet<string>? _names;
    private readonly TextPattern? _pattern;

    private ParameterCheck(ScalarKind? kind, ScalarLimits? limits, HashSet<string>? names, TextPattern? pattern) =>
        (_kind, _limits, _names, _pattern) = (kind, limits, names, pattern);

    /// <summary>Compiles a check; one that lets all pass for types whose text form is not checked.</summary>
    /// <param name="type">The type of one value.</param>
    /// <param name="weakened">A pattern that is left out, and so must be said; null where all is checked.</param>
    public static ParameterCheck Compile(DataType type, out string? weakened)
    {
        weakened = null;
        switch (type)
        {
            case EnumType values:
                return new(null, null, values.Values.Select(static value => value.Name).ToHashSet(StringComparer.Ordinal), null);
            case ScalarType scalar:
                TextPattern? pattern = null;
                if (scalar.Limits?.Pattern is { } text && (pattern = TextPattern.TryParse(text)) is null)
                    weakened = text;
                return new(scalar.Kind, scalar.Limits, null, pattern);
            default:
                return new(null, null, null, null);
        }
    }

    /// <summary>Null, or what is wrong with the decoded value.</summary>
    public string? Check(string value)
    {
        if (_names is not null)
            return _names.Contains(value) ? null : "is not one of the allowed values";
        return _kind switch
        {
            null or ScalarKind.Json => null,
            ScalarKind.Bool => value is "true" or "false" ? null : "must be true or false",
            ScalarKind.String => CheckText(value),
            ScalarKind.Bytes => null,
            ScalarKind.Double or ScalarKind.Float => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
                ? CheckRange(value)
                : "is not a number",
            _ => CheckInteger(value),
        };
    }

    private string? CheckInteger(string value)
    {
        var fits = _kind switch
        {
            ScalarKind.Int32 or ScalarKind.SInt32 or ScalarKind.SFixed32 => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
            ScalarKind.UInt32 or ScalarKind.Fixed32 => uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _),
            ScalarKind.UInt64 or ScalarKind.Fixed64 => ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _),
            _ => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        };
        return fits ? CheckRange(value) : "is not an integer of its range";
    }

    // What no decimal can hold is beyond every limit that one can express; its sign says which.
    private string? CheckRange(string value)
    {
        if (_limits is not { } limits || (limits.Minimum is null && limits.Maximum is null))
            return null;
        if (!decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            number = value.StartsWith('-') ? decimal.MinValue : decimal.MaxValue;
        if (limits.Minimum is { } minimum && (number < minimum || (limits.ExclusiveMinimum && number == minimum)))
            return $"must be {(limits.ExclusiveMinimum ? "above" : "at least")} {minimum.ToString(CultureInfo.InvariantCulture)}";
        if (limits.Maximum is { } maximum && (number > maximum || (limits.ExclusiveMaximum && number == maximum)))
            return $"must be {(limits.ExclusiveMaximum ? "below" : "at most")} {maximum.ToString(CultureInfo.InvariantCulture)}";
        return null;
    }

    private string? CheckText(string value)
    {
        if (_limits is { MinLength: not null } or { MaxLength: not null })
        {
            var length = 0;
            foreach (var _ in value.EnumerateRunes())
                length++;
            if (length < _limits.MinLength)
                return $"must have at least {_limits.MinLength} characters";
            if (length > _limits.MaxLength)
                return $"must have at most {_limits.MaxLength} characters";
        }

        return _pattern?.Check(value);
    }
}
