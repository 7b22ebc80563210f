using System.Buffers;
using System.Text;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.Rest.Binding;
using ProtocolGateway.Edges.Rest.Routing;
using ProtocolGateway.Envelope.Errors;
using UnitTests.Edges.Rest.Routing;
using Xunit;

namespace UnitTests.Edges.Rest.Binding;

/// <summary>An input of one field of each kind that binding tells apart, and requests to it.</summary>
internal static class BindingModel
{
    public static readonly MessageType Input = Build();

    /// <summary>Binds a request and gives the message in hexadecimal, or the error's text.</summary>
    public static string Bind(string rule, string bodyField, string target, string body = "", BindingOptions? options = null)
    {
        var output = new ArrayBufferWriter<byte>();
        var error = Bind(rule, bodyField, target, body, output, options);
        return error is null ? Convert.ToHexStringLower(output.WrittenSpan) : error.Message;
    }

    public static GatewayError? Bind(string rule, string bodyField, string target, string body, ArrayBufferWriter<byte> output, BindingOptions? options = null)
    {
        var httpRule = Routes.Rule(rule, bodyField);
        var table = RouteTable.Build(Routes.Of(Routes.Grpc("Do", Input, httpRule)), new(), []);
        Assert.Equal(RouteOutcome.Found, table.Match(httpRule.Method, target, out var match));
        var binding = RequestBinding.Compile(match.Route!, options ?? new(), _ => null, out var whyNot);
        Assert.True(binding is not null, whyNot);
        return binding.Bind(match, target, new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body)), output);
    }

    /// <summary>Why a rule cannot be compiled.</summary>
    public static string WhyNot(string rule, string bodyField)
    {
        var table = RouteTable.Build(Routes.Of(Routes.Grpc("Do", Input, Routes.Rule(rule, bodyField))), new(), []);
        Assert.Null(RequestBinding.Compile(table.Routes[0], new(), _ => null, out var whyNot));
        return whyNot!;
    }

    private static MessageType Build()
    {
        var text = new ScalarType(ScalarKind.String);
        var mask = new MessageType("google.protobuf.FieldMask") { WellKnown = WellKnown.FieldMask };
        mask.Complete([Of("paths", 1, new ListType(text))], []);
        var choice = new OneofGroup("choice");
        var inner = new MessageType("test.Inner");
        inner.Complete([Of("id", 1, text), Of("note_text", 2, text, "noteText"), Of("inner", 3, inner)], []);
        var input = new MessageType("test.Input");
        input.Complete(
            [
                Of("id", 1, text), Of("page_size", 2, new ScalarType(ScalarKind.Int32), "pageSize"), Of("tags", 3, new ListType(text)),
                Of("inner", 4, inner), Of("labels", 5, new MapType(text, text)), Of("left", 6, text, oneof: choice), Of("right", 7, inner, oneof: choice),
                Of("update_mask", 8, mask, "updateMask"), Of("items", 9, new ListType(inner)),
            ],
            [choice]);
        return input;
    }

    private static Field Of(string name, int number, DataType type, string? json = null, OneofGroup? oneof = null) => new()
    {
        Name = name,
        JsonName = json ?? name,
        Number = number,
        Type = type,
        Oneof = oneof,
        Presence = oneof is not null || type is MessageType ? Presence.Explicit : Presence.Implicit,
    };
}
