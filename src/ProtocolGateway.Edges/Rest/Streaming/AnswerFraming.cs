using System.Buffers;

namespace ProtocolGateway.Edges.Rest.Streaming;

/// <summary>The bytes around the messages of a streamed answer.</summary>
internal static class AnswerFraming
{
    /// <summary>The media type of the form.</summary>
    public static string ContentType(AnswerForm form) => form switch
    {
        AnswerForm.Lines => RestAccept.Ndjson,
        AnswerForm.Events => RestAccept.EventStream,
        // Of HttpBody the first message says; without any there is no type.
        AnswerForm.Raw => HttpBodyMessage.DefaultType,
        _ => RestAccept.Json,
    };

    /// <summary>What stands before a message.</summary>
    public static void Before(AnswerForm form, bool first, IBufferWriter<byte> output) => output.Write(form switch
    {
        AnswerForm.Events => "data: "u8,
        AnswerForm.Array => first ? "["u8 : ","u8,
        _ => [],
    });

    /// <summary>What stands after a message.</summary>
    public static void After(AnswerForm form, IBufferWriter<byte> output) => output.Write(form switch
    {
        AnswerForm.Events => "\n\n"u8,
        AnswerForm.Lines => "\n"u8,
        _ => [],
    });

    /// <summary>What stands at the end of a stream that succeeded.</summary>
    public static void End(AnswerForm form, bool first, IBufferWriter<byte> output)
    {
        if (form == AnswerForm.Array)
            output.Write(first ? "[]"u8 : "]"u8);
    }

    /// <summary>What stands before the status of a failure, after messages have been sent.</summary>
    public static void BeforeError(AnswerForm form, bool first, IBufferWriter<byte> output)
    {
        switch (form)
        {
            case AnswerForm.Events:
                output.Write("event: error\ndata: "u8);
                break;
            case AnswerForm.Array:
                Before(form, first, output);
                output.Write("{\"error\":"u8);
                break;
            default:
                output.Write("{\"error\":"u8);
                break;
        }
    }

    /// <summary>What stands after the status of a failure. An array stays open, so that no reader takes it for whole.</summary>
    public static void AfterError(AnswerForm form, IBufferWriter<byte> output) => output.Write(form switch
    {
        AnswerForm.Events => "\n\n"u8,
        AnswerForm.Array => "}"u8,
        _ => "}\n"u8,
    });
}
