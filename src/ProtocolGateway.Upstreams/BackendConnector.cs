using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace ProtocolGateway.Upstreams;

/// <summary>Makes connections to backends, the same way whatever they then speak.</summary>
internal static class BackendConnector
{
    /// <summary>Connects TCP, which finds a dead peer itself where no bytes wait for it; see Http2Liveness for where some do.</summary>
    public static async ValueTask<NetworkStream> ConnectAsync(DnsEndPoint endPoint, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            await socket.ConnectAsync(endPoint, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>What is asked of a backend's certificate.</summary>
    public static SslClientAuthenticationOptions CreateTls(UpstreamOptions options)
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
}
