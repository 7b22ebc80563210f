using Google.Protobuf;
using ProtocolGateway.Edges.Sockets;
using ProtocolGateway.FanIn.V1;
using WireMembership = ProtocolGateway.FanIn.V1.Membership;

namespace ProtocolGateway.Edges.WebSockets.FanIn;

/// <summary>
/// One client's socket, and its part of a stream. It outlives the stream: what the service has not acknowledged goes to the next one, and what the gateway has
/// for the client goes out meanwhile.
/// </summary>
internal sealed class FanInConnection
{
    private static readonly TimeSpan RoomInterval = TimeSpan.FromMilliseconds(100);
    private const int MostPassedOver = 1024 * 1024;

    private readonly FanInHub _hub;
    private readonly Connect _connect;
    private readonly Lock _lock = new();
    private readonly ClientWindow _window;
    private readonly ClientQueue _queue;
    private readonly MissedCount _missed = new();
    private readonly Dictionary<string, Membership> _groups = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource<(Accept? Accept, SocketClose? Close)> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private FanInStream? _stream;
    private uint _reference;
    private bool _isAccepted, _isSending, _isOver;
    private ulong _received, _delivered, _acknowledged, _missedAtConnect;
    private int _sinceGap;
    private ByteString _state = ByteString.Empty;
    private ClientSocket? _socket;
    private SocketClose? _close;
    private TaskCompletionSource? _room;

    /// <param name="hub">Gives it streams.</param>
    /// <param name="connect">What the service is told of it.</param>
    public FanInConnection(FanInHub hub, Connect connect)
    {
        (_hub, _connect) = (hub, connect);
        _window = new(hub.Options.QueueBytes, hub.Budget);
        _queue = new(hub.Options, hub.Budget);
    }

    /// <summary>Since when no stream carries it; null while one does.</summary>
    public long? HomelessSince { get; private set; }

    /// <summary>What the service says of it: taken, or not.</summary>
    public Task<(Accept? Accept, SocketClose? Close)> Answer => _answer.Task;

    /// <summary>Its number on a stream; 0 where that does not carry it.</summary>
    public uint ReferenceOn(FanInStream stream)
    {
        lock (_lock)
            return _stream == stream ? _reference : 0;
    }

    /// <summary>A stream takes it over, or is its first.</summary>
    public void Attach(FanInStream stream)
    {
        lock (_lock)
        {
            if (_isOver || _close is not null)
                return;
            (_stream, _reference, _isAccepted, HomelessSince) = (stream, stream.Add(this), false, null);
            var connect = _connect.Clone();
            // One that was never taken begins anew.
            connect.Resumed = _answer.Task.IsCompleted;
            connect.Delivered = _received;
            connect.State = _state;
            _missed.Tell(_queue.TakeMissed(), _window.Last);
            (connect.Missed, _missedAtConnect) = (_missed.Unknown, _missed.Total);
            foreach (var (name, membership) in _groups)
                connect.Groups.Add(new WireMembership { Group = name, Offset = membership.Offset });
            stream.Events.Add(new GatewayEvent { Connection = _reference, Connect = connect });
        }
    }

    /// <summary>Its stream is lost.</summary>
    public void Lost(FanInStream stream, long now)
    {
        lock (_lock)
        {
            if (_stream != stream)
                return;
            (_stream, _isAccepted, HomelessSince) = (null, false, now);
        }
    }

    /// <summary>The service speaks of it.</summary>
    public void Take(FanInStream stream, ServiceEvent what)
    {
        lock (_lock)
        {
            if (_stream != stream || _isOver)
                return;
            switch (what.EventCase)
            {
                case ServiceEvent.EventOneofCase.Accept:
                    Accepted(what.Accept);
                    break;
                case ServiceEvent.EventOneofCase.Message:
                    Received(what.Message);
                    break;
                case ServiceEvent.EventOneofCase.Close:
                    Close(FanInCloses.Of(what.Close));
                    break;
                case ServiceEvent.EventOneofCase.Ack:
                    if (!_window.TryAcknowledge(what.Ack.Sequence))
                        Close(FanInCloses.Broken("it acknowledges what was not sent"));
                    _missed.Acknowledge(what.Ack.Sequence, what.Ack.Missed);
                    Wake();
                    break;
                case ServiceEvent.EventOneofCase.Credit:
                    _window.Credit = what.Credit.Messages;
                    Wake();
                    break;
                case ServiceEvent.EventOneofCase.Join:
                    _groups[what.Join.Group] = stream.Join(what.Join.Group, this, what.Join.Offset);
                    break;
                case ServiceEvent.EventOneofCase.Leave:
                    _groups.Remove(what.Leave.Group);
                    stream.Leave(what.Leave.Group, this);
                    break;
            }
        }

        Flush();
    }

    /// <summary>Puts a broadcast into its queue.</summary>
    public void Send(in Outgoing message)
    {
        lock (_lock)
            Put(message);
        Flush();
    }

    /// <summary>Ends the socket when what waits has gone out.</summary>
    public void End(SocketClose close)
    {
        lock (_lock)
            Close(close);
        Flush();
    }

    /// <summary>Serves the client's socket to its end.</summary>
    /// <param name="socket">The socket.</param>
    public async Task ServeAsync(ClientSocket socket)
    {
        lock (_lock)
            _socket = socket;
        Flush();
        using var bytes = new PooledBuffer();
        var passedOver = 0L;
        while (true)
        {
            // Whoever waits for the service holds nothing besides what is counted.
            bytes.Dispose();
            await RoomAsync(socket.Lost);
            var input = await socket.ReadAsync(bytes);
            if (input == SocketInput.Closed)
                return;
            if (input == SocketInput.TooLarge)
                await socket.CloseAsync(SocketClose.TooLarge(_hub.MaxMessageBytes));
            else if (!socket.IsClosing && _close is null)
                await AddAsync(bytes, input == SocketInput.Text, socket.Lost);
            // Until it has closed too. No credit holds it back any more: one that goes on without end waits to be cut off.
            else if ((passedOver += bytes.Length) > MostPassedOver)
                await Task.Delay(Timeout.InfiniteTimeSpan, _hub.Time, socket.Lost);
        }
    }

    /// <summary>The client has gone: the service is told, and nothing is kept.</summary>
    /// <param name="close">How it went.</param>
    public void Leave(SocketClose close)
    {
        FanInStream? stream;
        lock (_lock)
        {
            if (_isOver)
                return;
            _isOver = true;
            stream = _stream;
            _queue.Clear();
            _window.Clear();
            Wake();
            LeaveGroups();
        }

        _answer.TrySetResult((null, close));
        stream?.Remove(_reference, new() { Code = (uint)close.Code, Reason = close.Reason });
    }

    private void Accepted(Accept accept)
    {
        if (_isAccepted)
            return;
        _isAccepted = true;
        _missed.Accepted(_missedAtConnect);
        _state = accept.State;
        _window.Credit = accept.Credit == 0 ? (uint)_hub.Options.Credit : accept.Credit;
        if (_answer.Task.IsCompleted && !_window.TryAcknowledge(Math.Max(accept.Received, _window.Acknowledged)))
            Close(FanInCloses.Broken("it has received what was not sent"));
        var sequence = _window.Acknowledged;
        foreach (var (payload, text) in _window.Kept)
            _stream!.Events.Add(_reference, ++sequence, payload, text);
        _answer.TrySetResult((accept, null));
        Wake();
    }

    private void Received(Message message)
    {
        if (message.Sequence <= _received)
            return;
        if (message.Sequence != _received + 1)
        {
            Close(FanInCloses.Broken("it left out a message"));
            return;
        }

        _received = message.Sequence;
        // What it has of a group holds before it joins too: where the stream is lost in between, the next one goes on from there.
        if (message.Group.Length > 0 && _groups.TryGetValue(message.Group, out var membership))
            membership.Offset = Math.Max(membership.Offset, message.Offset);
        else if (message.Group.Length > 0)
            _groups[message.Group] = new(this, message.Offset);
        Put(new(message.Payload.Memory, message.Text, message.Sequence, null));
    }

    private void Put(in Outgoing message)
    {
        if (_isOver || _close is not null)
            return;
        if (!_queue.TryAdd(message))
            Close(FanInCloses.TooSlow);
        // Where nothing waits, nothing that is sent will say so.
        else if (_queue.IsEmpty && !_isSending)
            TellMissed();
    }

    private void Close(SocketClose close)
    {
        _close ??= close;
        _answer.TrySetResult((null, close));
        if (close != FanInCloses.TooSlow)
            return;
        // Somebody who does not read would never see it after all that waits, and costs a broadcast no more than he must.
        _queue.Clear();
        LeaveGroups();
    }

    private void LeaveGroups()
    {
        foreach (var name in _groups.Keys)
            _stream?.Leave(name, this);
    }

    private async ValueTask AddAsync(PooledBuffer bytes, bool text, CancellationToken gone)
    {
        while (TryAdd(bytes.WrittenSpan, text) is { } full)
            await full.Events.RoomAsync(gone);
    }

    // Null where it was taken; else the stream that has no room for it yet.
    private FanInStream? TryAdd(ReadOnlySpan<byte> payload, bool text)
    {
        lock (_lock)
        {
            // What comes from one that is about to be closed is passed over, as nothing bounds it any more.
            if (_isOver || _close is not null)
                return null;
            if (_isAccepted && !_stream!.Events.TryAdd(_reference, _window.Last + 1, payload, text))
                return _stream;
            _window.Add(payload.ToArray(), text);
            return null;
        }
    }

    // A client that sends faster than the service takes waits, and so does one whose stream is lost.
    private async ValueTask RoomAsync(CancellationToken gone)
    {
        while (true)
        {
            Task wait;
            lock (_lock)
            {
                if (_isOver || _close is not null || (_isAccepted && _window.HasRoom))
                    break;
                _room ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
                wait = _room.Task;
            }

            await wait.WaitAsync(gone);
        }

        // What all clients together may keep: rare, so nobody is told when there is room again.
        while (!_hub.Budget.HasRoom)
            await Task.Delay(RoomInterval, _hub.Time, gone);
    }

    private void Wake()
    {
        _room?.TrySetResult();
        _room = null;
    }

    private void Flush()
    {
        lock (_lock)
        {
            if (_socket is null || _isOver || (_queue.IsEmpty && _close is null))
                return;
            // Where a frame does not go out, the close frame would wait behind it: it is given its few seconds, and then the client is cut off.
            if (_close == FanInCloses.TooSlow)
                _ = _socket.CloseAsync(_close);
            if (_isSending)
                return;
            _isSending = true;
        }

        _ = SendAsync(_socket);
    }

    private async Task SendAsync(ClientSocket socket)
    {
        try
        {
            while (TryTake(out var message, out var close))
            {
                if (close is not null)
                {
                    await socket.CloseAsync(close);
                    return;
                }

                await socket.SendAsync(message.Payload, message.Text);
                Sent(message);
            }
        }
        catch (Exception gone) when (ClientSocket.IsGone(gone))
        {
            // Whoever reads from the socket finds out too, and ends the connection.
        }
    }

    private bool TryTake(out Outgoing message, out SocketClose? close)
    {
        lock (_lock)
        {
            close = null;
            if (_queue.TryTake(out message))
                return true;
            close = _close;
            if (close is not null)
                return true;
            TellMissed();
            return _isSending = false;
        }
    }

    private void Sent(in Outgoing message)
    {
        lock (_lock)
        {
            if (message.Sequence > 0)
                _delivered = message.Sequence;
            if (_stream is not { } stream || !_isAccepted)
                return;
            // For each lot, as one for each message would double the traffic.
            if (_delivered - _acknowledged >= (ulong)Math.Max(1, _hub.Options.Credit / 2))
            {
                _acknowledged = _delivered;
                stream.Events.Add(new GatewayEvent { Connection = _reference, Ack = new() { Sequence = _delivered } });
            }

            if (_queue.IsEmpty || ++_sinceGap >= _hub.Options.Credit)
                TellMissed();
        }
    }

    private void TellMissed()
    {
        _sinceGap = 0;
        if (_queue.Missed == 0 || _stream is not { } stream || !_isAccepted)
            return;
        var missed = _queue.TakeMissed();
        _missed.Tell(missed, _window.Last);
        var gap = new Gap { Missed = (ulong)missed, Total = _missed.Total };
        foreach (var (name, membership) in _groups)
            gap.Groups.Add(new WireMembership { Group = name, Offset = membership.Offset });
        stream.Events.Add(new GatewayEvent { Connection = _reference, Gap = gap });
    }
}
