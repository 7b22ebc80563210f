using System.Globalization;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Text;
using ProtocolGateway.Upstreams.Grpc;
using ProtocolGateway.Upstreams.Http.Http1;

namespace ProtocolGateway.Upstreams;

/// <summary>The connections to one instance.</summary>
internal sealed class InstanceTransport : IDisposable
{
    private readonly string _prefix;

    public InstanceTransport(Uri address, UpstreamOptions options, TimeProvider time)
    {
        Address = address;
        _prefix = address.GetLeftPart(UriPartial.Path).TrimEnd('/');
        (Version, Policy) = ChooseVersion(address, options.HttpVersion);
        Grpc = new(address, options, time);
        Http1 = new(address, options, time);
        Http1Target = new(
            address.AbsolutePath.TrimEnd('/'),
            address.IsDefaultPort ? address.IdnHost : string.Create(CultureInfo.InvariantCulture, $"{address.IdnHost}:{address.Port}"));
        MaxAnswerHeaderBytes = options.MaxAnswerHeaderBytes;
        Invoker = new HttpMessageInvoker(CreateHandler(options), disposeHandler: true);
    }

    /// <summary>As configured.</summary>
    public Uri Address { get; }

    /// <summary>Sends requests; follows, decodes and adds nothing.</summary>
    public HttpMessageInvoker Invoker { get; }

    /// <summary>The version that requests ask for.</summary>
    public Version Version { get; }

    /// <summary>Whether that version is a must.</summary>
    public HttpVersionPolicy Policy { get; }

    /// <summary>Its gRPC side.</summary>
    public GrpcTransport Grpc { get; }

    /// <summary>Its HTTP/1.1 side, for where <see cref="IsHttp1"/>.</summary>
    public Http1Pool Http1 { get; }

    /// <summary>What all its HTTP/1.1 requests have in common.</summary>
    public Http1Target Http1Target { get; }

    /// <summary>The largest header block of an answer, in bytes.</summary>
    public int MaxAnswerHeaderBytes { get; }

    /// <summary>HTTP operations speak HTTP/1.1 and nothing else to it; otherwise TLS decides, or it is HTTP/2.</summary>
    public bool IsHttp1 => Version == HttpVersion.Version11;

    /// <summary>The target of an escaped path and query, which goes to the wire as it is.</summary>
    public Uri HttpTarget(string pathAndQuery) =>
        new(_prefix + pathAndQuery, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    /// <inheritdoc />
    public void Dispose()
    {
        Grpc.Dispose();
        Http1.Dispose();
        Invoker.Dispose();
    }

    /// <summary>Connects and hangs up; null where that worked, else why not.</summary>
    public async Task<string?> ProbeAsync(CancellationToken cancel)
    {
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(new DnsEndPoint(Address.IdnHost.Trim('[', ']'), Address.Port), cancel);
            return null;
        }
        catch (OperationCanceledException)
        {
            return "The connection was not made in time.";
        }
        catch (SocketException exception)
        {
            return exception.Message;
        }
    }

    private static (Version Version, HttpVersionPolicy Policy) ChooseVersion(Uri address, UpstreamHttpVersion wish)
    {
        if (wish == UpstreamHttpVersion.Http2)
            return (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
        return wish == UpstreamHttpVersion.Auto && address.Scheme == Uri.UriSchemeHttps
            ? (HttpVersion.Version20, HttpVersionPolicy.RequestVersionOrLower)
            : (HttpVersion.Version11, HttpVersionPolicy.RequestVersionExact);
    }

    private static SocketsHttpHandler CreateHandler(UpstreamOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectCallback = ConnectAsync,
            ConnectTimeout = options.ConnectTimeout,
            EnableMultipleHttp2Connections = true,
            MaxResponseHeadersLength = Math.Max(1, options.MaxAnswerHeaderBytes / 1024),
            // Names are resolved anew at least this often; calls in flight keep their connection.
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            // Edges read header values as UTF-8, so that this gives the bytes back as they came.
            RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
            UseCookies = false,
            UseProxy = false,
        };
        handler.SslOptions = BackendConnector.CreateTls(options);
        return handler;
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel) =>
        await BackendConnector.ConnectAsync(context.DnsEndPoint, cancel);
}
