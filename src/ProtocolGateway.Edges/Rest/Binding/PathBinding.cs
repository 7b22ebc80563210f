using ProtocolGateway.Contracts.Codec.Parsing;

namespace ProtocolGateway.Edges.Rest.Binding;

/// <summary>One variable of a path and the field that it sets.</summary>
/// <param name="Canonical">The original names, dotted.</param>
/// <param name="Value">Writes the text.</param>
/// <param name="KeepSlashes">%2F stays escaped: a variable of several segments without fully_decode_reserved_expansion.</param>
/// <param name="Choices">The choices within oneofs that it makes.</param>
internal sealed record PathBinding(string Canonical, TextValuePlan Value, bool KeepSlashes, OneofChoice[] Choices);
