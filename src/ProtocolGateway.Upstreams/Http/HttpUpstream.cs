using System.Net.Http;
using System.Runtime.CompilerServices;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.Upstreams.Http.Http1;

namespace ProtocolGateway.Upstreams.Http;

/// <summary>Speaks HTTP to backends: bodies travel as they are, and whatever status a backend chose is an ordinary answer.</summary>
internal static class HttpUpstream
{
    /// <summary>Carries one call. Does not call OnEndAsync: the result says what to call it with.</summary>
    public static ValueTask<CallEnd> SendAsync(GatewayCall call, string service, InstanceTransport transport, CallCancellation cancellation)
    {
        if (call.HttpRequest is not { } head || !HttpTarget.IsSafe(head.PathAndQuery))
            return new(new CallEnd(GatewayErrors.InvalidInput("The request's path cannot be sent to the service.")));
        if (head.Upgrade is not null)
            return TunnelAsync(call, head, service, transport, cancellation);
        return transport.IsHttp1 ? SendHttp1Async(call, head, service, transport, cancellation) : SendByHandlerAsync(call, head, service, transport, cancellation);
    }

    private static async ValueTask<CallEnd> TunnelAsync(GatewayCall call, HttpRequestHead head, string service, InstanceTransport transport, CallCancellation cancellation)
    {
        try
        {
            var connection = await transport.Http1.ConnectAsync(cancellation.Token);
            return await new Http1Tunnel(call, head, service, transport.MaxAnswerHeaderBytes, cancellation).RunAsync(connection, transport.Http1Target);
        }
        catch (Http1ConnectException exception)
        {
            return new(GatewayErrors.Unreachable(service, exception.Message));
        }
        catch (OperationCanceledException)
        {
            return new(GatewayErrors.CallerGone());
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<CallEnd> SendHttp1Async(
        GatewayCall call, HttpRequestHead head, string service, InstanceTransport transport, CallCancellation cancellation)
    {
        var exchange = new Http1Exchange(call, head, service, transport.MaxAnswerHeaderBytes, cancellation);
        try
        {
            var end = await exchange.RunAsync(transport.Http1, await transport.Http1.RentAsync(cancellation.Token), transport.Http1Target);
            if (!exchange.MayRepeat)
                return end;
            // The peer had closed the connection while it was idle (RFC 9112, section 9.3.1); a new one has not been idle.
            exchange = new Http1Exchange(call, head, service, transport.MaxAnswerHeaderBytes, cancellation);
            return await exchange.RunAsync(transport.Http1, await transport.Http1.ConnectAsync(cancellation.Token), transport.Http1Target);
        }
        catch (Http1ConnectException exception)
        {
            return new(GatewayErrors.Unreachable(service, exception.Message));
        }
        catch (OperationCanceledException)
        {
            return new(cancellation.DeadlinePassed && !call.Cancelled.IsCancellationRequested ? GatewayErrors.DeadlineExceeded() : GatewayErrors.CallerGone());
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<CallEnd> SendByHandlerAsync(
        GatewayCall call, HttpRequestHead head, string service, InstanceTransport transport, CallCancellation cancellation)
    {
        using var content = head.HasBody ? new BodyContent(call, cancellation, LengthOf(call, head)) : null;
        var exchange = new HttpExchange(call, service, cancellation);
        CallEnd end;
        try
        {
            using var request = CreateRequest(call, head, transport, content);
            using var response = await transport.Invoker.SendAsync(request, cancellation.Token);
            end = await exchange.ReceiveAsync(response);
        }
        catch (Exception exception)
        {
            end = new(exchange.Explain(exception));
        }

        if (content is null)
            return end;
        await content.FinishAsync();
        return end.Error is not null && content.RequestError is { } requestError ? new(requestError) : end;
    }

    // A body that is here whole is never sent in chunks, which some servers do not take.
    private static long? LengthOf(GatewayCall call, HttpRequestHead head) =>
        head.ContentLength ?? (call.TryGetSingleMessage(out var whole) ? whole.Length : null);

    private static HttpRequestMessage CreateRequest(GatewayCall call, HttpRequestHead head, InstanceTransport transport, BodyContent? content)
    {
        var request = new HttpRequestMessage(HttpMethod.Parse(head.Method), transport.HttpTarget(head.PathAndQuery))
        {
            Version = transport.Version,
            VersionPolicy = transport.Policy,
            Content = content,
        };
        if (head.ContentType is { } type)
            content?.Headers.TryAddWithoutValidation("Content-Type", type);
        foreach (var (name, value) in call.Headers.Items)
        {
            if (IsOurs(name))
                continue;
            if (!request.Headers.TryAddWithoutValidation(name, value))
                content?.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    // Host follows from the instance, the length from the body; an expectation was answered by our own server.
    private static bool IsOurs(string name) =>
        name is "host" or "content-type" or "content-length" or "expect" || HeaderNames.IsHopByHop(name);
}
