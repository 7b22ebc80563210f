using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using ProtocolGateway.Upstreams;
using Xunit;

namespace UnitTests.Upstreams;

/// <summary>Backends behind TLS: ALPN picks HTTP/2, and only certificates of the named authority are taken.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly string _authority = Path.GetTempFileName();
    private readonly X509Certificate2 _certificate;

    public TlsTests()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = DateTimeOffset.UtcNow;
        _certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(_authority, _certificate.ExportCertificatePem());
    }

    [Theory]
    [InlineData("authority", null)]
    [InlineData("skip", null)]
    [InlineData("system", "BACKEND_UNREACHABLE")]
    public async Task Grpc_over_tls(string trust, string? reason)
    {
        await using var backend = await ScriptedBackend.StartAsync(
            async context => await ScriptedBackend.AnswerAsync(context, "0", ScriptedBackend.Frame(context.Request.Protocol)),
            options: Options(trust),
            certificate: _certificate);
        var call = await backend.RunAsync(RecordingCall.Unary("Get"));
        Assert.Equal(reason, call.Error?.Reason);
        Assert.Equal(reason is null ? "HTTP/2" : "", call.Text);
    }

    [Theory]
    [InlineData(HttpProtocols.Http1, "HTTP/1.1")]
    [InlineData(HttpProtocols.Http1AndHttp2, "HTTP/2")]
    public async Task Http_over_tls_takes_the_best_that_is_offered(HttpProtocols http, string expected)
    {
        await using var backend = await ScriptedBackend.StartAsync(
            context => context.Response.WriteAsync(context.Request.Protocol), UpstreamProtocol.Http, Options("authority"), http, _certificate);
        var call = await backend.RunAsync(RecordingCall.Http("GET", "/"));
        Assert.Null(call.Error);
        Assert.Equal(expected, call.Text);
    }

    [Fact]
    public async Task Grpc_without_http2_fails_the_handshake()
    {
        await using var backend = await ScriptedBackend.StartAsync(
            _ => Task.CompletedTask, UpstreamProtocol.Grpc, Options("skip"), HttpProtocols.Http1, _certificate);
        var call = await backend.RunAsync(RecordingCall.Unary("Get"));
        Assert.Equal("BACKEND_UNREACHABLE", call.Error!.Reason);
    }

    public void Dispose()
    {
        _certificate.Dispose();
        File.Delete(_authority);
    }

    private UpstreamOptions Options(string trust) => trust switch
    {
        "authority" => new() { TlsAuthorityFile = _authority },
        "skip" => new() { TlsSkipVerify = true },
        _ => new(),
    };
}
