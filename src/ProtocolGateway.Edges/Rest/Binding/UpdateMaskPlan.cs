using System.Buffers;
using System.Text;
using System.Text.Json;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.Rest.Binding;

/// <summary>
/// Fills the update_mask of a PATCH from the keys of its body (AIP-134). Plain messages are entered; a map, a list or a well-known type counts
/// whole, for a mask cannot name their parts, and so does an empty object.
/// </summary>
internal sealed class UpdateMaskPlan
{
    private readonly MessageType _resource;
    private readonly int _maxDepth;

    private UpdateMaskPlan(Field mask, MessageType resource, int maxDepth) => (Mask, _resource, _maxDepth) = (mask, resource, maxDepth);

    /// <summary>The update_mask field.</summary>
    public Field Mask { get; }

    /// <summary>The plan; null where the rule is not a PATCH of one field's message, or the input has no mask.</summary>
    public static UpdateMaskPlan? Compile(HttpRule rule, MessageType input, Field? body, int maxDepth) =>
        rule.Method == "PATCH"
        && body?.Type is MessageType { WellKnown: WellKnown.None } resource
        && input.FindField("update_mask") is { Type: MessageType { WellKnown: WellKnown.FieldMask } } mask
            ? new(mask, resource, maxDepth)
            : null;

    /// <summary>Appends the mask; nothing for a body without keys.</summary>
    /// <param name="json">The body; parsed already, so it is known to be good.</param>
    /// <param name="output">The message being written.</param>
    public void Write(ReadOnlySequence<byte> json, IBufferWriter<byte> output)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = _maxDepth + 1 });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return;
        var paths = new List<byte[]>();
        Walk(ref reader, _resource, "", paths);
        if (paths.Count == 0)
            return;
        var length = 0;
        foreach (var path in paths)
            length += Wire.FieldSize(1, path.Length);
        Wire.WriteTagAndLength(output, Mask.Number, length);
        foreach (var path in paths)
            Wire.WriteBytes(output, 1, path);
    }

    private static void Walk(ref Utf8JsonReader reader, MessageType type, string prefix, List<byte[]> paths)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = type.FindField(reader.GetString()!);
            reader.Read();
            // Unknown keys were let pass by the parser's options; extensions have no name in a mask.
            if (field is null or { IsExtension: true })
            {
                reader.Skip();
                continue;
            }

            var path = prefix + field.Name;
            var before = paths.Count;
            if (reader.TokenType == JsonTokenType.StartObject && field.Type is MessageType { WellKnown: WellKnown.None } inner)
                Walk(ref reader, inner, path + ".", paths);
            else
                reader.Skip();
            if (paths.Count == before)
                paths.Add(Encoding.UTF8.GetBytes(path));
        }
    }
}
