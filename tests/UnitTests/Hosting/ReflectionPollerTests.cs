using System.Diagnostics.Metrics;
using Google.Protobuf.Reflection;
using Microsoft.Extensions.Time.Testing;
using ProtocolGateway.Config;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto;
using ProtocolGateway.Hosting;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace UnitTests.Hosting;

/// <summary>How often services are asked for their contracts, and which answers are news.</summary>
public sealed class ReflectionPollerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_service_that_stays_away_is_asked_less_often_and_never_given_up()
    {
        var time = new TimerCountingTime();
        using var meter = new Meter("test");
        using var log = new LogRecorder();
        await using var poller = new ReflectionPoller(new SnapshotServices(meter, log, time, new Random(1), _ => Task.CompletedTask), () => { });
        poller.Follow(new GatewayConfig
        {
            Services = new Dictionary<string, ServiceConfig>
            {
                ["away"] = new()
                {
                    Reflection = new ReflectionConfig { Interval = TimeSpan.FromSeconds(8) },
                    Upstream = new UpstreamConfig { Instances = [new InstanceConfig { Address = "http://127.0.0.1:1" }] },
                },
            },
        });
        // After 1, 2, 4 and then every 8 seconds; more than enough times for a doubling without end to run over.
        var failures = 1;
        foreach (var pause in (int[])[1, 2, 4, .. Enumerable.Repeat(8, 60)])
        {
            await UntilAsync(() => time.Timers == failures);
            Assert.Equal(TimeSpan.FromSeconds(pause), time.LastPause);
            time.Advance(time.LastPause);
            failures++;
        }

        await UntilAsync(() => log.Entries.Count(e => e.Id.Id == 1004) == failures);
    }

    [Fact]
    public void The_same_contract_in_another_order_is_no_news()
    {
        var there = Contract();
        var back = Contract();
        Reverse(back.MessageType);
        Reverse(back.Service[0].Method);
        foreach (var message in back.MessageType)
            Reverse(message.Field);
        Assert.Equal(Print(there), Print(back));
    }

    public static TheoryData<string, Action<FileDescriptorProto>> Changes => new()
    {
        { "a field's number", f => f.MessageType[0].Field[0].Number = 9 },
        { "a field's name", f => f.MessageType[0].Field[0].Name = "other" },
        { "a scalar's kind", f => f.MessageType[0].Field[0].Type = FieldDescriptorProto.Types.Type.Int64 },
        { "a label", f => f.MessageType[0].Field[0].Label = FieldDescriptorProto.Types.Label.Repeated },
        { "a message's name", f => f.MessageType[0].Field[1].TypeName = ".t.B" },
        { "a value of an enum", f => f.EnumType[0].Value.Add(new EnumValueDescriptorProto { Name = "TWO", Number = 2 }) },
        { "the name of a value", f => f.EnumType[0].Value[1].Name = "UNO" },
        { "an output", f => f.Service[0].Method[0].OutputType = ".t.B" },
        { "a shape", f => f.Service[0].Method[0].ServerStreaming = true },
        { "a method more", f => f.Service[0].Method.Add(new MethodDescriptorProto { Name = "C", InputType = ".t.A", OutputType = ".t.A" }) },
        { "a method less", f => f.Service[0].Method.RemoveAt(1) },
        { "a type that no method uses", f => f.MessageType[2].Field.Clear() },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Whatever_the_surface_shows_is_news(string what, Action<FileDescriptorProto> change)
    {
        var changed = Contract();
        change(changed);
        Assert.True(Print(Contract()) != Print(changed), what);
    }

    private static string Print(FileDescriptorProto file) => ContractFingerprint.Of(ProtoModelBuilder.Build(new FileDescriptorSet { File = { file } }, "test"));

    private static FileDescriptorProto Contract()
    {
        var message = FieldDescriptorProto.Types.Type.Message;
        return new FileDescriptorProto
        {
            Name = "t.proto",
            Package = "t",
            Syntax = "proto3",
            EnumType = { new EnumDescriptorProto { Name = "E", Value = { new EnumValueDescriptorProto { Name = "ZERO", Number = 0 }, new EnumValueDescriptorProto { Name = "ONE", Number = 1 } } } },
            MessageType =
            {
                new DescriptorProto
                {
                    Name = "A",
                    Field =
                    {
                        new FieldDescriptorProto { Name = "a", Number = 1, Type = FieldDescriptorProto.Types.Type.Int32, Label = FieldDescriptorProto.Types.Label.Optional },
                        new FieldDescriptorProto { Name = "b", Number = 2, Type = message, TypeName = ".t.Unused", Label = FieldDescriptorProto.Types.Label.Optional },
                        new FieldDescriptorProto { Name = "e", Number = 3, Type = FieldDescriptorProto.Types.Type.Enum, TypeName = ".t.E", Label = FieldDescriptorProto.Types.Label.Optional },
                    },
                },
                new DescriptorProto { Name = "B" },
                new DescriptorProto
                {
                    Name = "Unused",
                    Field = { new FieldDescriptorProto { Name = "a", Number = 1, Type = FieldDescriptorProto.Types.Type.String, Label = FieldDescriptorProto.Types.Label.Optional } },
                },
            },
            Service =
            {
                new ServiceDescriptorProto
                {
                    Name = "S",
                    Method = { new MethodDescriptorProto { Name = "A", InputType = ".t.A", OutputType = ".t.A" }, new MethodDescriptorProto { Name = "B", InputType = ".t.A", OutputType = ".t.B" } },
                },
            },
        };
    }

    private static void Reverse<T>(Google.Protobuf.Collections.RepeatedField<T> items)
    {
        var reversed = items.Reverse().ToList();
        items.Clear();
        items.AddRange(reversed);
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!holds())
            await Task.Delay(1, limit.Token);
    }

    // Time that stands still, and tells when somebody begins to wait for it.
    private sealed class TimerCountingTime : FakeTimeProvider
    {
        private int _timers;

        public int Timers => Volatile.Read(ref _timers);

        public TimeSpan LastPause { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            LastPause = dueTime;
            Interlocked.Increment(ref _timers);
            return timer;
        }
    }
}
