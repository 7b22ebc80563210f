using System.Collections.Concurrent;
using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Upstreams;

/// <summary>The connections to one instance.</summary>
internal sealed class InstanceTransport : IDisposable
{
    private readonly ConcurrentDictionary<Operation, Uri> _grpcTargets = new();
    private readonly string _prefix;

    public InstanceTransport(Uri address, UpstreamProtocol protocol, UpstreamOptions options)
    {
        Address = address;
        _prefix = address.GetLeftPart(UriPartial.Path).TrimEnd('/');
        (Version, Policy) = ChooseVersion(address, protocol, options.HttpVersion);
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

    /// <summary>The target of a gRPC method; made once, as parsing an address costs more than the lookup.</summary>
    public Uri GrpcTarget(Operation operation) =>
        _grpcTargets.GetOrAdd(operation, static (op, prefix) => new Uri(prefix + op.GrpcPath), _prefix);

    /// <summary>The target of an escaped path and query, which goes to the wire as it is.</summary>
    public Uri HttpTarget(string pathAndQuery) =>
        new(_prefix + pathAndQuery, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    /// <inheritdoc />
    public void Dispose() => Invoker.Dispose();

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

    private static (Version Version, HttpVersionPolicy Policy) ChooseVersion(Uri address, UpstreamProtocol protocol, UpstreamHttpVersion wish)
    {
        if (protocol == UpstreamProtocol.Grpc || wish == UpstreamHttpVersion.Http2)
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
            // grpc-go's servers hang up on clients that ping more often than every five minutes while nothing is said;
            // dead peers are found sooner by TCP itself (ConnectAsync).
            KeepAlivePingDelay = TimeSpan.FromSeconds(310),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(20),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            MaxResponseHeadersLength = Math.Max(1, options.MaxAnswerHeaderBytes / 1024),
            // Names are resolved anew at least this often; calls in flight keep their connection.
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            // Edges read header values as UTF-8, so that this gives the bytes back as they came.
            RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
            UseCookies = false,
            UseProxy = false,
        };
        handler.SslOptions = CreateTls(options);
        return handler;
    }

    private static SslClientAuthenticationOptions CreateTls(UpstreamOptions options)
    {
        var tls = new SslClientAuthenticationOptions();
        if (options.TlsSkipVerify)
        {
#pragma warning disable CA5359 // The operator asked for it in so many words.
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (options.TlsAuthorityFile is { } file)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(file);
            tls.CertificateChainPolicy = policy;
        }

        return tls;
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            await socket.ConnectAsync(context.DnsEndPoint, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
