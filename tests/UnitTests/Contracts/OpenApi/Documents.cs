using System.Text;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.OpenApi;
using Xunit;

namespace UnitTests.Contracts.OpenApi;

/// <summary>Reads documents given as text, and finds things in what they yield.</summary>
internal static class Documents
{
    public static ContractContent Read(string text, string extension = ".yaml") => Read(Encoding.UTF8.GetBytes(text), extension);

    public static ContractContent Read(byte[] bytes, string extension = ".yaml")
    {
        var file = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N") + extension);
        File.WriteAllBytes(file, bytes);
        try
        {
            return OpenApiContractReader.Read(file, "svc");
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>A 3.1 document with these component schemas (YAML, indented by four) and one operation that answers with the first of the names.</summary>
    public static ContractContent Schemas(string yaml, string version = "3.1.0") => Read(
        $"openapi: {version}\ninfo: {{ title: t, version: '1' }}\npaths: {{}}\ncomponents:\n  schemas:\n{yaml}");

    /// <summary>A document with these paths (YAML, indented by two).</summary>
    public static ContractContent Paths(string yaml, string head = "") => Read(
        $"openapi: 3.0.3\ninfo: {{ title: t, version: '1' }}\n{head}\npaths:\n{yaml}");

    public static Operation Operation(this ContractContent content, string name) =>
        Assert.Single(content.Operations, o => o.Name == name);

    public static Field Field(this ContractContent content, string type, string field) =>
        content.Types["svc." + type].FindField(field) ?? throw new InvalidOperationException(type + "." + field);

    public static string Errors(this ContractContent content) => string.Join("\n", content.Diagnostics);
}
