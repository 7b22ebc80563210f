using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using HttpResponse = Microsoft.AspNetCore.Http.HttpResponse;

namespace ProtocolGateway.Edges.Grpc;

/// <summary>
/// Writes how a call ended, and what its backend says besides: as trailers; as headers, where nothing went before ("Trailers-Only"); for gRPC-Web as the
/// last record of the body.
/// </summary>
internal sealed class GrpcErrorWriter(ILogger log)
{
    private const byte TrailersRecord = 0x80;

    // Clients take 8 KiB of headers or trailers by default; what is beyond ends the stream and hides the cause. Details go before the message does.
    private const int MostBytes = 7 * 1024;

    // RFC 3986's way for what a header cannot hold (gRPC over HTTP2, "Percent-Encoded").
    private const string Hex = "0123456789ABCDEF";

    /// <summary>Ends an answer.</summary>
    /// <param name="context">The request.</param>
    /// <param name="form">How it is written.</param>
    /// <param name="call">The call; null where there is none.</param>
    /// <param name="error">What went wrong; null for success.</param>
    /// <param name="trailers">The backend's own.</param>
    /// <param name="begun">The answer's head is written.</param>
    public void WriteEnd(HttpContext context, GrpcForm form, GatewayCall? call, GatewayError? error, CallHeaders? trailers, bool begun)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            if (error is not null && call is not null)
                call.Error ??= error;
            return;
        }

        var response = context.Response;
        if (!begun)
        {
            response.StatusCode = StatusCodes.Status200OK;
            response.ContentType = form.MediaType;
            if (error is not null)
                ClientHeaders.FromError(error, response);
        }

        if (error is null && trailers is null && !form.Web)
        {
            Into(context, begun).GrpcStatus = "0";
            return;
        }

        var end = new CallHeaders();
        if (error is null)
            end.TryAdd("grpc-status", "0");
        else
            AddError(context, call, error, end);
        foreach (var (name, value) in trailers is null ? [] : trailers.Items)
        {
            if (ClientHeaders.MayReturn(name) && !name.StartsWith("content-", StringComparison.Ordinal) && ClientHeaders.IsWritable(value))
                end.TryAdd(name, value);
        }

        if (form.Web)
        {
            WriteRecord(form, response, end);
            return;
        }

        var into = Into(context, begun);
        foreach (var (name, value) in end.Items)
            into.Append(name, value);
    }

    private static IHeaderDictionary Into(HttpContext context, bool begun) =>
        begun ? context.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers : context.Response.Headers;

    private void AddError(HttpContext context, GatewayCall? call, GatewayError error, CallHeaders end)
    {
        if (call is not null)
            call.Error ??= error;
        var incident = Incidents.Note(log, error, call, call?.Operation.FullName ?? context.Request.Path.Value ?? "");
        end.TryAdd("grpc-status", ((int)error.Code).ToString(CultureInfo.InvariantCulture));
        var message = PercentEncode(error.Message, MostBytes);
        end.TryAdd("grpc-message", message);
        var details = Convert.ToBase64String(Details(error, incident)).TrimEnd('=');
        if (details.Length > 0 && details.Length + message.Length <= MostBytes)
            end.TryAdd("grpc-status-details-bin", details);
    }

    private static byte[] Details(GatewayError error, string? incident)
    {
        if (!error.StatusDetails.IsEmpty)
            return error.StatusDetails.ToArray();
        var details = RpcDetails.Of(error, incident);
        return details.Count == 0 ? [] : new Google.Rpc.Status { Code = (int)error.Code, Message = error.Message, Details = { details } }.ToByteArray();
    }

    // PROTOCOL-WEB: lines as of HTTP/1 headers, in lower case, without an empty one at the end.
    private static void WriteRecord(GrpcForm form, HttpResponse response, CallHeaders end)
    {
        using var record = new PooledBuffer();
        record.Write([TrailersRecord, 0, 0, 0, 0]);
        foreach (var (name, value) in end.Items)
            record.Write(Encoding.Latin1.GetBytes($"{name}: {value}\r\n"));
        BinaryPrimitives.WriteUInt32BigEndian(record.WrittenSpan[1..], (uint)record.Length - EnvelopeReader.PrefixLength);
        form.Write(record.WrittenSpan, response.BodyWriter);
    }

    /// <summary>A message as a header holds it, of at most so many characters.</summary>
    internal static string PercentEncode(string message, int most)
    {
        var plain = message.Length <= most;
        foreach (var c in message)
            plain &= c is >= ' ' and <= '~' and not '%';
        if (plain)
            return message;
        var text = new StringBuilder(message.Length + 16);
        foreach (var b in Encoding.UTF8.GetBytes(message))
        {
            if (text.Length + 3 > most)
                break;
            if (b is >= (byte)' ' and <= (byte)'~' and not (byte)'%')
                text.Append((char)b);
            else
                text.Append('%').Append(Hex[b >> 4]).Append(Hex[b & 15]);
        }

        return text.ToString();
    }
}
