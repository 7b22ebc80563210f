using System.Buffers;
using System.Text;
using Xunit;

namespace UnitTests.Edges.Rest.Binding;

public sealed class RequestBindingTests
{
    [Theory]
    [InlineData("/a?id=x", "0a0178")]
    [InlineData("/a?page_size=3", "1003")]
    [InlineData("/a?pageSize=3&&", "1003")]
    [InlineData("/a?tags=a&tags=b", "1a01611a0162")]
    [InlineData("/a?inner.noteText=a+b%2B", "2206" + "1204" + "6120622b")]
    [InlineData("/a?inner.inner.id=x", "2205" + "1a03" + "0a0178")]
    [InlineData("/a?%69d=x", "0a0178")]
    [InlineData("/a?labels[k]=v", "2a06" + "0a016b" + "120176")]
    [InlineData("/a?labels%5Bk%5D=v", "2a06" + "0a016b" + "120176")]
    [InlineData("/a?labels[a[0]]=v", "2a09" + "0a04615b305d" + "120176")]
    [InlineData("/a?labels[a]=v&labels[b]=v", "2a06" + "0a0161" + "120176" + "2a06" + "0a0162" + "120176")]
    public void Binds_the_query(string target, string message) => Assert.Equal(message, BindingModel.Bind("GET /a", "", target));

    [Theory]
    [InlineData("/a?nope=1", "There is no parameter \"nope\".")]
    [InlineData("/a?inner.nope=1", "There is no parameter \"inner.nope\".")]
    [InlineData("/a?id=1&id=2", "The parameter \"id\" is given more than once.")]
    [InlineData("/a?page_size=1&pageSize=2", "The parameter \"pageSize\" is given more than once.")]
    [InlineData("/a?inner=1", "The parameter \"inner\" cannot be bound: inner is a message: name one of its fields.")]
    [InlineData("/a?items=1", "The parameter \"items\" cannot be bound: items is a list of messages.")]
    [InlineData("/a?labels=1", "The parameter \"labels\" cannot be bound: labels is a map: write labels[key]=value.")]
    [InlineData("/a?id[k]=1", "The parameter \"id[k]\" cannot be bound: id is not a map.")]
    [InlineData("/a?left=1&right.id=2", "The parameter \"right.id\" cannot be set: the oneof \"choice\" is already set by \"left\".")]
    [InlineData("/a?id=%zz", "The parameter \"id\" has a bad percent escape or is not UTF-8.")]
    [InlineData("/a?id=%ff", "The parameter \"id\" has a bad percent escape or is not UTF-8.")]
    [InlineData("/a?labels[k]=1&labels%5bk]=2", "The parameter \"labels[k]\" is given more than once.")]
    [InlineData("/a?id[=5", "The parameter \"id[\" cannot be bound: a key stands in brackets behind the name, as in name[key].")]
    [InlineData("/a?labels[k]=v&labels[=5", "The parameter \"labels[\" cannot be bound: a key stands in brackets behind the name, as in name[key].")]
    [InlineData("/a?labels[k]=v&labels[[=5", "The parameter \"labels[[\" cannot be bound: a key stands in brackets behind the name, as in name[key].")]
    [InlineData("/a?labels[a][b]=5", "The parameter \"labels[a][b]\" cannot be bound: a key stands in brackets behind the name, as in name[key].")]
    [InlineData("/a?labels]k[=5", "The parameter \"labels]k[\" cannot be bound: a key stands in brackets behind the name, as in name[key].")]
    [InlineData("/a?]=5", "The parameter \"]\" cannot be bound: a key stands in brackets behind the name, as in name[key].")]
    [InlineData("/a?[k]=5", "The parameter \"[k]\" cannot be bound: a key stands in brackets behind the name, as in name[key].")]
    [InlineData("/a?=5", "There is no parameter \"\".")]
    public void Refuses_bad_queries(string target, string error) => Assert.Equal(error, BindingModel.Bind("GET /a", "", target));

    [Theory]
    [InlineData("/a?pageSize=x")]
    [InlineData("/a?pageSize=2147483648")]
    [InlineData("/a?pageSize=")]
    public void Names_the_field_of_a_bad_value(string target) => Assert.StartsWith("pageSize: ", BindingModel.Bind("GET /a", "", target), StringComparison.Ordinal);

    [Fact]
    public void Ignores_what_the_options_say()
    {
        Assert.Equal("0a0178", BindingModel.Bind("GET /a", "", "/a?key=1&id=x", options: new() { IgnoreUnknownParameters = true }));
    }

    [Theory]
    [InlineData("/a/x%2Fy/z", "0a03782f79" + "2203" + "0a017a")]
    [InlineData("/a/x/z%20", "0a0178" + "2204" + "0a027a20")]
    public void Binds_the_path_decoded(string target, string message) => Assert.Equal(message, BindingModel.Bind("GET /a/{id}/{inner.id}", "", target));

    [Fact]
    public void Leaves_escaped_slashes_in_variables_of_several_segments() =>
        Assert.Equal("0a" + "06" + Convert.ToHexStringLower(Encoding.UTF8.GetBytes("a%2F /")) + "", BindingModel.Bind("GET /{id=**}", "", "/a%2F%20/"));

    [Theory]
    [InlineData("/a/1?id=2", "The parameter \"id\" cannot be bound: \"id\" is set by the path.")]
    [InlineData("/a/1?inner.id=2", "The parameter \"inner.id\" cannot be bound: \"inner\" is the body.")]
    public void A_query_does_not_overwrite_path_or_body(string target, string error) =>
        Assert.Equal(error, BindingModel.Bind("POST /a/{id}", "inner", target, "{}"));

    [Fact]
    public void A_query_does_not_clear_a_oneof_that_the_path_set() =>
        Assert.Contains("already set by \"left\"", BindingModel.Bind("GET /a/{left}", "", "/a/1?right.id=2"), StringComparison.Ordinal);

    [Fact]
    public void The_path_wins_over_the_whole_body() =>
        Assert.Equal("0a0178" + "0a0179", BindingModel.Bind("POST /a/{id}", "*", "/a/y", """{"id":"x"}"""));

    [Fact]
    public void The_whole_body_leaves_nothing_to_the_query() =>
        Assert.Equal("There is no parameter \"pageSize\".", BindingModel.Bind("POST /a", "*", "/a?pageSize=1", "{}"));

    [Theory]
    [InlineData("tags", """["a"]""", "1a0161")]
    [InlineData("inner", """{"id":"x"}""", "2203" + "0a0178")]
    [InlineData("labels", """{"k":"v"}""", "2a06" + "0a016b" + "120176")]
    [InlineData("inner", "", "")]
    public void Binds_the_body_to_a_field(string field, string body, string message) => Assert.Equal(message, BindingModel.Bind("POST /a", field, "/a", body));

    [Fact]
    public void Refuses_a_broken_body() => Assert.NotNull(BindingModel.Bind("POST /a", "*", "/a", "{\"id\":", new ArrayBufferWriter<byte>()));

    [Theory]
    [InlineData("GET /a/{tags}", "", "is a repeated field")]
    [InlineData("GET /a/{labels}", "", "is a repeated field")]
    [InlineData("GET /a/{inner}", "", "is a message")]
    [InlineData("GET /a/{nope}", "", "has no field \"nope\"")]
    [InlineData("GET /a/{tags.x}", "", "not a single plain message")]
    [InlineData("POST /a", "nope", "is not a field of test.Input")]
    [InlineData("POST /a/{id}", "id", "is the body as well")]
    public void Refuses_rules_that_do_not_fit(string rule, string body, string error) =>
        Assert.Contains(error, BindingModel.WhyNot(rule, body), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"noteText":"a"}""", "note_text")]
    [InlineData("""{"id":null,"inner":{"id":"1","note_text":"2"}}""", "id,inner.id,inner.note_text")]
    [InlineData("""{"inner":{}}""", "inner")]
    public void A_patch_fills_its_mask(string body, string paths)
    {
        var message = BindingModel.Bind("PATCH /a", "inner", "/a", body);
        Assert.EndsWith(Mask(paths), message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/a?updateMask=id", "{\"noteText\":\"a\"}", "id")]
    [InlineData("/a?update_mask=noteText", "{\"id\":\"a\"}", "note_text")]
    public void A_mask_in_the_query_stands(string target, string body, string paths)
    {
        var message = BindingModel.Bind("PATCH /a", "inner", target, body);
        Assert.EndsWith(Mask(paths), message, StringComparison.Ordinal);
    }

    private static string Mask(string paths)
    {
        var fields = string.Concat(paths.Split(',').Select(path => $"0a{path.Length:x2}{Convert.ToHexStringLower(Encoding.UTF8.GetBytes(path))}"));
        return $"42{fields.Length / 2:x2}{fields}";
    }
}
