using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using ProtocolGateway.TestKit.Matrix;

namespace ProtocolGateway.TestKit.Backends;

/// <summary>What one call brought to the backend.</summary>
public sealed record Received(string Method, IReadOnlyList<IMessage> Messages, Metadata Headers, DateTime Deadline);

/// <summary>The recording gRPC backend of the matrix tests.</summary>
public sealed class MatrixService(ConcurrentQueue<Received> log, ConcurrentQueue<string> cancelled) : Matrix.Matrix.MatrixBase
{
    // What a failed call says besides its code: a thing for the caller, and one for the log alone.
    private static readonly Google.Rpc.Status Details = new()
    {
        Details = { Any.Pack(new Google.Rpc.RetryInfo()), Any.Pack(new Google.Rpc.DebugInfo { Detail = "secret stack trace" }) },
    };

    public override Task<SayReply> Say(SayRequest request, ServerCallContext context) => Answer(request, context);

    public override Task<SayReply> Plain(SayRequest request, ServerCallContext context) => Answer(request, context);

    public override async Task Count(CountRequest request, IServerStreamWriter<SayReply> responseStream, ServerCallContext context)
    {
        log.Enqueue(new(nameof(Count), [request], context.RequestHeaders, context.Deadline));
        try
        {
            for (var i = 1; i <= request.To; i++)
            {
                if (request.FailAfter > 0 && i > request.FailAfter)
                    throw new RpcException(new Status(StatusCode.DataLoss, "lost the rest"));
                await responseStream.WriteAsync(new SayReply { Text = "n" + i, Number = i }, context.CancellationToken);
                if (request.WaitMs > 0)
                    await Task.Delay(request.WaitMs, context.CancellationToken);
            }

            context.ResponseTrailers.Add("x-counted", "yes");
        }
        catch (OperationCanceledException)
        {
            cancelled.Enqueue(nameof(Count));
            throw;
        }
    }

    public override async Task<SayReply> Sum(IAsyncStreamReader<SayRequest> requestStream, ServerCallContext context)
    {
        var all = new List<SayRequest>();
        await foreach (var one in requestStream.ReadAllAsync(context.CancellationToken))
            all.Add(one);
        log.Enqueue(new(nameof(Sum), all, context.RequestHeaders, context.Deadline));
        return new SayReply { Text = string.Join(",", all.Select(r => r.Name)), Number = all.Sum(r => r.Number) };
    }

    public override async Task Echo(IAsyncStreamReader<SayRequest> requestStream, IServerStreamWriter<SayReply> responseStream, ServerCallContext context)
    {
        var all = new List<SayRequest>();
        await foreach (var one in requestStream.ReadAllAsync(context.CancellationToken))
        {
            all.Add(one);
            await responseStream.WriteAsync(Reply(one), context.CancellationToken);
        }

        log.Enqueue(new(nameof(Echo), all, context.RequestHeaders, context.Deadline));
    }

    private async Task<SayReply> Answer(SayRequest request, ServerCallContext context)
    {
        log.Enqueue(new(context.Method.Split('/')[^1], [request], context.RequestHeaders, context.Deadline));
        if (request.WaitMs > 0)
        {
            try
            {
                await Task.Delay(request.WaitMs, context.CancellationToken);
            }
            catch (OperationCanceledException)
            {
                cancelled.Enqueue(context.Method);
                throw;
            }
        }

        if (request.FailCode != 0)
            throw new RpcException(new Status((StatusCode)request.FailCode, "asked to fail"), new Metadata { { "grpc-status-details-bin", Details.ToByteArray() } });
        await context.WriteResponseHeadersAsync(new Metadata { { "x-answer", "yes" } });
        context.ResponseTrailers.Add("x-late", "too");
        return Reply(request);
    }

    private static SayReply Reply(SayRequest request) =>
        new() { Text = "hello " + request.Name, Number = request.Number, Tags = { request.Tags }, At = request.At };
}
