using System.Buffers;
using BenchmarkDotNet.Attributes;
using Google.Protobuf;
using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.Contracts.Codec.Formatting;

namespace ProtocolGateway.Benchmarks;

/// <summary>Protobuf bytes to JSON bytes: our plan against parsing to a generated message and formatting that. The bar is a quarter of the time and no allocation.</summary>
[MemoryDiagnoser]
[BenchmarkCategory("Format")]
public class JsonFormatBenchmarks
{
    private readonly ArrayBufferWriter<byte> _output = new(64 * 1024);
    private byte[] _wire = [];
    private IMessage _message = null!;
    private JsonFormatPlan _plan = null!;

    [Params(ShopMessages.OneUser, ShopMessages.HundredPosts)]
    public string Message { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _message = ShopMessages.Create(Message);
        _wire = _message.ToByteArray();
        _plan = JsonFormatPlan.Compile(ShopMessages.TypeOf(_message), CodecOptions.Default, ShopMessages.FindType);
    }

    /// <summary>The formatter alone: the message is parsed already, and the text not yet encoded.</summary>
    [Benchmark(Baseline = true)]
    public string GoogleFormatter() => JsonFormatter.Default.Format(_message);

    /// <summary>What a gateway would have to do: wire to UTF-8.</summary>
    [Benchmark]
    public byte[] GoogleWireToUtf8() =>
        System.Text.Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(_message.Descriptor.Parser.ParseFrom(_wire)));

    [Benchmark]
    public int Plan()
    {
        _output.ResetWrittenCount();
        if (_plan.Format(_wire, _output) is { } error)
            throw new InvalidOperationException(error.ToString());
        return _output.WrittenCount;
    }
}
