using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto;
using Xunit;
using Label = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Label;
using ProtoType = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace ProtocolGateway.UnitTests.Contracts.Proto;

/// <summary>Descriptors that protoc would never write. Nothing throws; what is left out is named.</summary>
public sealed class BadDescriptorTests
{
    private static FieldDescriptorProto Int(string name, int number) => new() { Name = name, Number = number, Type = ProtoType.Int32, Label = Label.Optional };

    private static FieldDescriptorProto Ref(string name, int number, string type) => new() { Name = name, Number = number, Type = ProtoType.Message, TypeName = type };

    private static MethodDescriptorProto Method(string name, string input, string output) => new() { Name = name, InputType = input, OutputType = output };

    private static FileDescriptorProto OneFile() => new()
    {
        Name = "a.proto",
        Package = "t",
        Syntax = "proto3",
        MessageType = { new DescriptorProto { Name = "Good", Field = { Int("a", 1) } } },
    };

    private static ContractContent Build(params FileDescriptorProto[] files) => ProtoModelBuilder.Build(new FileDescriptorSet { File = { files } }, "set");

    private static void Names(ContractContent content, params string[] names)
    {
        Assert.Equal(names.Length, content.Diagnostics.Count);
        foreach (var (diagnostic, name) in content.Diagnostics.Zip(names))
            Assert.Contains(name, diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_field_type_takes_out_the_message_and_all_that_reach_it()
    {
        var file = OneFile();
        file.MessageType.Add(new DescriptorProto { Name = "Broken", Field = { Int("a", 1), Ref("lost", 2, ".x.Missing") } });
        file.MessageType.Add(new DescriptorProto { Name = "User", Field = { Ref("broken", 1, ".t.Broken") } });
        file.MessageType.Add(new DescriptorProto { Name = "UserOfUser", Field = { Ref("user", 1, ".t.User"), Ref("self", 2, ".t.UserOfUser") } });
        file.Service.Add(new ServiceDescriptorProto { Name = "S", Method = { Method("Bad", ".t.UserOfUser", ".t.Good"), Method("Fine", ".t.Good", ".t.Good") } });
        var content = Build(file);
        Assert.Equal(["t.Good"], content.Types.Keys);
        Assert.Equal(["t.S.Fine"], content.Operations.Select(o => o.FullName));
        Names(content, "x.Missing", "t.S.Bad");
        Assert.Contains("t.Broken.lost", content.Diagnostics[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_field_without_a_type_and_one_with_a_type_that_does_not_exist_are_named()
    {
        var file = OneFile();
        file.MessageType.Add(new DescriptorProto { Name = "NoType", Field = { new FieldDescriptorProto { Name = "a", Number = 1 } } });
        file.MessageType.Add(new DescriptorProto { Name = "OddType", Field = { new FieldDescriptorProto { Name = "a", Number = 1, Type = (ProtoType)99 } } });
        var content = Build(file);
        Assert.Equal(["t.Good"], content.Types.Keys);
        Names(content, "t.NoType", "t.OddType");
    }

    [Fact]
    public void A_method_whose_type_is_missing_is_left_out_and_named()
    {
        var file = OneFile();
        file.Service.Add(new ServiceDescriptorProto { Name = "S", Method = { Method("In", ".t.None", ".t.Good"), Method("Out", ".t.Good", ""), Method("Fine", ".t.Good", "Good") } });
        var content = Build(file);
        Assert.Equal(["t.S.Fine"], content.Operations.Select(o => o.FullName));
        Names(content, "t.S.In", "t.S.Out");
    }

    [Fact]
    public void Of_two_things_with_one_name_the_first_stays()
    {
        var file = OneFile();
        file.MessageType.Add(new DescriptorProto { Name = "Good", Field = { Int("b", 9) } });
        file.EnumType.Add(new EnumDescriptorProto { Name = "Good", Value = { new EnumValueDescriptorProto { Name = "A" } } });
        file.MessageType.Add(new DescriptorProto { Name = "Fields", Field = { Int("a", 1), Int("a", 2), Int("b", 1), Int("c", 3) } });
        file.Service.Add(new ServiceDescriptorProto { Name = "S", Method = { Method("Do", "Good", "Good"), Method("Do", "Good", "Good") } });
        file.Service.Add(new ServiceDescriptorProto { Name = "S" });
        var content = Build(file, OneFile());
        Assert.Single(content.Operations);
        Assert.Equal(["a", "c"], content.Types["t.Fields"].Fields.Select(f => f.Name));
        Assert.Equal(7, content.Diagnostics.Count);
        Assert.Contains(content.Diagnostics, d => d.Message.Contains("a.proto", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a", 0)]
    [InlineData("a", -1)]
    [InlineData("a", 19_500)]
    [InlineData("a", 536_870_912)]
    [InlineData("", 5)]
    [InlineData("a/b", 5)]
    [InlineData("a\r\nb", 5)]
    public void A_field_whose_name_or_number_is_not_allowed_is_left_out(string name, int number)
    {
        var file = OneFile();
        file.MessageType[0].Field.Add(Int(name, number));
        var content = Build(file);
        Assert.Equal(1, Assert.Single(content.Types["t.Good"].Fields).Number);
        Names(content, "t.Good");
    }

    [Fact]
    public void Files_of_unknown_syntax_and_odd_packages_are_left_out()
    {
        var syntax = OneFile();
        syntax.Syntax = "proto4";
        var package = OneFile();
        (package.Name, package.Package) = ("b.proto", "t..x");
        var content = Build(syntax, package);
        Assert.Empty(content.Types);
        Names(content, "proto4", "t..x");
    }

    [Fact]
    public void Map_entries_that_are_no_maps_and_oneofs_that_do_not_exist_are_named()
    {
        var file = OneFile();
        var entry = new DescriptorProto { Name = "E", Options = new MessageOptions { MapEntry = true }, Field = { Int("key", 1) } };
        file.MessageType.Add(new DescriptorProto { Name = "M", NestedType = { entry }, Field = { new FieldDescriptorProto(Ref("m", 1, ".t.M.E")) { Label = Label.Repeated } } });
        var orphan = Int("o", 2);
        orphan.OneofIndex = 7;
        file.MessageType[0].Field.Add(orphan);
        var content = Build(file);
        Assert.Equal(["t.Good"], content.Types.Keys);
        Assert.Null(content.Types["t.Good"].Fields[1].Oneof);
        Names(content, "t.Good", "t.M");
    }

    [Fact]
    public void A_bad_extension_costs_only_itself()
    {
        var file = OneFile();
        file.Extension.Add(new FieldDescriptorProto(Int("clash", 1)) { Extendee = ".t.Good" });
        file.Extension.Add(new FieldDescriptorProto(Ref("lost", 200, ".t.None")) { Extendee = ".t.Good" });
        file.Extension.Add(new FieldDescriptorProto(Int("nowhere", 200)) { Extendee = ".t.None" });
        file.Extension.Add(new FieldDescriptorProto(Int("fine", 200)) { Extendee = ".t.Good" });
        var content = Build(file);
        Assert.Equal(["a", "[t.fine]"], content.Types["t.Good"].Fields.Select(f => f.Name));
        Names(content, "t.lost", "t.nowhere", "t.clash");
    }

    [Fact]
    public void Deep_nesting_and_long_chains_do_not_exhaust_the_stack()
    {
        var file = OneFile();
        var outer = file.MessageType[0];
        for (var i = 0; i < 2_000; i++)
        {
            outer.NestedType.Add(new DescriptorProto { Name = "N" });
            outer = outer.NestedType[0];
        }

        outer.Field.Add(Ref("lost", 1, ".t.None"));
        for (var i = 0; i < 20_000; i++)
            file.MessageType.Add(new DescriptorProto { Name = "C" + i, Field = { Ref("next", 1, i == 0 ? ".t.None" : ".t.C" + (i - 1)) } });
        var content = Build(file);
        Assert.Equal(2_000, content.Types.Count);
        Assert.Equal(2, content.Diagnostics.Count);
    }
}
