namespace ProtocolGateway.Load.Running;

/// <summary>The load cannot be run; the message tells the user why.</summary>
internal sealed class LoadException(string message) : Exception(message);
