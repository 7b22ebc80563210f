using System.Buffers;
using System.Collections.Concurrent;
using Google.Protobuf;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.Envelope.Telemetry;
using ProtocolGateway.FanIn.V1;

namespace ProtocolGateway.Edges.WebSockets.FanIn;

/// <summary>One stream to an instance of the service, and the connections that it carries. Whatever a client does or does not do, the stream is never waited for.</summary>
internal sealed class FanInStream : GatewayCall, IDisposable
{
    private readonly FanInHub _hub;
    private readonly ConcurrentDictionary<uint, FanInConnection> _connections = new();
    private readonly ConcurrentDictionary<string, Group> _groups = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _cancel;
    private uint _lastReference;
    private bool _isStalled;

    private FanInStream(FanInHub hub, CancellationTokenSource cancel)
    {
        (_hub, _cancel) = (hub, cancel);
        Events = new(hub.Options.Patience, hub.Time, Stalled);
    }

    /// <summary>What waits to be sent.</summary>
    public EventBuffer Events { get; }

    /// <summary>Why it was lost.</summary>
    public string Loss => _isStalled ? "the service takes nothing from it" : Error?.ToString() ?? "the service ended it";

    /// <summary>How many connections it carries.</summary>
    public int Count => _connections.Count;

    /// <summary>The service has said something on it.</summary>
    public bool IsUp { get; private set; }

    /// <summary>A stream that is about to be opened.</summary>
    public static FanInStream Create(FanInHub hub)
    {
        var cancel = new CancellationTokenSource();
        var stream = new FanInStream(hub, cancel) { Operation = hub.Options.Serve, Edge = EdgeNames.WebSockets, Cancelled = cancel.Token };
        stream.Events.Add(new GatewayEvent { Hello = new() { Gateway = hub.Gateway, Path = hub.Options.Path } });
        return stream;
    }

    /// <summary>Takes a connection in.</summary>
    /// <returns>Its number on this stream.</returns>
    public uint Add(FanInConnection connection)
    {
        var reference = Interlocked.Increment(ref _lastReference);
        _connections[reference] = connection;
        return reference;
    }

    /// <summary>Lets a connection go, and tells the service why.</summary>
    public void Remove(uint reference, Close close)
    {
        if (!_connections.TryRemove(reference, out _))
            return;
        Events.Add(new GatewayEvent { Connection = reference, Close = close });
        _hub.Left(this);
    }

    /// <summary>Lets all connections go.</summary>
    public List<FanInConnection> RemoveAll()
    {
        var all = _connections.Values.ToList();
        _connections.Clear();
        return all;
    }

    /// <summary>A connection joins a group, which is made where there is none.</summary>
    public Membership Join(string name, FanInConnection connection, ulong offset)
    {
        // Under one lock with the leaving: a group that its last member leaves at this moment is forgotten, and who joined it would hear nothing.
        lock (_groups)
            return _groups.GetOrAdd(name, static _ => new()).Join(connection, offset);
    }

    /// <summary>A connection leaves a group, which is forgotten with its last member.</summary>
    public void Leave(string name, FanInConnection connection)
    {
        lock (_groups)
        {
            if (!_groups.TryGetValue(name, out var group))
                return;
            group.Leave(connection);
            if (group.IsEmpty)
                _groups.TryRemove(name, out _);
        }
    }

    /// <inheritdoc />
    public override bool TryGetSingleMessage(out ReadOnlySequence<byte> message)
    {
        message = default;
        return false;
    }

    /// <inheritdoc />
    public override ValueTask<bool> ReadMessageAsync(IBufferWriter<byte> into, CancellationToken cancel) => Events.TakeAsync(into, cancel);

    /// <inheritdoc />
    public override ValueTask OnHeadAsync(AnswerHead head)
    {
        IsUp = true;
        _hub.Up(this);
        return default;
    }

    /// <inheritdoc />
    public override ValueTask OnMessageAsync(ReadOnlySequence<byte> message, bool moreAtHand)
    {
        ToGateway batch;
        try
        {
            batch = ToGateway.Parser.ParseFrom(message);
        }
        catch (InvalidProtocolBufferException bad)
        {
            throw new GatewayCallException(GatewayErrors.BackendContract(_hub.Options.Service, bad.Message));
        }

        foreach (var what in batch.Events)
        {
            if (what.EventCase == ServiceEvent.EventOneofCase.Broadcast)
                Broadcast(what.Broadcast);
            else if (_connections.TryGetValue(what.Connection, out var connection))
                connection.Take(this, what);
            // A connection may have gone while the service still speaks of it.
        }

        return default;
    }

    /// <inheritdoc />
    public override ValueTask OnEndAsync(GatewayError? error, CallHeaders? trailers)
    {
        Error = error;
        Events.End();
        return default;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Events.Dispose();
        _cancel.Dispose();
    }

    private void Stalled()
    {
        _isStalled = true;
        // Not on this stack, which holds locks.
        _ = _cancel.CancelAsync();
    }

    private void Broadcast(Broadcast broadcast)
    {
        if (!_groups.TryGetValue(broadcast.Group, out var group))
            return;
        // One copy of the bytes for all.
        var message = new Outgoing(broadcast.Payload.Memory, broadcast.Text, 0, broadcast.Group);
        foreach (var member in group.Members)
        {
            if (member.Offset >= broadcast.Offset)
                continue;
            member.Offset = broadcast.Offset;
            if (broadcast.Except.Count == 0 || !broadcast.Except.Contains(member.Connection.ReferenceOn(this)))
                member.Connection.Send(message);
        }
    }
}
