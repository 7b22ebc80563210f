using ProtocolGateway.Contracts;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Views;
using Xunit;

namespace UnitTests.Contracts.Views;

/// <summary>Names and numbers stay for ever once they are in the manifest, whatever becomes of the contract.</summary>
public sealed class ViewManifestTests
{
    private const string Path = "  /a: { post: { operationId: a, requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/T' } } } }, responses: { '204': { description: ok } } } }";

    [Fact]
    public void Removed_fields_and_values_leave_their_numbers_reserved_and_new_ones_get_the_next()
    {
        var first = Schema("a: { type: string }, b: { type: string }, k: { type: string, enum: [x, y, z] }", null);
        Assert.Equal("optional string a = 1; optional string b = 2; optional .svc.TK k = 3", first.Fields("T"));

        var second = Schema("c: { type: string }, k: { type: string, enum: [z, w] }, b: { type: string }", Again(first));
        Assert.Equal("optional string c = 4; optional .svc.TK k = 3; optional string b = 2", second.Fields("T"));
        var message = Assert.Single(second.Files[0].MessageType, static m => m.Name == "T");
        Assert.Equal((1, 2, "a"), (message.ReservedRange[0].Start, message.ReservedRange[0].End, Assert.Single(message.ReservedName)));
        var kind = Assert.Single(second.Files[0].EnumType);
        Assert.Equal(["TK_UNSPECIFIED 0", "TK_Z 3", "TK_W 4"], kind.Value.Select(static v => $"{v.Name} {v.Number}"));
        Assert.Equal(["TK_X", "TK_Y"], kind.ReservedName);
        ProtoTextTests.AssertCompiles(second);

        var third = Schema("a: { type: string }, d: { type: string }", Again(second));
        Assert.Equal("optional string a = 1; optional string d = 5", third.Fields("T"));
        Assert.Equal(second.Fields("T"), Schema("c: { type: string }, k: { type: string, enum: [z, w] }, b: { type: string }", Again(third)).Fields("T"));
    }

    [Fact]
    public void Names_do_not_move_when_others_that_want_them_come_before()
    {
        var first = Schema("fooBar: { type: string }", null);
        var second = Schema("foo_bar: { type: string }, fooBar: { type: string }", Again(first));
        Assert.Equal("optional string foo_bar_2 = 2; optional string foo_bar = 1", second.Fields("T"));

        var paths = "  /b: { post: { operationId: t-o, responses: { '204': { description: ok } } } }";
        var before = Views.Of(paths);
        var after = Views.Of("  /a: { post: { operationId: T_o, responses: { '204': { description: ok } } } }\n" + paths, manifest: Again(before));
        Assert.Equal("svc.t-o", after.Operation("TO").View!.Native.FullName);
        Assert.Equal("svc.T_o", after.Operation("TO2").View!.Native.FullName);
        // The messages too.
        Assert.Equal(("svc.TORequest", "svc.TORequest2"), (after.Operation("TO").Input.FullName, after.Operation("TO2").Input.FullName));
    }

    [Fact]
    public void A_package_stays_when_another_service_would_take_it()
    {
        var first = Views.Of(Path, "    T: { type: object, properties: { a: { type: string } } }", service: "svc");
        Assert.Equal("svc", Again(first).Find("package", "svc"));
        var content = OpenApi.Documents.Paths("  /a: { post: { operationId: a, responses: { '204': { description: ok } } } }");
        var views = RpcViews.Build([new("Svc", content.Operations), new("svc", content.Operations)], [], Again(first), []);
        Assert.Equal(["svc_http", "svc"], views.Files.Select(static f => f.Package));
    }

    [Theory]
    [InlineData("field", "svc.T#a", "a = 0")]
    [InlineData("field", "svc.T#a", "a = 19000")]
    [InlineData("field", "svc.T#a", "a = 536870912")]
    [InlineData("field", "svc.T#a", "a-b = 1")]
    [InlineData("field", "svc.T#a", "a=1")]
    [InlineData("message", "svc.T", "a.b")]
    [InlineData("package", "svc", "../..")]
    public void What_a_hand_wrote_wrongly_is_passed_over_and_named(string kind, string element, string name)
    {
        var file = System.IO.Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, $$"""{ "{{kind}}": { "{{element}}": "{{name}}" } }""");
            var diagnostics = new List<Diagnostic>();
            Assert.Empty(RpcViews.ReadManifest(file, diagnostics).Names);
            Assert.Contains("protobuf", Assert.Single(diagnostics).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Two_with_one_number_do_not_make_an_invalid_file()
    {
        var manifest = new NameManifest(new Dictionary<(string, string), string>
        {
            [("field", "svc.T#a")] = "a = 1",
            [("field", "svc.T#b")] = "b = 1",
            [("field", "svc.T#c")] = "a = 7",
            [("field", "svc.T#last")] = "last = 536870911",
        });
        var content = OpenApi.Documents.Paths(Path + "\ncomponents: { schemas: { T: { type: object, properties: { a: { type: string }, b: { type: string } } } } }");
        var diagnostics = new List<Diagnostic>();
        var views = RpcViews.Build([new("svc", content.Operations)], [], manifest, diagnostics);
        Assert.Equal("optional string a = 1", views.Fields("T"));
        Assert.Contains("svc.T has no b", Assert.Single(diagnostics).Message, StringComparison.Ordinal);
    }

    // Through its file's form.
    private static NameManifest Again(RpcViews views)
    {
        var file = System.IO.Path.GetTempFileName();
        try
        {
            File.Delete(file);
            Assert.Null(views.Manifest.Save(file));
            var diagnostics = new List<Diagnostic>();
            var read = RpcViews.ReadManifest(file, diagnostics);
            Assert.Empty(diagnostics);
            return read;
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static RpcViews Schema(string properties, NameManifest? manifest) =>
        Views.Of(Path, $"    T: {{ type: object, properties: {{ {properties} }} }}", manifest);
}
