using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ProtocolGateway.Edges.GraphQL.Transports.Streams;

/// <summary>
/// An answer over HTTP that comes in pieces. Each result is flushed before the next is taken, so a client that reads slowly slows the backend's stream;
/// while there is none, something empty keeps proxies from closing the connection.
/// </summary>
internal abstract class ResultStream : IAsyncDisposable
{
    private readonly HttpContext _context;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly CancellationTokenSource _ended = new();
    private readonly PeriodicTimer _timer;
    private Task _keepingAlive = Task.CompletedTask;

    private protected ResultStream(HttpContext context, TimeSpan keepAlive, TimeProvider time)
    {
        _context = context;
        _timer = new(keepAlive, time);
    }

    private protected abstract string ContentType { get; }

    /// <summary>The stream of that form.</summary>
    public static ResultStream Create(GraphStreamForm form, HttpContext context, TimeSpan keepAlive, TimeProvider time) => form == GraphStreamForm.Events
        ? new EventStream(context, keepAlive, time)
        : new MultipartStream(context, keepAlive, time);

    /// <summary>Sends the head: a client should know at once that it is heard, however long the first result takes.</summary>
    public async ValueTask StartAsync()
    {
        var response = _context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-cache";
        // nginx and its kin hold streams back unless told.
        response.Headers["X-Accel-Buffering"] = "no";
        _context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        WriteStart(response.BodyWriter);
        await response.BodyWriter.FlushAsync(_context.RequestAborted);
        _keepingAlive = KeepAliveAsync();
    }

    /// <summary>Sends a response map, and returns when the connection has room for more.</summary>
    public ValueTask NextAsync(ReadOnlyMemory<byte> result) => SendAsync(output => WriteNext(output, result.Span));

    /// <summary>Says that there will be no more.</summary>
    public ValueTask CompleteAsync() => SendAsync(WriteEnd);

    /// <summary>Ends the stream. Without <see cref="CompleteAsync"/> before, clients take it for broken off and try again.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        _timer.Dispose();
        await _keepingAlive;
        _ended.Dispose();
        _writing.Dispose();
    }

    private protected abstract void WriteStart(PipeWriter output);

    private protected abstract void WriteNext(PipeWriter output, ReadOnlySpan<byte> result);

    private protected abstract void WriteKeepAlive(PipeWriter output);

    private protected abstract void WriteEnd(PipeWriter output);

    private async ValueTask SendAsync(Action<PipeWriter> write)
    {
        await _writing.WaitAsync(_context.RequestAborted);
        try
        {
            write(_context.Response.BodyWriter);
            await _context.Response.BodyWriter.FlushAsync(_context.RequestAborted);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task KeepAliveAsync()
    {
        try
        {
            while (await _timer.WaitForNextTickAsync(_ended.Token))
                await SendAsync(WriteKeepAlive);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // The stream has ended, or the client has gone: RequestAborted tells whoever has to know.
        }
    }
}
