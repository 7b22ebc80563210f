using Google.Protobuf;
using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto;
using Xunit;

namespace ProtocolGateway.UnitTests.Contracts.Proto;

public sealed class ProtoModelBuilderTests
{
    private static Field Find(ContractContent content, string message, string field) =>
        Assert.Single(content.Types[message].Fields, f => f.Name == field);

    [Fact]
    public void Proto3_fields_get_presence_packing_names_and_oneofs()
    {
        var content = TempTree.Build("""
            syntax = "proto3";
            package t;
            enum Color { RED = 0; CRIMSON = 1; }
            message M {
              int32 plain_number = 1;
              optional int32 maybe = 2;
              M self = 3;
              repeated sint64 packed = 4;
              repeated int32 loose = 5 [packed = false];
              repeated string texts = 6;
              map<string, M> by_name = 7;
              map<int32, Color> colors = 8;
              oneof choice { string a = 9; M b = 10; }
              Color color = 11 [deprecated = true, json_name = "farbe"];
            }
            """);
        var m = content.Types["t.M"];
        Assert.Equal(["t.M"], content.Types.Keys);
        Assert.Equal("plainNumber", m.Fields[0].JsonName);
        Assert.Equal(Presence.Implicit, m.Fields[0].Presence);
        Assert.Equal((Presence.Explicit, null), (m.Fields[1].Presence, m.Fields[1].Oneof));
        Assert.Same(m, m.Fields[2].Type);
        Assert.Equal(Presence.Explicit, m.Fields[2].Presence);
        Assert.True(m.Fields[3].Packed);
        Assert.Equal(ScalarKind.SInt64, Assert.IsType<ScalarType>(Assert.IsType<ListType>(m.Fields[3].Type).Element).Kind);
        Assert.False(m.Fields[4].Packed);
        Assert.False(m.Fields[5].Packed);
        Assert.True(m.Fields[5].ValidateUtf8);
        Assert.Same(m, Assert.IsType<MapType>(m.Fields[6].Type).Value);
        Assert.Equal(Presence.Implicit, m.Fields[6].Presence);
        var colors = Assert.IsType<MapType>(m.Fields[7].Type);
        Assert.Equal(ScalarKind.Int32, colors.Key.Kind);
        Assert.Equal(["RED", "CRIMSON"], Assert.IsType<EnumType>(colors.Value).Values.Select(v => v.Name));
        Assert.Same(Assert.Single(m.Oneofs), m.Fields[8].Oneof);
        Assert.Same(m.Fields[8].Oneof, m.Fields[9].Oneof);
        Assert.Equal((Presence.Explicit, "choice"), (m.Fields[8].Presence, m.Fields[8].Oneof!.Name));
        Assert.True(m.Fields[10].Deprecated);
        Assert.Equal("farbe", m.Fields[10].JsonName);
        Assert.True(Assert.IsType<EnumType>(m.Fields[10].Type).IsOpen);
    }

    [Fact]
    public void Proto2_fields_get_labels_defaults_groups_and_extensions()
    {
        var content = TempTree.Build("""
            syntax = "proto2";
            package t;
            enum E { ONE = 1; }
            message M {
              required string must = 1;
              optional int32 may = 2 [default = -7];
              optional E kind = 3 [default = ONE];
              repeated int32 loose = 4;
              repeated int32 packed = 5 [packed = true];
              optional group MyGroup = 6 { optional int32 inner = 7; }
              repeated group Rows = 8 { optional int32 inner = 1; }
              extensions 100 to 200;
            }
            message Outer { extend M { optional M nested_ext = 101; } }
            extend M { repeated int32 top_ext = 100 [packed = true]; }
            """);
        var m = content.Types["t.M"];
        Assert.Equal(Presence.Required, m.Fields[0].Presence);
        Assert.False(m.Fields[0].ValidateUtf8);
        Assert.Equal((Presence.Explicit, "-7"), (m.Fields[1].Presence, m.Fields[1].Default));
        Assert.Equal("ONE", m.Fields[2].Default);
        Assert.False(Assert.IsType<EnumType>(m.Fields[2].Type).IsOpen);
        Assert.Equal((false, true), (m.Fields[3].Packed, m.Fields[4].Packed));
        Assert.Equal(("mygroup", "mygroup", true), (m.Fields[5].Name, m.Fields[5].JsonName, m.Fields[5].Delimited));
        Assert.Same(content.Types["t.M.MyGroup"], m.Fields[5].Type);
        Assert.True(m.Fields[6].Delimited);
        var top = Find(content, "t.M", "[t.top_ext]");
        Assert.Equal(("[t.top_ext]", true, true, 100), (top.JsonName, top.IsExtension, top.Packed, top.Number));
        var nested = Find(content, "t.M", "[t.Outer.nested_ext]");
        Assert.Same(m, nested.Type);
        Assert.Equal(Presence.Explicit, nested.Presence);
        Assert.True(m.Fields[^1].IsExtension && m.Fields[^2].IsExtension);
    }

    [Fact]
    public void Edition_features_are_inherited_from_file_and_message_and_overridden_by_fields()
    {
        var content = TempTree.Build("""
            edition = "2023";
            package t;
            option features.field_presence = IMPLICIT;
            option features.utf8_validation = NONE;
            enum Open { ZERO = 0; }
            enum Closed { option features.enum_type = CLOSED; ONE = 1; }
            message M {
              int32 implicit = 1;
              int32 explicit = 2 [features.field_presence = EXPLICIT];
              int32 required = 3 [features.field_presence = LEGACY_REQUIRED];
              repeated int32 packed = 4;
              repeated int32 expanded = 5 [features.repeated_field_encoding = EXPANDED];
              M length_prefixed = 6;
              M delimited_one = 7 [features.message_encoding = DELIMITED];
              repeated M delimited_many = 8 [features.message_encoding = DELIMITED];
              string lax = 9;
              string strict = 10 [features.utf8_validation = VERIFY];
              Open open = 11;
              Closed closed = 12 [features.field_presence = EXPLICIT];
            }
            """);
        var fields = content.Types["t.M"].Fields;
        Assert.Equal([Presence.Implicit, Presence.Explicit, Presence.Required], fields.Take(3).Select(f => f.Presence));
        Assert.Equal((true, false), (fields[3].Packed, fields[4].Packed));
        Assert.Equal((false, true, true), (fields[5].Delimited, fields[6].Delimited, fields[7].Delimited));
        Assert.Equal("delimitedOne", fields[6].JsonName);
        Assert.Equal(Presence.Explicit, fields[5].Presence);
        Assert.Equal((false, true), (fields[8].ValidateUtf8, fields[9].ValidateUtf8));
        Assert.True(Assert.IsType<EnumType>(fields[10].Type).IsOpen);
        Assert.False(Assert.IsType<EnumType>(fields[11].Type).IsOpen);
    }

    [Fact]
    public void A_map_stays_length_prefixed_where_the_file_says_delimited()
    {
        var content = TempTree.Build("""
            edition = "2023";
            option features.message_encoding = DELIMITED;
            message M { map<string, M> children = 1; M child = 2; }
            """);
        Assert.False(Find(content, "M", "children").Delimited);
        Assert.True(Find(content, "M", "child").Delimited);
    }

    [Fact]
    public void Operations_carry_shape_comments_place_idempotency_and_deprecation()
    {
        var content = TempTree.Build("""
            syntax = "proto3";
            package t;
            // A message.
            //   Indented.
            message M { int32 a = 1; // Behind.
            }
            service S {
              /* Gets one. */
              rpc Get(M) returns (M) { option idempotency_level = NO_SIDE_EFFECTS; }
              rpc Down(M) returns (stream M) { option deprecated = true; }
              rpc Up(stream M) returns (M) { option idempotency_level = IDEMPOTENT; }
              rpc Both(stream M) returns (stream M);
            }
            """);
        Assert.Equal([Shape.Unary, Shape.ServerStreaming, Shape.ClientStreaming, Shape.Duplex], content.Operations.Select(o => o.Shape));
        var get = content.Operations[0];
        Assert.Equal(("t.S.Get", "Get", "t.S", "/t.S/Get"), (get.FullName, get.Name, get.ServiceName, get.GrpcPath));
        Assert.Equal("Gets one.", get.Documentation.Trim());
        Assert.Equal(new SourceLocation("test", "9:3"), get.Source);
        Assert.Same(content.Types["t.M"], get.Input);
        Assert.Equal([Idempotency.NoSideEffects, Idempotency.Unknown, Idempotency.Idempotent, Idempotency.Unknown], content.Operations.Select(o => o.Idempotency));
        Assert.Equal([false, true, false, false], content.Operations.Select(o => o.Deprecated));
        Assert.Equal("A message.\n  Indented.", content.Types["t.M"].Documentation);
        Assert.Equal("Behind.", content.Types["t.M"].Fields[0].Documentation);
    }

    [Fact]
    public void Well_known_messages_are_recognized_and_added_where_the_set_lacks_them()
    {
        var set = TempTree.Compile("""
            syntax = "proto3";
            import "google/protobuf/any.proto";
            import "google/protobuf/wrappers.proto";
            import "google/protobuf/struct.proto";
            import "google/api/httpbody.proto";
            message M { google.protobuf.Any any = 1; google.protobuf.Int32Value number = 2; google.protobuf.Value value = 3; google.api.HttpBody body = 4; }
            """);
        var own = new FileDescriptorSet { File = { set.File[^1] } };
        var content = ProtoModelBuilder.Build(own, "test");
        Assert.Empty(content.Diagnostics);
        Assert.Equal([WellKnown.Any, WellKnown.Wrapper, WellKnown.Value, WellKnown.HttpBody], content.Types["M"].Fields.Select(f => ((MessageType)f.Type).WellKnown));
        Assert.Equal(WellKnown.Struct, content.Types["google.protobuf.Struct"].WellKnown);
    }

    [Fact]
    public void A_message_that_only_borrows_a_well_known_name_is_an_ordinary_one()
    {
        var content = TempTree.Build("""syntax = "proto3"; package google.protobuf; message Timestamp { string text = 1; }""");
        Assert.Equal(WellKnown.None, content.Types["google.protobuf.Timestamp"].WellKnown);
    }

    [Fact]
    public void Four_times_the_methods_cost_four_times_the_memory()
    {
        // What a model costs is told by what it allocates, which does not depend on what else the machine does. A quadratic step would cost sixteen times.
        Build(10, out _);
        var quarter = Build(30, out var few);
        var whole = Build(120, out var all);
        Assert.InRange(whole, 2 * quarter, 6 * quarter);
        Assert.Equal((3_000, 12_000), (few.Operations.Count, all.Operations.Count));
        Assert.Equal(12_000, all.Operations.Sum(o => o.HttpRules.Count));
        Assert.Empty(all.Diagnostics);
    }

    // Services of a hundred methods each, with messages that refer to each other; the bytes that reading them allocates.
    private static long Build(int services, out ContractContent content)
    {
        var file = new FileDescriptorProto { Name = "big.proto", Package = "big", Syntax = "proto3" };
        for (var s = 0; s < services; s++)
        {
            var service = new ServiceDescriptorProto { Name = "S" + s };
            for (var m = 0; m < 100; m++)
            {
                var message = new DescriptorProto { Name = $"M{s}_{m}" };
                for (var f = 1; f <= 8; f++)
                    message.Field.Add(new FieldDescriptorProto { Name = "f" + f, Number = f, Type = FieldDescriptorProto.Types.Type.Message, TypeName = $".big.M{s}_{(m + f) % 100}" });
                file.MessageType.Add(message);
                var options = new MethodOptions();
                options.SetExtension(Google.Api.AnnotationsExtensions.Http, new Google.Api.HttpRule { Get = $"/v1/{s}/{m}" });
                service.Method.Add(new MethodDescriptorProto { Name = "Do" + m, InputType = $".big.M{s}_{m}", OutputType = $".big.M{s}_{m}", Options = options });
            }

            file.Service.Add(service);
        }

        var set = FileDescriptorSet.Parser.ParseFrom(new FileDescriptorSet { File = { file } }.ToByteArray());
        var before = GC.GetAllocatedBytesForCurrentThread();
        content = ProtoModelBuilder.Build(set, "big");
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
