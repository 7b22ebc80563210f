using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using ProtocolGateway.Edges.Rest.Routing;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.Rest.Streaming;

/// <summary>The messages of a streamed request, read from the body as they come: the elements of a JSON array, JSON values one after another, or raw pieces for HttpBody.</summary>
internal sealed class RequestMessages(HttpContext context, RestRoutePlan plan, RouteMatch match, string rawTarget, int maxBytes, bool lines)
{
    // Larger pieces of a raw body are cut, so that a message stays below what any gRPC server takes.
    private const int RawPiece = 1024 * 1024;

    private enum Place
    {
        Start,
        Values,
        FirstElement,
        Element,
        AfterElement,
        End,
    }

    private readonly PipeReader _body = context.Request.BodyReader;
    private Place _place = lines ? Place.Values : Place.Start;
    private JsonSplitter _splitter;
    private long _scanned;
    private int _index;
    private RouteMatch _match = match;

    /// <summary>Writes the next message; false at the end.</summary>
    public async ValueTask<bool> ReadAsync(IBufferWriter<byte> into, CancellationToken cancel)
    {
        while (true)
        {
            var result = await ClientBody.ReadPieceAsync(_body, cancel);
            var buffer = result.Buffer;
            if (plan.RawRequest)
            {
                if (buffer.IsEmpty && !result.IsCompleted)
                {
                    _body.AdvanceTo(buffer.Start, buffer.End);
                    continue;
                }

                return TakeRaw(buffer, into);
            }

            bool found;
            ReadOnlySequence<byte> value;
            SequencePosition consumed;
            try
            {
                found = TryTake(buffer, result.IsCompleted, out value, out consumed);
            }
            catch (GatewayCallException)
            {
                // The server drains what is left of the body, which it cannot while a read is open: it would close the connection with an error.
                _body.AdvanceTo(buffer.End);
                throw;
            }

            if (found)
            {
                var error = plan.Bind!(in _match, rawTarget, value, into, null);
                _body.AdvanceTo(consumed);
                if (error is not null)
                    throw new GatewayCallException(Indexed(error));
                _index++;
                return true;
            }

            _body.AdvanceTo(consumed, buffer.End);
            if (result.IsCompleted)
                return false;
        }
    }

    private bool TakeRaw(ReadOnlySequence<byte> buffer, IBufferWriter<byte> into)
    {
        // A body without a byte is still one message: it carries the variables and the type.
        if (buffer.IsEmpty && _index > 0)
        {
            _body.AdvanceTo(buffer.End);
            return false;
        }

        var piece = buffer.Slice(0, Math.Min(buffer.Length, Math.Min(RawPiece, maxBytes)));
        GatewayError? error = null;
        // The variables stand in the first message alone, and so does the type.
        if (_index == 0)
            error = plan.Bind!(in _match, rawTarget, piece, into, context.Request.ContentType);
        else
            HttpBodyMessage.Append(into, plan.RawRequestField, piece);
        _body.AdvanceTo(piece.End);
        _index++;
        return error is null ? true : throw new GatewayCallException(error);
    }

    // Consumed is where the next read begins: behind the value, or before the bytes of one that has not ended.
    private bool TryTake(ReadOnlySequence<byte> buffer, bool last, out ReadOnlySequence<byte> value, out SequencePosition consumed)
    {
        value = default;
        var rest = buffer;
        while (true)
        {
            if (_scanned == 0)
            {
                rest = SkipSpace(rest);
                consumed = rest.Start;
                if (rest.IsEmpty)
                    return last && AtEnd();
                if (Structure(ref rest))
                    continue;
            }

            consumed = rest.Start;
            var length = Scan(rest);
            if ((length < 0 ? _scanned : length) > maxBytes)
                throw new GatewayCallException(Indexed(GatewayErrors.RequestTooLarge(maxBytes)));
            if (length < 0)
            {
                if (!last)
                    return false;
                if (_splitter.IsOpen || _place != Place.Values)
                    throw Wrong("the body ends inside this message");
                length = rest.Length;
            }

            value = rest.Slice(0, length);
            consumed = value.End;
            _scanned = 0;
            if (_place != Place.Values)
                _place = Place.AfterElement;
            return true;
        }
    }

    // Brackets and commas of the array around the messages; true where a byte was taken.
    private bool Structure(ref ReadOnlySequence<byte> rest)
    {
        var c = rest.FirstSpan[0];
        switch (_place)
        {
            case Place.Start:
                _place = c == '[' ? Place.FirstElement : Place.Values;
                if (c != '[')
                    return false;
                break;
            case Place.FirstElement or Place.AfterElement when c == ']':
                _place = Place.End;
                break;
            case Place.AfterElement when c == ',':
                _place = Place.Element;
                break;
            case Place.FirstElement or Place.Element when c is not ((byte)',' or (byte)']' or (byte)'}'):
                return false;
            case Place.Values:
                return false;
            default:
                throw Wrong(_place == Place.End ? "something follows the end of the array" : $"unexpected '{(char)c}' between the elements of the array");
        }

        rest = rest.Slice(1);
        return true;
    }

    // How long the value is; negative where its end has not come yet.
    private long Scan(ReadOnlySequence<byte> rest)
    {
        foreach (var segment in rest.Slice(_scanned))
        {
            var found = _splitter.TryFindEnd(segment.Span, _place != Place.Values, out var taken);
            _scanned += taken;
            if (found)
                return _scanned;
        }

        return -1;
    }

    private bool AtEnd() => _place is Place.FirstElement or Place.Element or Place.AfterElement
        ? throw Wrong("the array has no end")
        : false;

    private static ReadOnlySequence<byte> SkipSpace(ReadOnlySequence<byte> buffer)
    {
        var reader = new SequenceReader<byte>(buffer);
        reader.AdvancePastAny((byte)' ', (byte)'\t', (byte)'\r', (byte)'\n');
        return reader.UnreadSequence;
    }

    private GatewayCallException Wrong(string what) => new(Indexed(GatewayErrors.InvalidInput(what)));

    private GatewayError Indexed(GatewayError error) => new()
    {
        Code = error.Code,
        Reason = error.Reason,
        Blame = error.Blame,
        Message = $"message {_index}: {error.Message}",
        Cause = error.Cause,
        Retry = error.Retry,
        HttpStatus = error.HttpStatus,
        AnswerHeaders = error.AnswerHeaders,
    };
}
