using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Upstreams;
using Xunit;

namespace UnitTests.Upstreams;

/// <summary>A real server whose answers are written by hand, frame by frame, and an <see cref="UpstreamSet"/> that speaks to it.</summary>
internal sealed class ScriptedBackend : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ScriptedBackend(WebApplication app, UpstreamSet upstreams, Uri address) =>
        (_app, Upstreams, Address) = (app, upstreams, address);

    public UpstreamSet Upstreams { get; }

    public Uri Address { get; }

    public ConcurrentDictionary<string, bool> Connections { get; } = new();

    public static async Task<ScriptedBackend> StartAsync(
        Func<HttpContext, Task> script, UpstreamProtocol protocol = UpstreamProtocol.Grpc, UpstreamOptions? options = null, HttpProtocols http = HttpProtocols.Http2, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = http;
                if (certificate is not null)
                    listen.UseHttps(certificate);
            });
            kestrel.Limits.MinResponseDataRate = null;
        });
        var app = builder.Build();
        ScriptedBackend? backend = null;
        app.Run(context =>
        {
            backend!.Connections[context.Connection.Id] = true;
            return script(context);
        });
        await app.StartAsync();
        var address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        backend = new(app, CreateUpstreams(address, protocol, options), address);
        return backend;
    }

    public static UpstreamSet CreateUpstreams(Uri address, UpstreamProtocol protocol, UpstreamOptions? options = null, TimeProvider? time = null) => new(
        new Dictionary<string, ClusterModel> { ["svc"] = new("svc", protocol, [new(address, 1)], options ?? new()) },
        static _ => "svc",
        time ?? TimeProvider.System);

    public async Task<RecordingCall> RunAsync(RecordingCall call)
    {
        await Upstreams.DispatchAsync(call).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(1, call.Ends);
        return call;
    }

    public async ValueTask DisposeAsync()
    {
        await Upstreams.DisposeAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
    }

    public static byte[] Frame(string message, bool gzip = false) => Frame(Encoding.UTF8.GetBytes(message), gzip);

    public static byte[] Frame(byte[] message, bool gzip = false)
    {
        if (gzip)
        {
            var zipped = new MemoryStream();
            using (var zip = new GZipStream(zipped, CompressionLevel.Fastest))
                zip.Write(message);
            message = zipped.ToArray();
        }

        var frame = new byte[5 + message.Length];
        frame[0] = gzip ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    public static async Task AnswerAsync(HttpContext context, string? status, params byte[][] frames)
    {
        context.Response.ContentType ??= "application/grpc";
        foreach (var frame in frames)
            await context.Response.Body.WriteAsync(frame);
        if (frames.Length == 0)
            await context.Response.StartAsync();
        if (status is not null)
            context.Response.AppendTrailer("grpc-status", status);
    }

    /// <summary>The next request message; null at the end.</summary>
    public static async Task<string?> ReadAsync(HttpContext context)
    {
        var prefix = new byte[5];
        if (await context.Request.Body.ReadAtLeastAsync(prefix, 5, throwOnEndOfStream: false) == 0)
            return null;
        var message = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix.AsSpan(1))];
        await context.Request.Body.ReadExactlyAsync(message);
        if (prefix[0] == 0)
            return Encoding.UTF8.GetString(message);
        using var zip = new GZipStream(new MemoryStream(message), CompressionMode.Decompress);
        using var text = new StreamReader(zip);
        return await text.ReadToEndAsync();
    }
}
