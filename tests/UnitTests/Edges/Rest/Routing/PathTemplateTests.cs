using ProtocolGateway.Edges.Rest.Routing;
using Xunit;

namespace UnitTests.Edges.Rest.Routing;

public sealed class PathTemplateTests
{
    [Theory]
    [InlineData("/", "", "")]
    [InlineData("/v1/users/{id}", "v1|users|*", "")]
    [InlineData("/v1/{a.b=shelves/*/books/**}:go", "v1|shelves|*|books|**", "go")]
    [InlineData("/a:b/c:d", "a:b|c", "d")]
    [InlineData("/foo%2Fbar/%2a:%2c", "foo/bar|*", ",")]
    [InlineData("/v1/!$&'()+,;=@-._~", "v1|!$&'()+,;=@-._~", "")]
    public void Reads_the_grammar(string text, string segments, string verb)
    {
        Assert.True(PathTemplate.TryParse(text, out var template, out var error), error);
        Assert.Equal(segments, string.Join('|', template.Segments.Select(s => s.Kind switch
        {
            SegmentKind.Single => "*",
            SegmentKind.Rest => "**",
            _ => s.Literal,
        })));
        Assert.Equal(verb, template.Verb);
    }

    [Theory]
    [InlineData("", "column 1: expected '/'")]
    [InlineData("/a/", "column 4: a segment is empty")]
    [InlineData("/a//b", "column 4: a segment is empty")]
    [InlineData("/a/**/b", "column 4: '**' must be the last segment")]
    [InlineData("/{a=x/{b}}", "column 7: variables cannot be nested")]
    [InlineData("/{a}/{a}", "column 6: the variable \"a\" is repeated")]
    [InlineData("/{1}", "column 3: expected a field name")]
    [InlineData("/{a.}", "column 5: expected a field name")]
    [InlineData("/{a", "column 4: expected '}'")]
    [InlineData("/a/*:", "column 6: the verb is empty")]
    [InlineData("/a*", "column 3: expected '/', ':' or the end, got '*'")]
    [InlineData("/***", "column 4: unexpected '*'")]
    [InlineData("/{x=a:b}", "column 6: expected '}', got ':'")]
    [InlineData("/a%1", "column 2: a percent escape is wrong or is not UTF-8")]
    [InlineData("/a%ff", "column 2: a percent escape is wrong or is not UTF-8")]
    [InlineData("/a?b", "column 3: expected '/', ':' or the end, got '?'")]
    public void Says_what_is_wrong_and_where(string text, string error)
    {
        Assert.False(PathTemplate.TryParse(text, out _, out var actual));
        Assert.Equal(error, actual);
    }

    [Theory]
    [InlineData("a", "column 1")]
    [InlineData("/{a}{b}", "column 5")]
    [InlineData("/{}", "column 2")]
    [InlineData("/{a", "column 4")]
    [InlineData("/a}", "column 3")]
    [InlineData("/a?x=1", "column 3")]
    [InlineData("/{a}/{a}", "column 6")]
    public void Refuses_broken_openapi_paths(string text, string column)
    {
        Assert.False(PathTemplate.TryParseOpenApi(text, out _, out var error));
        Assert.StartsWith(column + ":", error, StringComparison.Ordinal);
    }
}
