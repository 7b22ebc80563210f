using System.Security.Cryptography;
using System.Text;
using ProtocolGateway.Edges.GraphQL.Transports;
using ProtocolGateway.Edges.GraphQL.Transports.Documents;
using Xunit;

namespace UnitTests.Edges.GraphQL.Transports;

/// <summary>Persisted and trusted documents.</summary>
public sealed class DocumentResolverTests
{
    private const string Document = "{a(b:\"é\")}";

    private static readonly string Hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Document)));

    [Fact]
    public void A_document_sent_with_its_hash_is_known_by_it_from_then_on()
    {
        var resolver = new DocumentResolver(new());
        Assert.Equal("PersistedQueryNotFound", Resolve(resolver, Automatic(Hash)));
        Assert.Equal(Escaped(Document), Resolve(resolver, Automatic(Hash, Document)));
        Assert.Equal(Escaped(Document), Resolve(resolver, Automatic(Hash)));
        Assert.Equal(Escaped(Document), Resolve(resolver, $$"""{"documentId":"sha256:{{Hash}}"}"""));
    }

    [Fact]
    public void A_hash_of_another_document_is_refused_and_kept_for_none()
    {
        var resolver = new DocumentResolver(new());
        Assert.Equal("extensions.persistedQuery.sha256Hash is not the hash of \"query\".", Resolve(resolver, Automatic(Hash, "{other}")));
        Assert.Equal("PersistedQueryNotFound", Resolve(resolver, Automatic(Hash)));
        Assert.Equal(Escaped(Document), Resolve(resolver, Automatic(Hash, Document)));
        Assert.Equal("extensions.persistedQuery.sha256Hash is not the hash of \"query\".", Resolve(resolver, Automatic(Hash, "{other}")));
    }

    [Fact]
    public void Without_persisted_queries_clients_are_told_to_stop_asking() =>
        Assert.Equal("PersistedQueryNotSupported", Resolve(new(new() { AutomaticPersistedQueries = false }), Automatic(Hash)));

    [Fact]
    public void A_request_without_any_document_is_told_so() =>
        Assert.Equal("The request holds no \"query\": a text that is a GraphQL document.", Resolve(new(new()), "{}"));

    [Fact]
    public void Trusted_documents_are_found_by_id_and_come_before_what_is_sent()
    {
        var resolver = new DocumentResolver(new() { TrustedDocuments = Trusted() });
        Assert.Equal("{trusted}", Resolve(resolver, """{"documentId":"t"}"""));
        Assert.Equal("{trusted}", Resolve(resolver, """{"documentId":"t","query":"{sent}"}"""));
        Assert.Equal("{sent}", Resolve(resolver, """{"query":"{sent}"}"""));
        Assert.Equal(Escaped(Document), Resolve(resolver, Automatic(Hash)));
        Assert.Equal("PersistedQueryNotFound", Resolve(resolver, """{"documentId":"unknown"}"""));
    }

    [Fact]
    public void Only_trusted_documents_run_where_that_is_asked_for()
    {
        var resolver = new DocumentResolver(new() { TrustedDocuments = Trusted(), TrustedDocumentsOnly = true });
        Assert.Equal("{trusted}", Resolve(resolver, """{"documentId":"t"}"""));
        Assert.StartsWith("Only documents that were registered before run here", Resolve(resolver, """{"query":"{sent}"}"""), StringComparison.Ordinal);
        Assert.StartsWith("The document is none of those", Resolve(resolver, """{"documentId":"x","query":"{sent}"}"""), StringComparison.Ordinal);
        Assert.StartsWith("The document is none of those", Resolve(resolver, Automatic(new string('0', 64))), StringComparison.Ordinal);
    }

    private static TrustedDocuments Trusted() =>
        TrustedDocuments.Read(Encoding.UTF8.GetBytes($$$"""{"t":"{trusted}","{{{Hash}}}":"{{{Escaped(Document)}}}"}"""), out _)!;

    private static string Automatic(string hash, string? document = null)
    {
        var query = document is null ? "" : $"\"query\":\"{Escaped(document)}\",";
        return "{" + query + $$$"""
            "extensions":{"persistedQuery":{"version":1,"sha256Hash":"{{{hash}}}"} } }
            """;
    }

    private static string Escaped(string document) => document.Replace("\"", "\\\"", StringComparison.Ordinal);

    // The document as it would be run, or the error's text.
    private static string Resolve(DocumentResolver resolver, string json)
    {
        Assert.Null(RequestJson.Read(Encoding.UTF8.GetBytes(json), out var incoming));
        return resolver.Resolve(incoming, out var request) is { } error ? error.Message : Encoding.UTF8.GetString(request.Query.Span);
    }
}
