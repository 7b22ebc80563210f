using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Edges.Sockets;
using ProtocolGateway.Edges.WebSockets.Multiplexed;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.Envelope.Telemetry;

namespace ProtocolGateway.Edges.WebSockets.PassThrough;

/// <summary>Sockets that go to a service's own WebSockets.</summary>
internal sealed class PassThroughProtocol(PassThroughOptions route, CallHandler pipeline, AllowedOrigins origins, WebSocketEdgeServices services, ILogger log)
{
    /// <summary>Serves a handshake, which the service answers.</summary>
    public async Task AcceptAsync(HttpContext context)
    {
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        using var call = new PassThroughCall(context, route.Service, services.Time, cut)
        {
            Operation = route.Open,
            Edge = EdgeNames.WebSockets,
            Cancelled = cut.Token,
            CallerAddress = ClientHeaders.CallerAddress(context),
        };
        var (error, term) = await CheckAsync(context, call);
        if (error is not null)
        {
            context.Response.StatusCode = error.EffectiveHttpStatus;
            return;
        }

        // The messages are the service's and the client's own: nothing can be said between them before the end.
        await using var expiry = services.AfterEnd(term, SessionExpiry.Grace, () => call.Leave(MultiplexedCloses.Expired));
        await using var stopping = services.Stopping.UnsafeRegister(static call => ((PassThroughCall)call!).Leave(SocketClose.GoingAway), call);
        try
        {
            await pipeline(call);
            if (call.Error is { } failed)
                Incidents.Note(log, failed, call, call.Operation.FullName);
        }
        catch (Exception bug)
        {
            Incidents.Note(log, GatewayErrors.Bug(bug), call, call.Operation.FullName);
            context.Abort();
        }
    }

    private async ValueTask<(GatewayError? Refusal, CallerTerm Term)> CheckAsync(HttpContext context, PassThroughCall call)
    {
        if ((Judge(context) ?? ClientHeaders.ToBackend(context, call.Headers, call.CallerAddress, grpc: false) ?? Address(context, call)) is { } wrong)
            return (wrong, default);
        call.Prepare();
        var term = services.Check is { } check ? await check(call.Headers) : default;
        return (term.Refusal, term);
    }

    private GatewayError? Judge(HttpContext context) =>
        !IsWebSocket(context) ? GatewayErrors.UpgradeRequired("websocket") : origins.AllowsSocket(context.Request) ? null : GatewayErrors.ForeignOrigin();

    private GatewayError? Address(HttpContext context, PassThroughCall call)
    {
        // As it came, so that what is escaped stays so; only the route's own path is replaced.
        var raw = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        if (!raw.StartsWith(route.Path, StringComparison.Ordinal))
            return GatewayErrors.NoRoute(context.Request.Method, context.Request.Path.Value ?? "");
        var target = route.Target + raw[route.Path.Length..];
        call.HttpRequest = new("GET", target.StartsWith('/') ? target : "/" + target, null, null, HasBody: false) { Upgrade = "websocket" };
        return null;
    }

    // Other protocols that a connection could change to are nobody's here: what a proxy forwards of them blindly is how requests are smuggled.
    private static bool IsWebSocket(HttpContext context) => HttpMethods.IsConnect(context.Request.Method)
        ? context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true, Protocol: "websocket" }
        : context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } && context.Request.Headers.Upgrade is [{ } to] && to.Equals("websocket", StringComparison.OrdinalIgnoreCase);
}
