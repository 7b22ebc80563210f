using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ProtocolGateway.Config;

/// <summary>Looks at a file of authorities before anything is trusted by it.</summary>
internal static class AuthorityFile
{
    /// <summary>What is wrong with the file; null for nothing. One without certificates would refuse every backend, call by call.</summary>
    public static string? FindProblem(string file)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(file);
            return certificates.Count > 0 ? null : "The file holds no certificate in PEM form (-----BEGIN CERTIFICATE-----).";
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return "The certificates cannot be read: " + e.Message;
        }
        finally
        {
            foreach (var certificate in certificates)
                certificate.Dispose();
        }
    }
}
