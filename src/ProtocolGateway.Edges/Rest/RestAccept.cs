using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using ProtocolGateway.Edges.Rest.Streaming;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.Rest;

/// <summary>Chooses the form of the answer by Accept (RFC 9110, section 12.5.1).</summary>
internal static class RestAccept
{
    public const string Json = "application/json";
    public const string Ndjson = "application/x-ndjson";
    public const string EventStream = "text/event-stream";
    public const string Problem = "application/problem+json";
    public const string RpcStatus = "application/vnd.google.rpc.status+json";

    private static readonly MediaTypeHeaderValue StatusType = new(RpcStatus);
    private static readonly MediaTypeHeaderValue ProblemType = new(Problem);
    private static readonly MediaTypeHeaderValue[] UnaryTypes = [new(Json)];
    private static readonly MediaTypeHeaderValue[] StreamTypes = [new(Ndjson), new("application/ndjson"), new("application/jsonl"), new(EventStream), new(Json)];
    private static readonly AnswerForm[] StreamForms = [AnswerForm.Lines, AnswerForm.Lines, AnswerForm.Lines, AnswerForm.Events, AnswerForm.Array];

    /// <summary>The form that the client likes best; an error where it takes none.</summary>
    public static GatewayError? Choose(IHeaderDictionary headers, bool stream, out AnswerForm form)
    {
        form = stream ? AnswerForm.Lines : AnswerForm.Single;
        var accept = headers.Accept;
        // The common cases need no parsing.
        if (accept.Count == 0 || (accept.Count == 1 && (accept[0] is null or "" or "*/*" || (!stream && accept[0] == Json))))
            return null;
        if (!MediaTypeHeaderValue.TryParseList(accept, out var ranges))
            return null;
        var best = BestOf(stream ? StreamTypes : UnaryTypes, ranges);
        if (best < 0)
            return GatewayErrors.NotAcceptable(stream ? $"{Ndjson}, {EventStream}, {Json}" : Json);
        if (stream)
            form = StreamForms[best];
        return null;
    }

    /// <summary>The client asks for errors as google.rpc.Status.</summary>
    public static bool WantsRpcStatus(IHeaderDictionary headers, RestErrorFormat otherwise)
    {
        if (headers.TryGetValue("X-Error-Format", out var format))
        {
            if (string.Equals(format.ToString(), "google.rpc.status", StringComparison.OrdinalIgnoreCase))
                return true;
            if (string.Equals(format.ToString(), "problem", StringComparison.OrdinalIgnoreCase))
                return false;
        }

        var byDefault = otherwise == RestErrorFormat.GoogleRpcStatus;
        if (!NamesErrorType(headers.Accept) || !MediaTypeHeaderValue.TryParseList(headers.Accept, out var ranges))
            return byDefault;
        var status = AcceptRank.Of(StatusType, ranges);
        var problem = AcceptRank.Of(ProblemType, ranges);
        // Only a range that names a type speaks of errors; "*/*" stands in every Accept.
        var (hasStatus, hasProblem) = (status.Exactness == AcceptRank.NamedExactly, problem.Exactness == AcceptRank.NamedExactly);
        if (hasStatus && hasProblem)
            return (status.Quality, status.Order).CompareTo((problem.Quality, problem.Order)) > 0;
        return hasStatus ? status.Quality > 0 : hasProblem ? problem.Quality == 0 : byDefault;
    }

    private static bool NamesErrorType(StringValues accept)
    {
        foreach (var line in accept)
        {
            if (line is not null && (line.Contains(RpcStatus, StringComparison.OrdinalIgnoreCase) || line.Contains(Problem, StringComparison.OrdinalIgnoreCase)))
                return true;
        }

        return false;
    }

    // Between equals, the first of ours.
    private static int BestOf(MediaTypeHeaderValue[] offers, IList<MediaTypeHeaderValue> ranges)
    {
        var (best, index) = (default(AcceptRank), -1);
        for (var i = 0; i < offers.Length; i++)
        {
            var rank = AcceptRank.Of(offers[i], ranges);
            if (rank.IsBetterThan(best))
                (best, index) = (rank, i);
        }

        return index;
    }
}
