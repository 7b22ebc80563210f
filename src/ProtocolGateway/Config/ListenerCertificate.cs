using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ProtocolGateway.Config;

/// <summary>What a TLS listener shows its clients.</summary>
/// <param name="Own">The listener's certificate with its private key: the first one of the file.</param>
/// <param name="Chain">All of the file, so that clients that know only the root can build the path (RFC 8446, section 4.4.2).</param>
internal sealed record ListenerCertificate(X509Certificate2 Own, X509Certificate2Collection Chain)
{
    /// <summary>Reads the PEM files of an https listener.</summary>
    /// <returns>Null where a file is not what it should be; the problem then says why, for the key named in it.</returns>
    public static ListenerCertificate? Load(ListenerConfig listener, out (string Key, string Message) problem)
    {
        problem = default;
        var chain = new X509Certificate2Collection();
        try
        {
            chain.ImportFromPemFile(listener.Certificate!);
            if (chain.Count == 0)
                problem = ("certificate", "The file holds no certificate in PEM form (-----BEGIN CERTIFICATE-----).");
        }
        catch (Exception e) when (IsExpected(e))
        {
            problem = ("certificate", "The certificate cannot be read: " + e.Message);
        }

        if (problem.Key is not null)
            return null;
        try
        {
            return new ListenerCertificate(WithKey(X509Certificate2.CreateFromPemFile(listener.Certificate!, listener.Key)), chain);
        }
        catch (Exception e) when (IsExpected(e))
        {
            problem = ("key", "The private key cannot be used with the certificate: " + e.Message);
            return null;
        }
    }

    private static X509Certificate2 WithKey(X509Certificate2 certificate)
    {
        if (!RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
            return certificate;
        // SChannel does not take keys that live in memory only.
        using (certificate)
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    // ArgumentException: the key belongs to another certificate.
    private static bool IsExpected(Exception e) => e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException;
}
