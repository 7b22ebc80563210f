using System.Buffers.Binary;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts.Proto;

if (args.Length != 1)
{
    Console.Error.WriteLine("usage: ProtocolGateway.ConformanceTestee FILE\n  FILE: a FileDescriptorSet with the messages that the conformance suite will name");
    return 2;
}

var set = FileDescriptorSet.Parser.ParseFrom(File.ReadAllBytes(args[0]));
var testee = new Testee(ProtoModelBuilder.Build(set, args[0]).Types);
using var input = Console.OpenStandardInput();
using var output = Console.OpenStandardOutput();
var prefix = new byte[4];

// The suite ends by closing its side between two requests.
while (input.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false) == prefix.Length)
{
    var request = new byte[BinaryPrimitives.ReadInt32LittleEndian(prefix)];
    input.ReadExactly(request);
    var response = Answer(request);
    BinaryPrimitives.WriteInt32LittleEndian(prefix, response.Length);
    output.Write(prefix);
    output.Write(response);
    output.Flush();
}

return 0;

byte[] Answer(byte[] request)
{
    try
    {
        return testee.Run(ConformanceRequest.Read(request)).ToBytes();
    }
    catch (Exception exception)
    {
        // One crash is one failed case, with its cause in the suite's report, and not the end of the run.
        return ConformanceResponse.RuntimeError(exception.ToString()).ToBytes();
    }
}
