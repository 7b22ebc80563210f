using System.Buffers;
using System.Text;
using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.Contracts.Codec.Formatting;
using ProtocolGateway.Contracts.Codec.Parsing;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using Xunit;

namespace UnitTests.Edges;

/// <summary>A call of a view, as an edge makes it, before a bridge whose service follows a script.</summary>
internal sealed class BridgedCall(byte[] message) : GatewayCall
{
    private bool _read;

    /// <summary>The edge has the message whole; otherwise the bridge must read it.</summary>
    public bool Whole { get; init; } = true;

    /// <summary>What the edge makes of the answer's message.</summary>
    public Action? OnAnswer { get; init; }

    /// <summary>The HTTP call that went through the spine.</summary>
    public GatewayCall? Inner { get; private set; }

    public string? Body { get; private set; }

    public CallHeaders? Head { get; private set; }

    public byte[]? Answer { get; private set; }

    public int Ends { get; private set; }

    /// <summary>The bridge wanted no more of the answer.</summary>
    public bool IsBrokenOff { get; private set; }

    /// <summary>Calls a view with a message in canonical JSON.</summary>
    public static async Task<BridgedCall> RunAsync(Operation view, string message, string answer, int status = 200, int limit = 1024 * 1024, (string Name, string Value)[]? headers = null)
    {
        var call = new BridgedCall(Encode(view, message)) { Operation = view, Edge = "test" };
        await call.RunAsync(answer, status, limit, headers ?? []);
        return call;
    }

    public async Task RunAsync(string answer, int status = 200, int limit = 1024 * 1024, params (string Name, string Value)[] headers)
    {
        var bridge = new HttpBridge(inner => ServeAsync(inner, answer, status, headers), new HttpBridgeOptions { MaxAnswerBytes = limit });
        await bridge.HandleAsync(this);
        Assert.Equal(1, Ends);
    }

    /// <summary>The answer in canonical JSON.</summary>
    public string Json()
    {
        Assert.Null(Error);
        using var json = new PooledBuffer();
        Assert.Null(JsonFormatPlan.Compile((MessageType)Operation.Output!, CodecOptions.Default, static _ => null).Format(Answer, json));
        return Encoding.UTF8.GetString(json.WrittenSpan);
    }

    public static byte[] Encode(Operation view, string json)
    {
        using var wire = new PooledBuffer();
        Assert.Null(JsonParsePlan.Compile(view.Input, CodecOptions.Default, static _ => null).Parse(Encoding.UTF8.GetBytes(json), wire));
        return wire.WrittenSpan.ToArray();
    }

    public override bool TryGetSingleMessage(out ReadOnlySequence<byte> single)
    {
        single = Whole ? new(message) : default;
        return Whole;
    }

    public override ValueTask<bool> ReadMessageAsync(IBufferWriter<byte> into, CancellationToken cancel)
    {
        if (_read)
            return new(false);
        _read = true;
        into.Write(message);
        return new(true);
    }

    public override ValueTask OnHeadAsync(AnswerHead head)
    {
        Assert.Null(Head);
        Head = head.Headers;
        return default;
    }

    public override ValueTask OnMessageAsync(ReadOnlySequence<byte> answer, bool moreAtHand = false)
    {
        Assert.Null(Answer);
        OnAnswer?.Invoke();
        Answer = answer.ToArray();
        return default;
    }

    public override ValueTask OnEndAsync(GatewayError? error, CallHeaders? trailers)
    {
        Ends++;
        Error = error;
        return default;
    }

    // As the upstream does: what the edge refuses ends the call.
    private async ValueTask ServeAsync(GatewayCall inner, string answer, int status, (string Name, string Value)[] headers)
    {
        Inner = inner;
        var body = new ArrayBufferWriter<byte>();
        if (inner.HttpRequest!.HasBody)
            Assert.True(await inner.ReadMessageAsync(body, default));
        Body = Encoding.UTF8.GetString(body.WrittenSpan);
        var list = new CallHeaders();
        foreach (var (name, value) in headers)
            list.TryAdd(name, value);
        GatewayError? error = null;
        try
        {
            await inner.OnHeadAsync(new AnswerHead(status, list));
            var bytes = Encoding.UTF8.GetBytes(answer);
            await inner.OnMessageAsync(new(bytes, 0, bytes.Length / 2));
            await inner.OnMessageAsync(new(bytes, bytes.Length / 2, bytes.Length - (bytes.Length / 2)));
        }
        catch (GatewayCallException refused)
        {
            (error, IsBrokenOff) = (refused.Error, true);
        }

        await inner.OnEndAsync(error, null);
    }
}
