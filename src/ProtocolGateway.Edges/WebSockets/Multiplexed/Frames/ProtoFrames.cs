using System.Buffers;
using Google.Protobuf;
using ProtocolGateway.Edges.WebSockets.Multiplexed.Frames.Wire;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using WireError = ProtocolGateway.Edges.WebSockets.Multiplexed.Frames.Wire.Error;

namespace ProtocolGateway.Edges.WebSockets.Multiplexed.Frames;

/// <summary>Frames as the messages of frames.proto. A stream's messages, which are nearly all frames, are written without its generated classes.</summary>
internal sealed class ProtoFrames : FrameForm
{
    public const string Name = "gateway.v1.proto";

    public static readonly ProtoFrames Instance = new();

    public override string SubProtocol => Name;

    public override bool IsText => false;

    public override string? TryRead(ReadOnlyMemory<byte> bytes, out ClientFrame frame)
    {
        frame = new();
        try
        {
            return Fill(frame, Wire.ClientFrame.Parser.ParseFrom(bytes.Span));
        }
        catch (InvalidProtocolBufferException bad)
        {
            return "no ClientFrame: " + bad.Message;
        }
    }

    public override void Welcome(PooledBuffer into, SessionNote session, WebSocketEdgeOptions options) => Write(into, new()
    {
        Welcome = new()
        {
            Session = session.Token,
            Resumed = session.Resumed,
            Received = session.Received,
            Credit = (uint)options.RequestCredit,
            MaxCalls = (uint)options.MaxCalls,
            MaxFrameBytes = (ulong)options.MaxRequestBytes,
            ResumeWindowMs = session.Token.Length > 0 ? (ulong)options.ResumeWindow.TotalMilliseconds : 0,
        },
    });

    public override void Head(PooledBuffer into, uint id, CallHeaders metadata) => Write(into, new() { Head = new() { Id = id, Metadata = { HeadersOf(metadata) } } });

    public override GatewayError? Message(PooledBuffer into, uint id, RpcTarget target, ReadOnlySequence<byte> message, SharedMessage? shared)
    {
        var length = (int)message.Length;
        WriteTag(into, Wire.ServerFrame.MessageFieldNumber, 2);
        WriteVarint(into, (uint)(1 + SizeOf(id) + 1 + SizeOf((uint)length) + length));
        WriteTag(into, Wire.Message.IdFieldNumber, 0);
        WriteVarint(into, id);
        WriteTag(into, Wire.Message.Message_FieldNumber, 2);
        WriteVarint(into, (uint)length);
        return target.Write(json: false, message, into);
    }

    public override void Complete(PooledBuffer into, uint id, PooledBuffer? message, CallHeaders? trailers)
    {
        var complete = new Complete { Id = id };
        if (message is not null)
            complete.Message = ByteString.CopyFrom(message.WrittenSpan);
        if (trailers is not null)
            complete.Trailers.AddRange(HeadersOf(trailers));
        Write(into, new() { Complete = complete });
    }

    public override void Error(PooledBuffer into, uint id, GatewayError error, string? incident, CallHeaders? trailers)
    {
        var wire = new WireError { Id = id, Code = (int)error.Code, Reason = error.Reason, Message = error.Message, Incident = incident ?? "" };
        if (!error.StatusDetails.IsEmpty)
            wire.Details.AddRange(RpcDetails.Of(error, null));
        if (trailers is not null)
            wire.Trailers.AddRange(HeadersOf(trailers));
        Write(into, new() { Error = wire });
    }

    public override void Credit(PooledBuffer into, uint id, int messages) => Write(into, new() { Credit = new() { Id = id, Messages = (uint)messages } });

    public override void Gap(PooledBuffer into, uint id, long missed) => Write(into, new() { Gap = new() { Id = id, Missed = (ulong)missed } });

    public override void Ack(PooledBuffer into, ulong received) => Write(into, new() { Ack = new() { Received = received } });

    public override void Pong(PooledBuffer into) => Write(into, new() { Pong = new() });

    public override void GoAway(PooledBuffer into, int reconnectAfterMs, string reason) =>
        Write(into, new() { GoAway = new() { ReconnectAfterMs = (uint)reconnectAfterMs, Reason = reason } });

    public override void Expiring(PooledBuffer into, int seconds) => Write(into, new() { Expiring = new() { Seconds = (uint)seconds } });

    public override void Refreshed(PooledBuffer into) => Write(into, new() { Refreshed = new() });

    private static void Write(PooledBuffer into, ServerFrame frame) => frame.WriteTo((IBufferWriter<byte>)into);

    private static string? Fill(ClientFrame into, Wire.ClientFrame from)
    {
        switch (from.FrameCase)
        {
            case Wire.ClientFrame.FrameOneofCase.Hello:
                (into.Kind, into.Resumable, into.Session, into.Received) = (ClientFrameKind.Hello, from.Hello.Resumable, from.Hello.Session, from.Hello.Received);
                Add(into, from.Hello.Metadata);
                break;
            case Wire.ClientFrame.FrameOneofCase.Open:
                var open = from.Open;
                (into.Kind, into.Id, into.Operation, into.Timeout) = (ClientFrameKind.Open, open.Id, open.Operation, open.Timeout);
                (into.HasMessage, into.Message, into.End, into.Credit) = (open.HasMessage, open.Message.Memory, open.End, open.Credit);
                Add(into, open.Metadata);
                break;
            case Wire.ClientFrame.FrameOneofCase.Message:
                (into.Kind, into.Id, into.HasMessage, into.Message, into.End) = (ClientFrameKind.Message, from.Message.Id, true, from.Message.Message_.Memory, from.Message.End);
                break;
            case Wire.ClientFrame.FrameOneofCase.End:
                (into.Kind, into.Id) = (ClientFrameKind.End, from.End.Id);
                break;
            case Wire.ClientFrame.FrameOneofCase.Cancel:
                (into.Kind, into.Id) = (ClientFrameKind.Cancel, from.Cancel.Id);
                break;
            case Wire.ClientFrame.FrameOneofCase.Credit:
                (into.Kind, into.Id, into.Credit) = (ClientFrameKind.Credit, from.Credit.Id, from.Credit.Messages);
                break;
            case Wire.ClientFrame.FrameOneofCase.Ack:
                (into.Kind, into.Received) = (ClientFrameKind.Ack, from.Ack.Received);
                break;
            case Wire.ClientFrame.FrameOneofCase.Ping:
                into.Kind = ClientFrameKind.Ping;
                break;
            case Wire.ClientFrame.FrameOneofCase.Pong:
                into.Kind = ClientFrameKind.Pong;
                break;
            case Wire.ClientFrame.FrameOneofCase.Refresh:
                into.Kind = ClientFrameKind.Refresh;
                Add(into, from.Refresh.Metadata);
                break;
            default:
                return "a frame that a client does not send";
        }

        return null;
    }

    private static void Add(ClientFrame into, IEnumerable<Header> headers)
    {
        foreach (var header in headers)
            into.Metadata.Add(new(header.Name, header.Value));
    }

    private static List<Header> HeadersOf(CallHeaders headers)
    {
        var list = new List<Header>(headers.Count);
        foreach (var (name, value) in headers.Items)
        {
            if (IsTold(name, value))
                list.Add(new() { Name = name, Value = value });
        }

        return list;
    }

    private static int SizeOf(uint value) => CodedOutputStream.ComputeUInt32Size(value);

    private static void WriteTag(PooledBuffer into, int field, uint type) => WriteVarint(into, ((uint)field << 3) | type);

    private static void WriteVarint(PooledBuffer into, uint value)
    {
        var span = into.GetSpan(5);
        var length = 0;
        for (; value >= 0x80; value >>= 7)
            span[length++] = (byte)(value | 0x80);
        span[length++] = (byte)value;
        into.Advance(length);
    }
}
