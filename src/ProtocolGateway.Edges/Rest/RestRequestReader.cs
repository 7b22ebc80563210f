using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Net.Http.Headers;
using ProtocolGateway.Edges.Rest.Routing;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.Rest;

/// <summary>Reads what a request brings: its target, its media type, its body.</summary>
internal static class RestRequestReader
{
    private const string JsonTypes = "application/json";
    private const string StreamTypes = "application/x-ndjson or application/json";

    /// <summary>The target as on the wire; escapes must not be touched before matching.</summary>
    public static string RawTarget(HttpContext context)
    {
        var raw = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        // Servers without a wire leave it empty.
        return string.IsNullOrEmpty(raw) ? context.Request.PathBase + context.Request.Path + context.Request.QueryString.ToUriComponent() : raw;
    }

    /// <summary>A body follows, perhaps an empty one.</summary>
    public static bool HasBody(HttpContext context) =>
        context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody
        ?? (context.Request.ContentLength is > 0 || context.Request.Headers.TransferEncoding.Count > 0);

    /// <summary>Refuses a body that is not JSON in UTF-8.</summary>
    /// <param name="stream">Lines of JSON are taken too.</param>
    /// <param name="lines">The body is lines of JSON.</param>
    public static GatewayError? CheckJson(HttpRequest request, bool stream, out bool lines)
    {
        lines = false;
        var coding = request.Headers.ContentEncoding;
        if (coding.Count > 0 && !string.Equals(coding.ToString(), "identity", StringComparison.OrdinalIgnoreCase))
            return GatewayErrors.UnsupportedMediaType($"encoded as {coding}", "a body without content coding");
        var type = request.ContentType;
        // RFC 9110, section 8.3, leaves a body without a type to the recipient.
        if (type is null or "application/json" or "application/json; charset=utf-8")
            return null;
        var taken = stream ? StreamTypes : JsonTypes;
        if (!MediaTypeHeaderValue.TryParse(type, out var parsed))
            return GatewayErrors.UnsupportedMediaType("of a media type that cannot be read", taken);
        if (parsed.Charset.HasValue && !HeaderUtilities.RemoveQuotes(parsed.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            return GatewayErrors.UnsupportedMediaType(type, taken + " in UTF-8");
        var name = parsed.MediaType;
        lines = stream && (Is(name, RestAccept.Ndjson) || Is(name, "application/ndjson") || Is(name, "application/jsonl"));
        var json = Is(name, RestAccept.Json) || (parsed.Suffix.HasValue && parsed.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase));
        return lines || json ? null : GatewayErrors.UnsupportedMediaType(type, taken);

        static bool Is(Microsoft.Extensions.Primitives.StringSegment given, string wanted) => given.Equals(wanted, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Refuses a body of a media type that the contract of an HTTP operation does not name; ranges such as <c>image/*</c> may be among them.</summary>
    public static GatewayError? CheckDeclared(string? type, IReadOnlyList<string> declared)
    {
        if (type is null || declared.Count == 0)
            return null;
        var given = Essence(type);
        foreach (var one in declared)
        {
            var taken = Essence(one);
            if (taken.Equals(given, StringComparison.OrdinalIgnoreCase) || taken is "*/*" or "*")
                return null;
            if (taken.EndsWith("/*") && given.StartsWith(taken[..^1], StringComparison.OrdinalIgnoreCase))
                return null;
        }

        return GatewayErrors.UnsupportedMediaType(type, string.Join(", ", declared));

        static ReadOnlySpan<char> Essence(string text)
        {
            var end = text.IndexOf(';');
            return (end < 0 ? text : text.AsSpan(0, end)).Trim();
        }
    }

    /// <summary>Reads the whole body, where the rule binds one, and writes the request message.</summary>
    public static ValueTask<GatewayError?> ReadSingleAsync(HttpContext context, RestRoutePlan plan, RouteMatch match, string target, PooledBuffer output, TimedBody bounds)
    {
        if (!plan.ReadsBody || !HasBody(context))
            return new(plan.Bind!(in match, target, default, output, null));
        var type = plan.RawRequest ? context.Request.ContentType : null;
        return ClientBody.ReadWholeAsync(context, bounds, (plan, match, target, output, type), static (body, to) => to.plan.Bind!(in to.match, to.target, body, to.output, to.type));
    }
}
