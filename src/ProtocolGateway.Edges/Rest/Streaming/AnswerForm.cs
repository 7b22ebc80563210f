namespace ProtocolGateway.Edges.Rest.Streaming;

/// <summary>How the messages of an answer are written.</summary>
internal enum AnswerForm
{
    /// <summary>One message, one JSON value.</summary>
    Single,

    /// <summary>One JSON value a line: application/x-ndjson.</summary>
    Lines,

    /// <summary>One event a message: text/event-stream.</summary>
    Events,

    /// <summary>One JSON array: application/json.</summary>
    Array,

    /// <summary>The data of google.api.HttpBody, one message or many, as it is.</summary>
    Raw,
}
