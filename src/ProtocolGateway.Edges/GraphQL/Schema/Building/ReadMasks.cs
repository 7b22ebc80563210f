using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.GraphQL.Schema.Building;

/// <summary>Finds the input field that names the wanted fields of the answer (AIP-157).</summary>
internal static class ReadMasks
{
    /// <summary>The mask of an operation; null where it has none.</summary>
    public static GraphReadMask? Of(Operation operation, GraphRoot root)
    {
        if (operation.Kind != ContractKind.Grpc || operation.Output is not MessageType output)
            return null;
        foreach (var field in operation.Input.Fields)
        {
            // As a member of a oneof it would take the place of what the caller chose.
            if (field is { Oneof: null, Type: MessageType { WellKnown: WellKnown.FieldMask } } && IsMask(field.Name, root))
                return new GraphReadMask(field, ElementOf(operation, output));
        }

        return null;
    }

    // In a method that changes something, a field_mask names what is changed.
    private static bool IsMask(string name, GraphRoot root) => name is "read_mask" or "readMask" || (root != GraphRoot.Mutation && name is "field_mask" or "fieldMask");

    // Of a list's answer the paths speak of the elements. It is one where all else is of paging: a message may have one list among fields of its own.
    private static Field? ElementOf(Operation operation, MessageType output)
    {
        Field? list = null;
        foreach (var field in output.Fields)
        {
            if (field.Type is not ListType { Element: MessageType })
                continue;
            if (list is not null)
                return null;
            list = field;
        }

        var lists = output.FindField("next_page_token") is not null || output.FullName.EndsWith(operation.Name + "Response", StringComparison.Ordinal);
        return lists && output.Fields.All(f => f == list || f.Type is ScalarType) ? list : null;
    }
}
