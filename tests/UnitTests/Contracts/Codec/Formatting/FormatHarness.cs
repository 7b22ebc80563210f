using System.Buffers;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.Contracts.Codec.Formatting;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto;
using ProtocolGateway.TestKit.Zoo.V1;
using Xunit;

namespace UnitTests.Contracts.Codec.Formatting;

/// <summary>The zoo's types in the neutral model, and shorthands to format and to write wire bytes by hand.</summary>
internal static class FormatHarness
{
    private static readonly IReadOnlyDictionary<string, MessageType> Types = Load();

    public static MessageType Animal => Types["zoo.v1.Animal"];

    public static MessageType Fossil => Types["zoo.v1.Fossil"];

    public static MessageType? Find(string fullName) => Types.GetValueOrDefault(fullName);

    public static string Json(IMessage message, CodecOptions? options = null) =>
        Json(Types[message.Descriptor.FullName], message.ToByteArray(), options);

    public static string Json(MessageType type, byte[] wire, CodecOptions? options = null)
    {
        var output = new ArrayBufferWriter<byte>();
        var error = JsonFormatPlan.Compile(type, options ?? CodecOptions.Default, Find).Format(wire, output);
        Assert.Null(error);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    public static CodecError Error(MessageType type, byte[] wire, CodecOptions? options = null)
    {
        var output = new ArrayBufferWriter<byte>();
        var error = JsonFormatPlan.Compile(type, options ?? CodecOptions.Default, Find).Format(wire, output);
        Assert.NotNull(error);
        Assert.Equal(0, output.WrittenCount);
        return error;
    }

    public static byte[] Wire(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    private static IReadOnlyDictionary<string, MessageType> Load()
    {
        var set = new FileDescriptorSet();
        var seen = new HashSet<string>();
        void Add(FileDescriptor file)
        {
            if (!seen.Add(file.Name))
                return;
            foreach (var dependency in file.Dependencies)
                Add(dependency);
            set.File.Add(FileDescriptorProto.Parser.ParseFrom(file.SerializedData));
        }

        Add(ProtocolGateway.TestKit.Zoo.V1.Animal.Descriptor.File);
        Add(ProtocolGateway.TestKit.Zoo.V1.Fossil.Descriptor.File);
        return ProtoModelBuilder.Build(set, "zoo").Types;
    }
}
