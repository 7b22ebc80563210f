using System.Buffers;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.Contracts.Codec.Parsing;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto;
using ProtocolGateway.TestKit.Zoo.V1;
using Xunit;

namespace UnitTests.Contracts.Codec.Parsing;

/// <summary>The zoo's types as the gateway reads them from descriptors.</summary>
internal static class ZooPlans
{
    private static readonly ContractContent _content = Build();

    public static MessageType Animal { get; } = Type("zoo.v1.Animal");

    public static MessageType Fossil { get; } = Type("zoo.v1.Fossil");

    public static MessageType Type(string name) => _content.Types[name];

    public static JsonParsePlan Plan(MessageType type, CodecOptions? options = null) =>
        JsonParsePlan.Compile(type, options ?? CodecOptions.Default, name => _content.Types.GetValueOrDefault(name));

    /// <summary>The bytes, or the error's text.</summary>
    public static (byte[] Bytes, string? Error) Parse(this JsonParsePlan plan, string json)
    {
        var output = new ArrayBufferWriter<byte>();
        var error = plan.Parse(Encoding.UTF8.GetBytes(json), output);
        Assert.True(error is null || output.WrittenCount == 0, "an error must leave the output alone");
        return (output.WrittenSpan.ToArray(), error?.ToString());
    }

    public static Animal ParseAnimal(string json)
    {
        var (bytes, error) = Plan(Animal).Parse(json);
        Assert.Null(error);
        return ProtocolGateway.TestKit.Zoo.V1.Animal.Parser.ParseFrom(bytes);
    }

    private static ContractContent Build()
    {
        var set = new FileDescriptorSet();
        foreach (var file in (FileDescriptor[])[ZooReflection.Descriptor, Zoo2Reflection.Descriptor])
            set.File.Add(FileDescriptorProto.Parser.ParseFrom(file.SerializedData));
        return ProtoModelBuilder.Build(set, "zoo");
    }
}
