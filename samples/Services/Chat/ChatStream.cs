using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using ProtocolGateway.FanIn.V1;

namespace ProtocolGateway.Samples.Chat;

/// <summary>One stream of a gateway, and the people on it.</summary>
/// <param name="rooms">What is said.</param>
internal sealed class ChatStream(ChatRooms rooms) : IDisposable
{
    // One gRPC message carries what has come together, up to here.
    private const int MostEvents = 256;
    private const int MostBytes = 1024 * 1024;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Channel<ServiceEvent> _events = Channel.CreateUnbounded<ServiceEvent>(new() { SingleReader = true });
    private readonly Dictionary<uint, Member> _members = [];
    private readonly Dictionary<string, (IDisposable Listening, int Members)> _listening = new(StringComparer.Ordinal);

    /// <summary>Sends events as they come.</summary>
    public async Task WriteAsync(IServerStreamWriter<ToGateway> output, CancellationToken cancel)
    {
        try
        {
            while (await _events.Reader.WaitToReadAsync(cancel))
            {
                var batch = new ToGateway();
                for (var bytes = 0; batch.Events.Count < MostEvents && bytes < MostBytes && _events.Reader.TryRead(out var next); bytes += next.CalculateSize())
                    batch.Events.Add(next);
                await output.WriteAsync(batch, cancel);
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException or InvalidOperationException)
        {
            // The gateway has gone.
        }
    }

    /// <summary>The gateway speaks.</summary>
    public void Take(GatewayEvent what)
    {
        switch (what.EventCase)
        {
            case GatewayEvent.EventOneofCase.Connect:
                Connect(what.Connection, what.Connect);
                break;
            case GatewayEvent.EventOneofCase.Message when _members.TryGetValue(what.Connection, out var member):
                Say(what.Connection, member, what.Message);
                break;
            case GatewayEvent.EventOneofCase.Gap when _members.TryGetValue(what.Connection, out var member):
                TellMissed(what.Connection, member, what.Gap.Missed);
                Send(new() { Connection = what.Connection, Ack = new() { Missed = what.Gap.Total } });
                break;
            case GatewayEvent.EventOneofCase.Close when _members.Remove(what.Connection, out var member):
                rooms.Forget(member.Id);
                StopListening(member.Room.Name);
                break;
        }
    }

    /// <summary>No more comes.</summary>
    public void End() => _events.Writer.TryComplete();

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var (listening, _) in _listening.Values)
            listening.Dispose();
    }

    private void Connect(uint connection, Connect connect)
    {
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(connect.Target.Contains('?', StringComparison.Ordinal) ? connect.Target[connect.Target.IndexOf('?', StringComparison.Ordinal)..] : "");
        var name = query.TryGetValue("room", out var room) ? room.ToString() : "lobby";
        var nick = query.TryGetValue("nick", out var given) ? given.ToString() : "";
        if (nick.Length is 0 or > 40 || name.Length is 0 or > 40)
        {
            Send(new() { Connection = connection, Close = new() { Code = 4400, Reason = "A nick and a room have 1 to 40 characters" } });
            return;
        }

        var member = new Member(connect.Id, nick, rooms.Room(name), connect.Delivered);
        _members[connection] = member;
        Send(new() { Connection = connection, Accept = new() { Received = rooms.LastOf(connect.Id) } });
        if (connect.Missed > 0)
            TellMissed(connection, member, connect.Missed);
        Listen(member.Room);
        var known = connect.Groups.FirstOrDefault(g => g.Group == name)?.Offset;
        // Between what is told here and what is broadcast later nothing can be said: the room waits.
        member.Room.CatchUp(
            connect.Resumed ? known ?? 0 : known,
            (offset, message) => Send(new() { Connection = connection, Message = new() { Sequence = ++member.Told, Payload = message, Text = true, Group = name, Offset = offset } }),
            offset => Send(new() { Connection = connection, Join = new() { Group = name, Offset = offset } }));
    }

    private void Say(uint connection, Member member, Message message)
    {
        if (!rooms.TryTake(member.Id, message.Sequence))
            return;
        var text = TextOf(message);
        if (text is null)
            Tell(connection, member, """{"error":"Say something like {\"text\":\"hello\"}."}""");
        else
            member.Room.Say(ByteString.CopyFromUtf8(JsonSerializer.Serialize(new { from = member.Nick, text }, Json)));
        // After what follows from the message: the gateway sends again what is not acknowledged, and then nothing of it would be known.
        Send(new() { Connection = connection, Ack = new() { Sequence = message.Sequence } });
    }

    private static string? TextOf(Message message)
    {
        try
        {
            using var json = JsonDocument.Parse(message.Payload.Memory);
            return json.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
        }
        catch (Exception bad) when (bad is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private void TellMissed(uint connection, Member member, ulong missed) => Tell(connection, member, JsonSerializer.Serialize(new { missed }, Json));

    private void Tell(uint connection, Member member, string text) =>
        Send(new() { Connection = connection, Message = new() { Sequence = ++member.Told, Payload = ByteString.CopyFromUtf8(text), Text = true } });

    private void Send(ServiceEvent what) => _events.Writer.TryWrite(what);

    private void Listen(ChatRoom room)
    {
        if (_listening.TryGetValue(room.Name, out var known))
        {
            _listening[room.Name] = (known.Listening, known.Members + 1);
            return;
        }

        var listening = room.Listen((offset, message) => Send(new() { Broadcast = new() { Group = room.Name, Offset = offset, Payload = message, Text = true } }));
        _listening.Add(room.Name, (listening, 1));
    }

    private void StopListening(string room)
    {
        var (listening, members) = _listening[room];
        _listening[room] = (listening, members - 1);
        if (members > 1)
            return;
        listening.Dispose();
        _listening.Remove(room);
    }

    private sealed class Member(string id, string nick, ChatRoom room, ulong told)
    {
        public string Id => id;

        public string Nick => nick;

        public ChatRoom Room => room;

        // The sequence of the last message that was sent for this connection alone.
        public ulong Told { get; set; } = told;
    }
}
