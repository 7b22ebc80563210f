using System.Buffers;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Upstreams.Http;

/// <summary>The answer's side of one call.</summary>
internal sealed class HttpExchange(GatewayCall call, string service, CallCancellation cancellation)
{
    private const int PieceLength = 16 * 1024;
    private static readonly Func<string, bool> KeepAll = static _ => true;
    private bool _headSeen;
    private bool _inEdge;

    /// <summary>Reads the answer and gives it to the edge.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<CallEnd> ReceiveAsync(HttpResponseMessage response)
    {
        _headSeen = true;
        var headers = new CallHeaders();
        var keep = Filter(response.Headers);
        AnswerHeaders.CopyTo(headers, response.Headers, keep);
        AnswerHeaders.CopyTo(headers, response.Content.Headers, keep);
        _inEdge = true;
        await call.OnHeadAsync(new AnswerHead((int)response.StatusCode, headers));
        _inEdge = false;
        await CopyBodyAsync(response);
        return new(null, Trailers(response.TrailingHeaders));
    }

    /// <summary>What an exception of the exchange means.</summary>
    public GatewayError Explain(Exception exception)
    {
        if (call.Cancelled.IsCancellationRequested)
            return GatewayErrors.CallerGone();
        if (_inEdge)
            return FailureMap.FromEdge(exception);
        return cancellation.DeadlinePassed ? GatewayErrors.DeadlineExceeded() : FailureMap.FromBackend(exception, service, _headSeen);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask CopyBodyAsync(HttpResponseMessage response)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation.Token);
        var piece = ArrayPool<byte>.Shared.Rent(PieceLength);
        try
        {
            int count;
            while ((count = await stream.ReadAsync(piece, cancellation.Token)) > 0)
            {
                _inEdge = true;
                await call.OnMessageAsync(new ReadOnlySequence<byte>(piece, 0, count), moreAtHand: false);
                _inEdge = false;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    // RFC 9110, section 7.6.1: whatever Connection names speaks of this connection only.
    private static Func<string, bool> Filter(HttpResponseHeaders headers)
    {
        if (!headers.NonValidated.TryGetValues("Connection", out var values))
            return KeepAll;
        var named = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var value in values)
            named.UnionWith(value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        return name => !named.Contains(name);
    }

    private static CallHeaders? Trailers(HttpResponseHeaders headers)
    {
        if (headers.NonValidated.Count == 0)
            return null;
        var trailers = new CallHeaders();
        AnswerHeaders.CopyTo(trailers, headers, KeepAll);
        return trailers;
    }
}
