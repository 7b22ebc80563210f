using System.Buffers;
using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.Contracts.Codec.Formatting;
using ProtocolGateway.Contracts.Codec.Parsing;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges;

/// <summary>How the messages of one view become its HTTP service's requests, and the other way. Compiled once; immutable.</summary>
internal sealed class HttpBridgePlan(RpcView view)
{
    // A service may say more than its contract does.
    private static readonly CodecOptions Options = CodecOptions.Default with { PlainJson = true, IgnoreUnknownFields = true };

    private readonly JsonFormatPlan _input = JsonFormatPlan.Compile(view.Input, Options, static _ => null);
    private readonly HttpRequestBuilder _requests = HttpRequestBuilder.Compile(view.Native);
    private readonly JsonParsePlan? _output = view.Wrapped is { } field ? JsonParsePlan.CompileField(field, Options, static _ => null)
        : view.Output is { } message ? JsonParsePlan.Compile(message, Options, static _ => null) : null;

    /// <summary>The configured service.</summary>
    public string Service => view.Native.ServiceName;

    /// <summary>Makes the request of a message.</summary>
    public GatewayError? Write(ReadOnlySequence<byte> message, HttpBridgeCall call)
    {
        using var json = new PooledBuffer();
        if (_input.Format(message, json) is { } wrong)
            return GatewayErrors.InvalidInput(wrong.ToString());
        var error = _requests.Build(json.WrittenSpan, call.Body, call.Headers, out var head);
        call.HttpRequest = head;
        return error;
    }

    /// <summary>Makes the message of a whole answer.</summary>
    public GatewayError? Read(ReadOnlySpan<byte> json, PooledBuffer message)
    {
        // No content is an answer like any other; so is null.
        if (_output is null || json.Trim(" \t\r\n"u8) is [] or [(byte)'n', (byte)'u', (byte)'l', (byte)'l'])
            return null;
        return _output.Parse(json, message) is { } wrong ? GatewayErrors.BackendContract(Service, wrong.ToString()) : null;
    }
}
