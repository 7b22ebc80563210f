namespace ProtocolGateway.Config;

/// <summary>The rules of <c>edges.webSocket</c> that no single value can break.</summary>
internal static class WebSocketRules
{
    // More than any proxy, or any client's patience; and far from what timers cannot count.
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>Reports what is wrong.</summary>
    /// <param name="edge">The edge's part of the configuration.</param>
    /// <param name="isLiteral">A path that begins with a slash holds literal segments only.</param>
    /// <param name="report">Takes path and message.</param>
    public static void Validate(WebSocketEdgeConfig edge, Func<string, bool> isLiteral, Action<string, string> report)
    {
        const string Key = "edges.webSocket.";
        if (!edge.Path.StartsWith('/'))
            report(Key + "path", "The path must begin with a slash.");
        else if (edge.Path == "/" || !isLiteral(edge.Path))
            report(Key + "path", "The path holds literal segments only, at least one and none of them empty.");
        foreach (var (key, duration) in (ReadOnlySpan<(string, TimeSpan)>)
            [("helloTimeout", edge.HelloTimeout), ("keepAlive", edge.KeepAlive), ("keepAliveTimeout", edge.KeepAliveTimeout), ("goAwayPatience", edge.GoAwayPatience)])
        {
            if (duration <= TimeSpan.Zero || duration > Longest)
                report(Key + key, $"The duration is none between 0 and {Longest.TotalHours:0}h.");
        }

        foreach (var (key, duration) in (ReadOnlySpan<(string, TimeSpan)>)[("reconnectSpread", edge.ReconnectSpread), ("resume.window", edge.Resume.Window)])
        {
            if (duration > Longest)
                report(Key + key, $"The duration is longer than {Longest.TotalHours:0}h.");
        }

        if (edge.MaxFrameBytes > Array.MaxLength || edge.Resume.MaxBytes > Array.MaxLength)
            report(Key + (edge.MaxFrameBytes > Array.MaxLength ? "maxFrameBytes" : "resume.maxBytes"), $"More than {Array.MaxLength} bytes cannot be held in one piece.");
        OriginRules.Validate(edge.Origins, Key + "origins", report);
    }

    /// <summary>Reports what is wrong with the sockets of services.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="isLiteral">A path that begins with a slash holds literal segments only.</param>
    /// <param name="report">Takes path and message.</param>
    public static void ValidateServices(GatewayConfig config, Func<string, bool> isLiteral, Action<string, string> report)
    {
        var taken = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [config.Edges.WebSocket.Path.TrimEnd('/')] = "edges.webSocket.path",
            [config.Edges.Graphql.Path.TrimEnd('/')] = "edges.graphql.path",
        };
        foreach (var (name, service) in config.Services)
        {
            for (var i = 0; i < service.WebSockets.Count; i++)
            {
                var socket = service.WebSockets[i];
                var key = $"{ConfigPaths.Join("services", name)}.webSockets[{i}]";
                if (socket.Target is not null && service.Upstream.Protocol == UpstreamProtocol.Grpc)
                    report(key + ".target", "A gRPC service gets the sockets of clients over streams, and has no path for them.");
                else if (socket.Target is { } path && (!path.StartsWith('/') || !isLiteral(path)))
                    report(key + ".target", "The path begins with a slash and holds literal segments only, none of them empty.");
                if (!socket.Path.StartsWith('/') || !isLiteral(socket.Path))
                    report(key + ".path", "The path begins with a slash and holds literal segments only, none of them empty.");
                else if (!taken.TryAdd(socket.Path.TrimEnd('/'), key))
                    report(key + ".path", $"{socket.Path} is taken by {taken[socket.Path.TrimEnd('/')]}.");
                if (socket.Patience <= TimeSpan.Zero || socket.Patience > Longest)
                    report(key + ".patience", $"The duration is none between 0 and {Longest.TotalHours:0}h.");
                if (socket.QueueBytes > Array.MaxLength)
                    report(key + ".queueBytes", $"More than {Array.MaxLength} bytes cannot wait for one client.");
            }
        }
    }
}
