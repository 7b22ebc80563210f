namespace ProtocolGateway.Contracts.Model;

/// <summary>
/// What stands behind a gRPC method that is an OpenAPI operation. Its own types say how the messages look to clients; those here have the same field
/// numbers, and the names and values that the service's JSON has.
/// </summary>
/// <param name="Native">The operation that is called in truth.</param>
/// <param name="Input">The request: as JSON it is the native operation's input.</param>
/// <param name="Output">The answer; null where what the service says is not looked at.</param>
/// <param name="Wrapped">The field of the answer whose value the service's JSON is; null where that is the whole answer.</param>
public sealed record RpcView(Operation Native, MessageType Input, MessageType? Output, Field? Wrapped);
