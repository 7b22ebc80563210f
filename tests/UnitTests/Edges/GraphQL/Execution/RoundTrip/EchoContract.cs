using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto;
using ProtocolGateway.TestKit.Zoo.V1;
using Xunit;

namespace UnitTests.Edges.GraphQL.Execution.RoundTrip;

/// <summary>A service that takes and returns every message of the zoo, and every well-known one, as a query, a mutation and a server stream.</summary>
internal static class EchoContract
{
    private static readonly FileDescriptor[] Files =
    [
        AnyReflection.Descriptor, DurationReflection.Descriptor, EmptyReflection.Descriptor, FieldMaskReflection.Descriptor, StructReflection.Descriptor,
        TimestampReflection.Descriptor, WrappersReflection.Descriptor, ZooReflection.Descriptor, Zoo2Reflection.Descriptor,
    ];

    /// <summary>The operations are named for their message: GetAnimal, SetAnimal, WatchAnimal.</summary>
    public static Catalog Build()
    {
        var service = new ServiceDescriptorProto { Name = "Echo" };
        foreach (var message in Files.SelectMany(static f => f.MessageTypes).SelectMany(WithNested))
        {
            foreach (var verb in (string[])["Get", "Set", "Watch"])
            {
                service.Method.Add(new MethodDescriptorProto
                {
                    Name = verb + message.FullName[(message.File.Package.Length + 1)..].Replace(".", "", StringComparison.Ordinal),
                    InputType = "." + message.FullName,
                    OutputType = "." + message.FullName,
                    ServerStreaming = verb == "Watch",
                });
            }
        }

        var set = new FileDescriptorSet { File = { Files.Select(static f => FileDescriptorProto.Parser.ParseFrom(f.SerializedData)) } };
        set.File.Add(new FileDescriptorProto { Name = "zoo/v1/echo.proto", Package = "zoo.v1", Syntax = "proto3", Dependency = { Files.Select(static f => f.Name) }, Service = { service } });
        var content = ProtoModelBuilder.Build(set, "zoo");
        Assert.Empty(content.Diagnostics);
        return new Catalog([new CatalogService("zoo", content.Operations)], content.Types, []);
    }

    private static IEnumerable<MessageDescriptor> WithNested(MessageDescriptor message) => message.NestedTypes
        .Where(static n => n.GetOptions()?.MapEntry != true)
        .SelectMany(WithNested)
        .Prepend(message);
}
