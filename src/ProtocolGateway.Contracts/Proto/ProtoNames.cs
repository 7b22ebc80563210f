using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.Proto;

/// <summary>Names in descriptors. Sets are foreign input: a name that the grammar does not allow could end in a path, a header or generated text.</summary>
internal static class ProtoNames
{
    /// <summary>A letter or underscore, then letters, digits and underscores (the grammar's <c>ident</c>).</summary>
    public static bool IsIdentifier(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || char.IsAsciiDigit(name[0]))
            return false;
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
                return false;
        }

        return true;
    }

    /// <summary>Identifiers joined by dots; the empty package too.</summary>
    public static bool IsPackage(string package)
    {
        if (package.Length == 0)
            return true;
        foreach (var part in package.AsSpan().Split('.'))
        {
            if (!IsIdentifier(package.AsSpan(part)))
                return false;
        }

        return true;
    }

    /// <summary>A name within a scope; the scope may be empty.</summary>
    public static string Join(string scope, string name) => scope.Length == 0 ? name : scope + "." + name;

    /// <summary>The JSON name that protoc gives a field: underscores go, and the letter behind one becomes upper case.</summary>
    public static string ToJsonName(string name)
    {
        if (!name.Contains('_', StringComparison.Ordinal))
            return name;
        var result = new char[name.Length];
        var length = 0;
        var capitalize = false;
        foreach (var c in name)
        {
            if (c == '_')
            {
                capitalize = true;
                continue;
            }

            result[length++] = capitalize ? char.ToUpperInvariant(c) : c;
            capitalize = false;
        }

        return new string(result, 0, length);
    }

    /// <summary>Which special JSON form the message of that name has.</summary>
    public static WellKnown WellKnownOf(string fullName) => fullName switch
    {
        "google.protobuf.Any" => WellKnown.Any,
        "google.protobuf.Timestamp" => WellKnown.Timestamp,
        "google.protobuf.Duration" => WellKnown.Duration,
        "google.protobuf.FieldMask" => WellKnown.FieldMask,
        "google.protobuf.Struct" => WellKnown.Struct,
        "google.protobuf.Value" => WellKnown.Value,
        "google.protobuf.ListValue" => WellKnown.ListValue,
        "google.protobuf.Empty" => WellKnown.Empty,
        "google.protobuf.DoubleValue" or "google.protobuf.FloatValue" or "google.protobuf.Int64Value" or "google.protobuf.UInt64Value"
            or "google.protobuf.Int32Value" or "google.protobuf.UInt32Value" or "google.protobuf.BoolValue" or "google.protobuf.StringValue"
            or "google.protobuf.BytesValue" => WellKnown.Wrapper,
        "google.api.HttpBody" => WellKnown.HttpBody,
        _ => WellKnown.None,
    };
}
