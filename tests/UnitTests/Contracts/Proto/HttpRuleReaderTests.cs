using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto;
using Xunit;
using ProtoRule = Google.Api.HttpRule;

namespace ProtocolGateway.UnitTests.Contracts.Proto;

public sealed class HttpRuleReaderTests
{
    private static readonly SourceLocation Here = new("test", "1:1");
    private readonly List<Diagnostic> _diagnostics = [];

    private static MethodOptions With(ProtoRule rule)
    {
        var options = new MethodOptions();
        options.SetExtension(AnnotationsExtensions.Http, rule);
        return options;
    }

    private IReadOnlyList<ProtocolGateway.Contracts.Model.HttpRule> Read(MethodOptions options) => HttpRuleReader.Read(options, "t.S.Do", Here, _diagnostics);

    [Fact]
    public void Every_kind_is_read_from_options_parsed_with_and_without_the_extension()
    {
        var rule = new ProtoRule
        {
            Get = "/g",
            AdditionalBindings =
            {
                new ProtoRule { Put = "/p", Body = "*" }, new ProtoRule { Post = "/o", Body = "user", ResponseBody = "name" },
                new ProtoRule { Delete = "/d" }, new ProtoRule { Patch = "/a:verb" },
                new ProtoRule { Custom = new CustomHttpPattern { Kind = "report", Path = "/c" } }, new ProtoRule { Custom = new CustomHttpPattern { Kind = "*", Path = "/any" } },
            },
        };
        var known = Read(With(rule));
        var unknown = Read(MethodOptions.Parser.ParseFrom(With(rule).ToByteString()));
        Assert.Equal(["GET /g", "PUT /p", "POST /o", "DELETE /d", "PATCH /a:verb", "REPORT /c", "* /any"], known.Select(r => r.Method + " " + r.Template));
        Assert.Equal(known, unknown);
        Assert.Equal(("user", "name", "*"), (known[2].Body, known[2].ResponseBody, known[1].Body));
        Assert.Empty(_diagnostics);
    }

    [Fact]
    public void Nested_bindings_and_rules_without_a_path_are_left_out_and_named()
    {
        var nested = new ProtoRule { Get = "/b", AdditionalBindings = { new ProtoRule { Get = "/too/deep" } } };
        var rules = Read(With(new ProtoRule { Get = "no-slash", AdditionalBindings = { nested, new ProtoRule(), new ProtoRule { Custom = new CustomHttpPattern { Kind = "A B", Path = "/x" } } } }));
        Assert.Equal("/b", Assert.Single(rules).Template);
        Assert.Equal(4, _diagnostics.Count);
        Assert.All(_diagnostics, d => Assert.Contains("t.S.Do", d.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_malformed_rule_costs_the_rule_only()
    {
        // Field 72295728, length-delimited, whose two bytes claim a string of 127 bytes.
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
        {
            output.WriteTag(72295728, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(0x12, 0x7f));
        }

        Assert.Empty(Read(MethodOptions.Parser.ParseFrom(bytes.ToArray())));
        Assert.Single(_diagnostics);
    }

    [Fact]
    public void A_method_without_a_rule_has_none() => Assert.Empty(Read(new MethodOptions { Deprecated = true }));
}
