namespace ProtocolGateway.Edges.WebSockets.Multiplexed.Frames;

/// <summary>The frames that a client sends.</summary>
internal enum ClientFrameKind
{
    /// <summary>Not known.</summary>
    None,
    Hello,
    Open,
    Message,
    End,
    Cancel,
    Credit,
    Ack,
    Ping,
    Pong,
    Refresh,
}

/// <summary>One frame of a client, whatever its form; contracts/gateway/websocket/v1/frames.proto says what the parts mean. A part that the frame does not have is empty.</summary>
internal sealed class ClientFrame
{
    public ClientFrameKind Kind { get; set; }

    public uint Id { get; set; }

    public string Operation { get; set; } = "";

    public string Timeout { get; set; } = "";

    public List<KeyValuePair<string, string>> Metadata { get; set; } = [];

    /// <summary>The request message as it came, JSON or protobuf; it lies in the frame.</summary>
    public ReadOnlyMemory<byte> Message { get; set; }

    public bool HasMessage { get; set; }

    public bool End { get; set; }

    /// <summary>Granted messages.</summary>
    public uint Credit { get; set; }

    /// <summary>Received frames.</summary>
    public ulong Received { get; set; }

    public string Session { get; set; } = "";

    public bool Resumable { get; set; }

    /// <summary>The frame counts towards what can be sent again when a session is resumed.</summary>
    public bool IsCounted => Kind is not (ClientFrameKind.Hello or ClientFrameKind.Ack or ClientFrameKind.Ping or ClientFrameKind.Pong);

    /// <summary>The frame speaks of a call, and so needs its id.</summary>
    public bool HasId => Kind is ClientFrameKind.Open or ClientFrameKind.Message or ClientFrameKind.End or ClientFrameKind.Cancel or ClientFrameKind.Credit;
}
