using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.Proto.Descriptors;

/// <summary>
/// The features in force at one element of a file: the edition's defaults, overridden by the file, then by each element on the way down
/// (protobuf.dev, "Feature Settings for Editions"). proto2 and proto3 are the two oldest sets of defaults.
/// </summary>
internal readonly record struct FeatureScope(Presence Presence, bool Packed, bool OpenEnums, bool ValidateUtf8, bool Delimited)
{
    private static readonly FeatureScope Proto2 = new(Presence.Explicit, Packed: false, OpenEnums: false, ValidateUtf8: false, Delimited: false);
    private static readonly FeatureScope Proto3 = new(Presence.Implicit, Packed: true, OpenEnums: true, ValidateUtf8: true, Delimited: false);

    // Editions 2023, 2024 and later agree on the five features that matter on the wire.
    private static readonly FeatureScope Editions = new(Presence.Explicit, Packed: true, OpenEnums: true, ValidateUtf8: true, Delimited: false);

    /// <summary>The features of a file; null for a syntax that does not exist.</summary>
    public static FeatureScope? OfFile(FileDescriptorProto file)
    {
        FeatureScope? defaults = file.Syntax switch
        {
            "" or "proto2" => Proto2,
            "proto3" => Proto3,
            "editions" => Editions,
            _ => null,
        };
        return defaults?.With(file.Options?.Features);
    }

    /// <summary>These features with those that an element sets itself.</summary>
    public FeatureScope With(FeatureSet? set)
    {
        if (set is null)
            return this;
        var scope = this;
        if (set.HasFieldPresence)
        {
            scope = set.FieldPresence switch
            {
                FeatureSet.Types.FieldPresence.Explicit => scope with { Presence = Presence.Explicit },
                FeatureSet.Types.FieldPresence.Implicit => scope with { Presence = Presence.Implicit },
                FeatureSet.Types.FieldPresence.LegacyRequired => scope with { Presence = Presence.Required },
                _ => scope,
            };
        }

        if (set.HasRepeatedFieldEncoding)
            scope = scope with { Packed = set.RepeatedFieldEncoding != FeatureSet.Types.RepeatedFieldEncoding.Expanded };
        if (set.HasEnumType)
            scope = scope with { OpenEnums = set.EnumType != FeatureSet.Types.EnumType.Closed };
        if (set.HasUtf8Validation)
            scope = scope with { ValidateUtf8 = set.Utf8Validation != FeatureSet.Types.Utf8Validation.None };
        if (set.HasMessageEncoding)
            scope = scope with { Delimited = set.MessageEncoding == FeatureSet.Types.MessageEncoding.Delimited };
        return scope;
    }
}
