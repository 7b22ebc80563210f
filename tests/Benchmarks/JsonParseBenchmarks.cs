using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using Google.Protobuf;
using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.Contracts.Codec.Parsing;

namespace ProtocolGateway.Benchmarks;

/// <summary>JSON bytes to protobuf bytes: our plan against Google.Protobuf's parser. The bar is a quarter of the time and no allocation.</summary>
[MemoryDiagnoser]
[BenchmarkCategory("Parse")]
public class JsonParseBenchmarks
{
    private readonly ArrayBufferWriter<byte> _output = new(64 * 1024);
    private string _text = "";
    private byte[] _utf8 = [];
    private IMessage _message = null!;
    private JsonParsePlan _plan = null!;

    [Params(ShopMessages.OneUser, ShopMessages.HundredPosts)]
    public string Message { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _message = ShopMessages.Create(Message);
        _text = JsonFormatter.Default.Format(_message);
        _utf8 = Encoding.UTF8.GetBytes(_text);
        _plan = JsonParsePlan.Compile(ShopMessages.TypeOf(_message), CodecOptions.Default, ShopMessages.FindType);
    }

    /// <summary>The parser alone: the text is decoded already, and the message not yet written.</summary>
    [Benchmark(Baseline = true)]
    public IMessage GoogleParser() => JsonParser.Default.Parse(_text, _message.Descriptor);

    /// <summary>What a gateway would have to do: UTF-8 to wire.</summary>
    [Benchmark]
    public byte[] GoogleUtf8ToWire() => JsonParser.Default.Parse(Encoding.UTF8.GetString(_utf8), _message.Descriptor).ToByteArray();

    [Benchmark]
    public int Plan()
    {
        _output.ResetWrittenCount();
        if (_plan.Parse(new ReadOnlySequence<byte>(_utf8), _output) is { } error)
            throw new InvalidOperationException(error.ToString());
        return _output.WrittenCount;
    }
}
