using ProtocolGateway.Edges.Rest.Binding;
using Xunit;

namespace UnitTests.Edges.Rest.Binding;

public sealed class TextPatternTests
{
    [Theory]
    [InlineData("^[0-9a-z\\_]+$", "a_1", "a-1")]
    [InlineData("^\\_\\\\_x$", "_\\_x", "__x")]
    [InlineData("^(?!aws:)[a-z:]+$", "a:b", "aws:b")]
    [InlineData("^(a+)+$", "aaaa", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")]
    public void Patterns_of_contracts_are_checked(string pattern, string good, string bad)
    {
        var check = TextPattern.TryParse(pattern);
        Assert.NotNull(check);
        Assert.Null(check.Check(good));
        Assert.Equal("does not have the required form", check.Check(bad));
    }

    [Theory]
    [InlineData("[")]
    [InlineData("\\p{XDigit}{8}")]
    [InlineData("\\")]
    public void What_is_no_pattern_is_not_taken(string pattern) => Assert.Null(TextPattern.TryParse(pattern));
}
