using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace MatrixTests;

/// <summary>A TLS listener from PEM files: what it shows, what it negotiates, and what it says of wrong files.</summary>
public sealed class TlsTests(Fixture fixture) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gateway-tls").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_whole_chain_is_shown_and_the_protocol_negotiated()
    {
        using var root = WriteChain();
        await using var gateway = await GatewayProcess.StartAsync(Config("chain.pem", "key.pem"));

        foreach (var (offered, chosen, version) in new[]
        {
            (SslApplicationProtocol.Http2, SslApplicationProtocol.Http2, HttpVersion.Version20),
            (SslApplicationProtocol.Http11, SslApplicationProtocol.Http11, HttpVersion.Version11),
        })
        {
            Assert.Equal(chosen, await NegotiateAsync(gateway.Port, root, [offered]));
            using var handler = new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = Trusting(root) } };
            using var client = new HttpClient(handler);
            using var ask = new HttpRequestMessage(HttpMethod.Get, $"https://localhost:{gateway.Port}/v1/rooms/a:say") { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using var answer = await client.SendAsync(ask);
            Assert.Equal((HttpStatusCode.OK, version), (answer.StatusCode, answer.Version));
        }

        Assert.Equal(SslApplicationProtocol.Http2, await NegotiateAsync(gateway.Port, root, [SslApplicationProtocol.Http11, SslApplicationProtocol.Http2]));
    }

    [Theory]
    [InlineData("text.pem", "key.pem", "certificate: The file holds no certificate in PEM form")]
    [InlineData("key.pem", "key.pem", "certificate: The file holds no certificate in PEM form")]
    [InlineData("chain.pem", "chain.pem", "key: The private key cannot be used with the certificate: ")]
    [InlineData("chain.pem", "other.pem", "key: The private key cannot be used with the certificate: ")]
    [InlineData("broken.pem", "key.pem", "certificate: The certificate cannot be read: ")]
    [InlineData("none.pem", "key.pem", "certificate: There is no file ")]
    public async Task A_wrong_file_is_an_error_with_its_place(string certificate, string key, string expected)
    {
        WriteChain().Dispose();
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(In("other.pem"), other.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(In("text.pem"), "hello");
        await File.WriteAllTextAsync(In("broken.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        var file = In("gateway.yaml");
        await File.WriteAllTextAsync(file, Config(certificate, key).Replace("$PORT", "1", StringComparison.Ordinal).Replace("ADMIN", "http://127.0.0.1:2", StringComparison.Ordinal));
        var (code, _, errors) = await GatewayProcess.RunAsync("run", "--config", file);

        Assert.Equal(1, code);
        var line = expected.StartsWith("certificate", StringComparison.Ordinal) ? 3 : 4;
        Assert.StartsWith($"{file}:{line}:", errors, StringComparison.Ordinal);
        Assert.Contains($"error: listen[0].{expected}", errors, StringComparison.Ordinal);
        Assert.Single(errors.Trim().Split('\n'));
    }

    private static X509ChainPolicy Trusting(X509Certificate2 root) => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        CustomTrustStore = { root },
    };

    // The client knows only the root: the handshake fails unless the server sends the authority between.
    private static async Task<SslApplicationProtocol> NegotiateAsync(int port, X509Certificate2 root, List<SslApplicationProtocol> offered)
    {
        using var socket = new TcpClient("127.0.0.1", port);
        await using var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", ApplicationProtocols = offered, CertificateChainPolicy = Trusting(root) });
        return tls.NegotiatedApplicationProtocol;
    }

    private string In(string name) => Path.Combine(_folder, name);

    private string Config(string certificate, string key) =>
        $"listen:\n  - url: https://127.0.0.1:$PORT\n    certificate: {In(certificate)}\n    key: {In(key)}\nadmin: {{ url: ADMIN }}\nservices:\n" + Fixture.MatrixService(fixture.Backend);

    // root > between > localhost; the file has the last two, in the order of RFC 8446, section 4.4.2.
    private X509Certificate2 WriteChain()
    {
        var (from, until) = (new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2049, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var betweenKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var root = Authority("CN=root", rootKey).CreateSelfSigned(from, until);
        using var between = Authority("CN=between", betweenKey).Create(root, from, until, [1]).CopyWithPrivateKey(betweenKey);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var own = request.Create(between, from, until, [2]);
        File.WriteAllText(In("chain.pem"), own.ExportCertificatePem() + "\n" + between.ExportCertificatePem() + "\n");
        File.WriteAllText(In("key.pem"), key.ExportPkcs8PrivateKeyPem() + "\n");
        return root;
    }

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        return request;
    }
}
