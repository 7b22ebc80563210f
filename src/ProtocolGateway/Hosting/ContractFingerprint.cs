using System.Security.Cryptography;
using System.Text;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Hosting;

/// <summary>
/// What of a contract makes the surface: operations, rules, fields and their types, whatever order they are told in. Rebuilding drops warm connections,
/// so only what changes this is a reason for it; texts of documentation are not.
/// </summary>
internal static class ContractFingerprint
{
    /// <summary>Equal for two contents that say the same.</summary>
    public static string Of(ContractContent content)
    {
        var lines = content.Operations.Select(Describe).Concat(content.Types.Values.Select(Describe)).Order(StringComparer.Ordinal);
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
    }

    private static string Describe(Operation operation)
    {
        // Their order counts: the first rule is the operation's own.
        var rules = operation.HttpRules.Select(r => $"{r.Method} {r.Template} {r.Body} {r.ResponseBody} {r.FullyDecodeReservedExpansion}");
        return $"operation {operation.FullName} {operation.Shape} {operation.Input.FullName} {NameOf(operation.Output)} {operation.Idempotency} {operation.Deprecated} [{string.Join(", ", rules)}]";
    }

    private static string Describe(MessageType type)
    {
        var fields = type.Fields.OrderBy(f => f.Number).ThenBy(f => f.Name, StringComparer.Ordinal).Select(Describe);
        return $"message {type.FullName} {type.WellKnown} {type.Deprecated} {{{string.Join(", ", fields)}}}";
    }

    private static string Describe(Field field) =>
        $"{field.Number} {field.Name} {field.JsonName} {NameOf(field.Type)} {field.Presence} {field.Oneof?.Name} {field.Packed} {field.Delimited} "
        + $"{field.IsExtension} {field.ValidateUtf8} {field.Nullable} {field.InputRequired} {field.Deprecated} {field.Default}";

    private static string NameOf(DataType? type) => type switch
    {
        MessageType message => message.FullName,
        EnumType named => $"{named.FullName} {named.IsOpen} ({string.Join(", ", named.Values.OrderBy(v => v.Number).Select(v => $"{v.Number} {v.Name} {v.Deprecated}"))})",
        ScalarType scalar => scalar.Kind.ToString(),
        ListType list => $"list of {NameOf(list.Element)}",
        MapType map => $"map of {map.Key.Kind} to {NameOf(map.Value)}",
        UnionType union => union.Name,
        _ => "",
    };
}
