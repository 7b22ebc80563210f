using System.Buffers;
using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.Contracts.Codec.Formatting;
using ProtocolGateway.Contracts.Codec.Parsing;
using ProtocolGateway.Contracts.Model;

/// <summary>Answers the suite's requests by the gateway's codec.</summary>
internal sealed class Testee(IReadOnlyDictionary<string, MessageType> types)
{
    private readonly Dictionary<string, JsonFormatPlan> _formatters = [];
    private readonly Dictionary<string, ProtobufNormalizer> _normalizers = [];
    private readonly Dictionary<(string, bool), JsonParsePlan> _parsers = [];

    public ConformanceResponse Run(ConformanceRequest request)
    {
        if (request.MessageType == "conformance.FailureSet")
            return ConformanceResponse.Protobuf([]); // asked first: which failures this testee expects; none
        if (request.Output is not (OutputFormat.Protobuf or OutputFormat.Json))
            return ConformanceResponse.Skipped("only protobuf and JSON are written");
        if (!types.TryGetValue(request.MessageType, out var type))
            return ConformanceResponse.Skipped("the descriptor set has no " + request.MessageType);
        var wire = new ArrayBufferWriter<byte>();
        if (request.Json is { } json)
        {
            if (Parser(type, request.IgnoreUnknown).Parse(new ReadOnlySequence<byte>(json), wire) is { } error)
                return ConformanceResponse.ParseError(error.ToString());
        }
        else if (request.Protobuf is { } protobuf)
        {
            if (Normalizer(type).Normalize(new ReadOnlySequence<byte>(protobuf), wire) is { } error)
                return ConformanceResponse.ParseError(error.ToString());
            if (request.Output == OutputFormat.Json)
                return Format(type, protobuf); // as it came, so that the formatter sees all disorder itself
        }
        else
        {
            return ConformanceResponse.Skipped("only protobuf and JSON are read");
        }

        return request.Output == OutputFormat.Json ? Format(type, wire.WrittenMemory) : ConformanceResponse.Protobuf(wire.WrittenSpan.ToArray());
    }

    private ConformanceResponse Format(MessageType type, ReadOnlyMemory<byte> wire)
    {
        var text = new ArrayBufferWriter<byte>();
        if (!_formatters.TryGetValue(type.FullName, out var plan))
            _formatters[type.FullName] = plan = JsonFormatPlan.Compile(type, CodecOptions.Default, types.GetValueOrDefault);
        return plan.Format(new ReadOnlySequence<byte>(wire), text) is { } error
            ? ConformanceResponse.SerializeError(error.ToString())
            : ConformanceResponse.Json(text.WrittenSpan.ToArray());
    }

    private ProtobufNormalizer Normalizer(MessageType type)
    {
        if (!_normalizers.TryGetValue(type.FullName, out var normalizer))
            _normalizers[type.FullName] = normalizer = ProtobufNormalizer.Compile(type, CodecOptions.Default);
        return normalizer;
    }

    private JsonParsePlan Parser(MessageType type, bool ignoreUnknown)
    {
        if (!_parsers.TryGetValue((type.FullName, ignoreUnknown), out var plan))
        {
            var options = CodecOptions.Default with { IgnoreUnknownFields = ignoreUnknown };
            _parsers[(type.FullName, ignoreUnknown)] = plan = JsonParsePlan.Compile(type, options, types.GetValueOrDefault);
        }

        return plan;
    }
}
