using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.Envelope.Telemetry;

namespace ProtocolGateway.Edges.Grpc;

/// <summary>
/// The Connect protocol for gRPC operations, at <c>POST /{package.Service}/{Method}</c>: what <c>buf curl</c> and Connect's clients speak
/// (connectrpc.com/docs/protocol). Neither its GET form nor compression of requests is taken.
/// </summary>
public sealed class ConnectEdge
{
    private const string TimeoutHeader = "Connect-Timeout-Ms";

    private readonly FrozenDictionary<string, ConnectTarget> _targets;
    private readonly ConnectEdgeOptions _options;
    private readonly CallHandler _pipeline;
    private readonly TimeProvider _time;
    private readonly ConnectErrorWriter _errors;

    /// <summary>An edge over the gRPC operations of a catalog.</summary>
    /// <param name="catalog">What is served.</param>
    /// <param name="options">The settings.</param>
    /// <param name="pipeline">The spine.</param>
    /// <param name="log">Where incidents are logged.</param>
    public ConnectEdge(Catalog catalog, ConnectEdgeOptions options, CallHandler pipeline, ILogger<ConnectEdge> log)
    {
        (_options, _pipeline, _time, _errors) = (options, pipeline, options.Time, new(log));
        Func<string, MessageType?> find = name => catalog.FindType(name) ?? BuiltInTypes.Find(name);
        var targets = new Dictionary<string, ConnectTarget>(StringComparer.Ordinal);
        foreach (var service in catalog.Services)
        {
            var prefix = options.Prefix(service.Name);
            foreach (var operation in service.Operations.Where(o => o is { Kind: ContractKind.Grpc, Output: MessageType }))
                targets.TryAdd(prefix + operation.GrpcPath, new(operation, service.Name, options.Timeout(operation), find));
        }

        _targets = targets.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Answers a request; null for one that is not Connect's, or names no gRPC operation.</summary>
    public Task? TryHandle(HttpContext context) =>
        ConnectForm.Of(context.Request) is { } form && _targets.TryGetValue(context.Request.Path.Value ?? "", out var target) ? HandleAsync(context, target, form) : null;

    internal static GatewayError Unsupported(string what) => new()
    {
        Code = StatusCode.Unimplemented,
        Reason = "UNSUPPORTED_ENCODING",
        Blame = Blame.Caller,
        Message = $"The gateway does not take {what}.",
    };

    private async Task HandleAsync(HttpContext context, ConnectTarget target, ConnectForm form)
    {
        var name = target.Operation.FullName;
        if (form.Streams != target.Streams)
        {
            // The protocol's answer to a media type that the method does not have.
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            context.Response.Headers["Accept-Post"] = target.Streams ? "application/connect+proto, application/connect+json" : "application/proto, application/json";
            return;
        }

        var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        using var call = new ConnectCall(context, target, form, _errors)
        {
            Operation = target.Operation,
            Edge = EdgeNames.Grpc,
            Stop = stop,
            Cancelled = stop.Token,
            CallerAddress = ClientHeaders.CallerAddress(context),
            Messages = form.Streams ? new(context, target, form, _options.MaxRequestBytes) : null,
        };
        try
        {
            var error = Prepare(context, target, call);
            if (error is null && !form.Streams)
                error = await ReadSingleAsync(context, target, form, call);
            if (error is null)
                await _pipeline(call);
            else if (form.Streams)
                await call.OnEndAsync(error, null);
            else
                _errors.Write(context, call, error, name);
        }
        catch (Exception bug)
        {
            if (!context.Response.HasStarted && context.Response.BodyWriter.UnflushedBytes == 0)
                _errors.Write(context, call, GatewayErrors.Bug(bug), name);
            else
                context.Abort();
        }
    }

    private GatewayError? Prepare(HttpContext context, ConnectTarget target, ConnectCall call)
    {
        if (call.Messages is not null)
            ClientBody.PrepareStream(context);
        var own = target.Timeout;
        if (context.Request.Headers.TryGetValue(TimeoutHeader, out var asked))
        {
            // At most ten digits, says the protocol.
            if (asked.ToString() is not { Length: <= 10 } text || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
                return GatewayErrors.InvalidInput($"The header {TimeoutHeader} must be up to 10 digits.");
            var span = TimeSpan.FromMilliseconds(milliseconds);
            own = own < span ? own : span;
        }

        var error = CallTimeouts.Read(context.Request.Headers, own, _time, out var deadline);
        call.Deadline = deadline;
        return error ?? ClientHeaders.ToBackend(context, call.Headers, call.CallerAddress, grpc: true);
    }

    private async ValueTask<GatewayError?> ReadSingleAsync(HttpContext context, ConnectTarget target, ConnectForm form, ConnectCall call)
    {
        if (context.Request.Headers.ContentEncoding is { Count: > 0 } coding && coding != "identity")
            return Unsupported("compressed messages");
        var max = _options.MaxRequestBytes;
        if (context.Request.ContentLength > max)
            return GatewayErrors.RequestTooLarge(max);
        var body = context.Request.BodyReader;
        var timed = new TimedBody(max, call.Deadline.IsSet ? call.Deadline : Deadline.After(_options.BodyPatience, _time), _time);
        try
        {
            while (true)
            {
                var result = await timed.ReadAsync(body, context.RequestAborted);
                var buffer = result.Buffer;
                var tooLarge = buffer.Length > max;
                if (!tooLarge && !result.IsCompleted)
                {
                    body.AdvanceTo(buffer.Start, buffer.End);
                    continue;
                }

                var error = tooLarge ? GatewayErrors.RequestTooLarge(max) : Take(buffer, target, form, call.Request);
                body.AdvanceTo(buffer.End);
                return error;
            }
        }
        catch (GatewayCallException broken)
        {
            return broken.Error;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return GatewayErrors.CallerGone();
        }
    }

    private static GatewayError? Take(ReadOnlySequence<byte> body, ConnectTarget target, ConnectForm form, PooledBuffer into)
    {
        if (form.Json)
            return target.Parse(body, into) is { } error ? GatewayErrors.InvalidInput(error.ToString()) : null;
        foreach (var piece in body)
            into.Write(piece.Span);
        return null;
    }
}
