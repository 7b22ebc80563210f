using System.Buffers;
using Microsoft.AspNetCore.Http;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.GraphQL.Planning.Documents;
using ProtocolGateway.Edges.GraphQL.Transports;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.GraphQL;

/// <summary>
/// Writes whole answers over HTTP, with the status that the profile has for them. Nothing is flushed: the server sends head and body in one piece when
/// the request ends.
/// </summary>
internal sealed class GraphAnswerWriter(GraphStatusProfile profile)
{
    // GraphQL over HTTP, draft of August 2026: data, and errors beside it.
    private const int PartialData = 294;

    private const string PlainJson = GraphAccept.PlainJson + "; charset=utf-8";
    private const string ResponseJson = GraphAccept.ResponseJson + "; charset=utf-8";

    /// <summary>Answers with the response map of an operation that ran.</summary>
    public void Result(HttpContext context, GraphAccept accept, GraphResult result, CallerContext caller, ReadOnlySpan<byte> map)
    {
        AddHeaders(context, caller);
        Write(context, accept, result.HasErrors && profile == GraphStatusProfile.Draft2026 ? PartialData : StatusCodes.Status200OK, map);
    }

    /// <summary>Answers with the response maps of several operations.</summary>
    public static void Results(HttpContext context, GraphAccept accept, CallerContext caller, ReadOnlySpan<byte> maps)
    {
        AddHeaders(context, caller);
        Write(context, accept, StatusCodes.Status200OK, maps);
    }

    /// <summary>Answers that an operation could not be run.</summary>
    public void Failure(HttpContext context, GraphAccept accept, IReadOnlyList<GraphError> errors, GraphFailureKind kind)
    {
        using var map = new PooledBuffer();
        GraphErrorWriter.WriteRequestErrors(map, errors);
        Write(context, accept, StatusOf(accept, kind), map.WrittenSpan);
    }

    /// <summary>Answers that the request itself is refused.</summary>
    /// <param name="context">The response must not have started.</param>
    /// <param name="accept">What the client takes; it gets the refusal as JSON even if it takes none.</param>
    /// <param name="error">Why.</param>
    /// <param name="incidentId">Under which the log tells more; null for none.</param>
    public void Reject(HttpContext context, GraphAccept accept, GatewayError error, string? incidentId = null)
    {
        if (context.RequestAborted.IsCancellationRequested)
            return;
        foreach (var (name, value) in error.AnswerHeaders)
            context.Response.Headers[name] = value;
        using var map = new PooledBuffer();
        GraphErrorWriter.WriteRequestErrors(map, [new() { Message = error.Message, Code = error.Reason, IncidentId = incidentId }]);
        Write(context, accept, StatusOf(accept, error), map.WrittenSpan);
    }

    private int StatusOf(GraphAccept accept, GraphFailureKind kind) => profile switch
    {
        // A client that takes application/json alone cannot tell our 400 from a proxy's (GraphQL over HTTP, 2025, "application/json").
        GraphStatusProfile.Audit2025 => IsPlain(accept) ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest,
        _ => kind == GraphFailureKind.Syntax ? StatusCodes.Status400BadRequest : StatusCodes.Status422UnprocessableEntity,
    };

    private int StatusOf(GraphAccept accept, GatewayError error)
    {
        if (profile == GraphStatusProfile.Draft2026)
            return error.EffectiveHttpStatus;
        // The first half of a client's usual exchange, and no fault: clients of the 2025 rules look into the body of a 200 alone.
        if (IsPlain(accept) && error.Reason == TransportErrors.NotFoundReason)
            return StatusCodes.Status200OK;
        return error.EffectiveHttpStatus == StatusCodes.Status422UnprocessableEntity ? StatusCodes.Status400BadRequest : error.EffectiveHttpStatus;
    }

    private static bool IsPlain(GraphAccept accept) => accept.Json == GraphAccept.PlainJson;

    private static void AddHeaders(HttpContext context, CallerContext caller)
    {
        foreach (var (name, value) in caller.AnswerHeaders)
        {
            if (ClientHeaders.IsWritable(value))
                context.Response.Headers.Append(name, value);
        }
    }

    private static void Write(HttpContext context, GraphAccept accept, int status, ReadOnlySpan<byte> body)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = IsPlain(accept) ? PlainJson : ResponseJson;
        response.ContentLength = body.Length;
        if (HttpMethods.IsPost(context.Request.Method))
        {
            response.BodyWriter.Write(body);
            return;
        }

        // A GET may be kept by caches between us and the client.
        ClientHeaders.VaryByAccept(response);
        if (!HttpMethods.IsHead(context.Request.Method))
            response.BodyWriter.Write(body);
    }
}
