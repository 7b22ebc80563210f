using System.Text;
using ProtocolGateway.Edges.GraphQL.Transports.Documents;
using Xunit;

namespace UnitTests.Edges.GraphQL.Transports;

public sealed class DocumentTests
{
    private const string Hash = "7dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e";

    /// <summary>The example of the specification's appendix on persisted documents.</summary>
    [Fact]
    public void A_hash_is_that_of_the_text_in_utf8()
    {
        Assert.True(DocumentHash.TryParse(Hash, out var hash));
        Assert.Equal(hash, DocumentHash.Of("query ($id: ID!) {\n  user(id: $id) {\n    name\n  }\n}"u8));
        Assert.True(DocumentHash.TryParse(Hash.ToUpperInvariant(), out var upper));
        Assert.Equal(hash, upper);
    }

    [Theory]
    [InlineData("")]
    [InlineData("7dba")]
    [InlineData("7dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e0")]
    [InlineData("xdba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e")]
    [InlineData(" dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6 ")]
    [InlineData("+dba4bd717b41f10434822356a93c32b-fb4907b983e854300ad839f84cdcd6e")]
    public void Anything_else_is_no_hash(string text) => Assert.False(DocumentHash.TryParse(text, out _));

    [Fact]
    public void Kept_documents_are_bounded_and_those_in_use_stay()
    {
        var documents = new PersistedDocuments(maxBytes: 10 * 1024);
        var hot = DocumentHash.Of("hot"u8);
        documents.Add(hot, "hot"u8);
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(documents.TryGet(hot, out _), $"after {i}");
            var text = Encoding.UTF8.GetBytes($"{{ field{i} }}");
            documents.Add(DocumentHash.Of(text), text);
        }

        Assert.True(documents.TryGet(DocumentHash.Of("{ field999 }"u8), out var newest));
        Assert.Equal("{ field999 }"u8, newest.Span);
        Assert.InRange(documents.Count, 2, 60);
    }

    [Fact]
    public void One_document_does_not_push_out_all_others()
    {
        var documents = new PersistedDocuments(maxBytes: 10 * 1024);
        documents.Add(DocumentHash.Of("a"u8), "a"u8);
        documents.Add(DocumentHash.Of("b"u8), new byte[9000]);
        Assert.Equal(1, documents.Count);
    }

    [Theory]
    [InlineData("""{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"abc","body":"{ a \"x\" }","name":"A","type":"query"}]}""")]
    [InlineData("""{"abc":"{ a \"x\" }"}""")]
    [InlineData("""{"sha256:abc":"{ a \"x\" }"}""")]
    [InlineData("\uFEFF{\"abc\":\"{ a \\\"x\\\" }\"}")]
    public void A_manifest_is_apollos_or_a_map(string json)
    {
        var trusted = TrustedDocuments.Read(Encoding.UTF8.GetBytes(json), out var problem);
        Assert.True(trusted is not null, problem);
        Assert.Equal(1, trusted.Count);
        Assert.True(trusted.TryGet("abc", out var query));
        Assert.True(trusted.TryGet("sha256:abc", out _));
        Assert.False(trusted.TryGet("abcd", out _));
        // As a request would bring it: the inside of a JSON string.
        Assert.Equal("""{ a \"x\" }""", Encoding.UTF8.GetString(query.Span));
    }

    [Theory]
    [InlineData("{ ", "not JSON")]
    [InlineData("[]", "a JSON object")]
    [InlineData("{\"a\": 1}", "\"a\"")]
    [InlineData("{\"a\":\"{x}\",\"sha256:a\":\"{y}\"}", "there twice")]
    [InlineData("{\"format\":\"other\",\"version\":1,\"operations\":[]}", "\"format\"")]
    [InlineData("{\"format\":\"apollo-persisted-query-manifest\",\"version\":2,\"operations\":[]}", "\"version\"")]
    [InlineData("{\"format\":\"apollo-persisted-query-manifest\",\"version\":1,\"operations\":{}}", "\"operations\"")]
    [InlineData("{\"format\":\"apollo-persisted-query-manifest\",\"version\":1,\"operations\":[{\"id\":\"a\"}]}", "operations[0]")]
    [InlineData("{\"format\":\"apollo-persisted-query-manifest\",\"version\":1,\"operations\":[{\"id\":\"a\",\"body\":\"x\"},{\"id\":\"a\",\"body\":\"x\"}]}", "operations[1]")]
    // Half of a surrogate pair.
    [InlineData("{\"a\":\"\\ud800\"}", "surrogate")]
    [InlineData("{\"\\udfff\":\"{x}\"}", "surrogate")]
    [InlineData("{\"format\":\"\\ud800\",\"version\":1,\"operations\":[]}", "surrogate")]
    [InlineData("{\"format\":\"apollo-persisted-query-manifest\",\"version\":1,\"operations\":[{\"id\":\"\\ud800\",\"body\":\"x\"}]}", "surrogate")]
    public void A_bad_manifest_says_where(string json, string problem)
    {
        Assert.Null(TrustedDocuments.Read(Encoding.UTF8.GetBytes(json), out var told));
        Assert.Contains(problem, told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("{}", null)]
    [InlineData("""{"other":{"persistedQuery":1}}""", null)]
    [InlineData("""{"persistedQuery":null}""", null)]
    [InlineData("""{"a":[1,{"b":2}],"persistedQuery":{"sha256Hash":"abc","x":[{}],"version":1}}""", "abc")]
    public void The_extension_names_a_hash(string extensions, string? id)
    {
        Assert.Null(DocumentReference.ReadExtension(Encoding.UTF8.GetBytes(extensions), out var reference));
        Assert.Equal(id, reference.Id);
    }

    [Theory]
    [InlineData("""{"persistedQuery":1}""")]
    [InlineData("""{"persistedQuery":{}}""")]
    [InlineData("""{"persistedQuery":{"version":2,"sha256Hash":"abc"}}""")]
    [InlineData("""{"persistedQuery":{"version":1}}""")]
    [InlineData("""{"persistedQuery":{"version":1,"sha256Hash":""}}""")]
    [InlineData("""{"persistedQuery":{"version":1,"sha256Hash":7}}""")]
    [InlineData("""{"persistedQuery":{"version":99999999999,"sha256Hash":"abc"}}""")]
    public void A_bad_extension_is_refused(string extensions) =>
        Assert.Equal("BAD_REQUEST", DocumentReference.ReadExtension(Encoding.UTF8.GetBytes(extensions), out _)?.Reason);

    [Fact]
    public void Depth_and_half_surrogates_are_refused_with_a_reason()
    {
        var deep = new string('[', 100) + new string(']', 100);
        Assert.Contains("64 deep", DocumentReference.ReadExtension(Encoding.UTF8.GetBytes($$"""{"a":{{deep}},"persistedQuery":null}"""), out _)?.Message, StringComparison.Ordinal);
        Assert.Contains("64 deep", DocumentReference.ReadMember(Encoding.UTF8.GetBytes($$"""{"a":{{deep}},"documentId":"x"}"""), out _)?.Message, StringComparison.Ordinal);
        Assert.Contains("surrogate", DocumentReference.ReadExtension("""{"persistedQuery":{"version":1,"sha256Hash":"\ud800"}}"""u8, out _)?.Message, StringComparison.Ordinal);
        Assert.Contains("surrogate", DocumentReference.ReadExtension("""{"persistedQuery":{"\udc00ersion":1}}"""u8, out _)?.Message, StringComparison.Ordinal);
        Assert.Contains("surrogate", DocumentReference.ReadMember("""{"documentId":"\ud800"}"""u8, out _)?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_id_is_bounded()
    {
        Assert.NotNull(DocumentReference.FromText(new('a', 257), out _));
        Assert.NotNull(DocumentReference.ReadMember("""{"documentId":7}"""u8, out _));
        Assert.Null(DocumentReference.ReadMember("""{"variables":{"documentId":"no"},"documentId":"sha256:abc"}"""u8, out var reference));
        Assert.Equal("sha256:abc", reference.Id);
    }
}
