using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace MatrixTests;

/// <summary>The testee as the protobuf project's conformance runner would drive it: requests and responses with their length before them, over its own streams.</summary>
public sealed class ConformanceTesteeTests
{
    // Numbers of conformance.ConformanceRequest's payloads and ConformanceResponse's results, of WireFormat and of TestCategory.
    private const int ProtobufPayload = 1, JsonPayload = 2;
    private const int ParseError = 1, ProtobufResult = 3, JsonResult = 4, Skipped = 5;
    private const int AsProtobuf = 1, AsJson = 2, AsText = 4;
    private const int Plain = 1, IgnoringUnknown = 3;

    [Fact]
    public async Task The_testee_speaks_the_suites_protocol()
    {
        var directory = Directory.CreateTempSubdirectory("testee");
        var file = Path.Combine(directory.FullName, "types.binpb");
        await File.WriteAllBytesAsync(file, Types().ToByteArray());
        var program = Repository.PathOf("tests/ProtocolGateway.ConformanceTestee/bin/Release/net10.0/ProtocolGateway.ConformanceTestee.dll");
        using var testee = Process.Start(new ProcessStartInfo("dotnet", [program, file]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        try
        {
            byte[] wire = [0x08, 0x05, 0x18, 0x07, 0x22, 0x01, (byte)'a'];
            var json = """{"kind":"TYPE_INT32","number":7,"name":"a"}"""u8.ToArray();
            var unknown = """{"number":7,"nobody":1}"""u8.ToArray();
            Assert.Equal((ProtobufResult, ""), Ask(testee, ProtobufPayload, [], AsProtobuf, Plain, "conformance.FailureSet"));
            Assert.Equal((ProtobufResult, Convert.ToHexString(wire)), Ask(testee, JsonPayload, json, AsProtobuf));
            Assert.Equal((ProtobufResult, Convert.ToHexString(wire)), Ask(testee, ProtobufPayload, wire, AsProtobuf));
            Assert.Equal((JsonResult, Convert.ToHexString(json)), Ask(testee, ProtobufPayload, wire, AsJson));
            Assert.Equal(ParseError, Ask(testee, ProtobufPayload, wire[..^1], AsJson).Result);
            Assert.Equal(ParseError, Ask(testee, JsonPayload, unknown, AsProtobuf).Result);
            Assert.Equal((ProtobufResult, "1807"), Ask(testee, JsonPayload, unknown, AsProtobuf, IgnoringUnknown));
            Assert.Equal(Skipped, Ask(testee, JsonPayload, json, AsText).Result);
            Assert.Equal(Skipped, Ask(testee, JsonPayload, json, AsJson, Plain, "no.such.Type").Result);

            testee.StandardInput.Close();
            await testee.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, testee.ExitCode);
        }
        finally
        {
            testee.Kill();
            directory.Delete(recursive: true);
        }
    }

    // A type that every reader can look up: google.protobuf.Field.
    private static FileDescriptorSet Types()
    {
        var set = new FileDescriptorSet();
        foreach (var file in (FileDescriptor[])[AnyReflection.Descriptor, SourceContextReflection.Descriptor, TypeReflection.Descriptor])
            set.File.Add(FileDescriptorProto.Parser.ParseFrom(file.SerializedData));
        return set;
    }

    private static (int Result, string Hex) Ask(Process testee, int payload, byte[] bytes, int output, int category = Plain, string type = "google.protobuf.Field")
    {
        using var request = new MemoryStream();
        using (var writer = new CodedOutputStream(request, leaveOpen: true))
        {
            WriteBytes(writer, payload, bytes);
            writer.WriteTag(3, WireFormat.WireType.Varint);
            writer.WriteEnum(output);
            WriteBytes(writer, 4, Encoding.UTF8.GetBytes(type));
            writer.WriteTag(5, WireFormat.WireType.Varint);
            writer.WriteEnum(category);
        }

        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, (int)request.Length);
        var (into, from) = (testee.StandardInput.BaseStream, testee.StandardOutput.BaseStream);
        into.Write(length);
        into.Write(request.ToArray());
        into.Flush();
        from.ReadExactly(length);
        var response = new byte[BinaryPrimitives.ReadInt32LittleEndian(length)];
        from.ReadExactly(response);
        var reader = new CodedInputStream(response);
        return (WireFormat.GetTagFieldNumber(reader.ReadTag()), Convert.ToHexString(reader.ReadBytes().Span));
    }

    private static void WriteBytes(CodedOutputStream writer, int number, byte[] bytes)
    {
        writer.WriteTag(number, WireFormat.WireType.LengthDelimited);
        writer.WriteBytes(ByteString.CopyFrom(bytes));
    }
}
