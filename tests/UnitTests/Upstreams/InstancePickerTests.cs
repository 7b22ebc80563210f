using ProtocolGateway.Upstreams;
using ProtocolGateway.Upstreams.Balancing;
using Xunit;

namespace UnitTests.Upstreams;

public sealed class InstancePickerTests
{
    [Theory]
    [InlineData("1,1,1", "abcabc")]
    [InlineData("5,1,1", "aabacaa")]
    [InlineData("0,2", "bbb")]
    [InlineData("0,0", "abab")]
    [InlineData("-3,1", "bb")]
    [InlineData("1000000000,2000000000", "babbab")]
    public void Weights_are_honoured_in_turn_and_spread(string weights, string expected)
    {
        var picker = new InstancePicker(Instances(weights));
        var call = new RecordingCall("Get");
        var picked = string.Concat(Enumerable.Range(0, expected.Length).Select(_ => picker.Pick(call).Model.Address.Host));
        Assert.Equal(expected, picked);
    }

    [Fact]
    public void Absurd_weights_keep_a_short_turn_and_leave_nobody_out()
    {
        var picker = new InstancePicker(Instances("2147483647,1,2147483647"));
        var call = new RecordingCall("Get");
        var hosts = Enumerable.Range(0, 5000).Select(_ => picker.Pick(call).Model.Address.Host).CountBy(host => host).ToDictionary();
        Assert.InRange(hosts["b"], 1, 3);
        Assert.InRange(hosts["a"] - hosts["c"], -2, 2);
    }

    [Fact]
    public void Calls_in_flight_are_counted()
    {
        var picker = new InstancePicker(Instances("1"));
        var instance = picker.Pick(new RecordingCall("Get"));
        picker.Pick(new RecordingCall("Get"));
        Assert.Equal(2, instance.InFlight);
        instance.Report(new CallOutcome(null, TimeSpan.Zero));
        Assert.Equal(1, instance.InFlight);
    }

    private static Instance[] Instances(string weights) =>
        [.. weights.Split(',').Select((weight, i) => new Instance(new InstanceModel(new Uri($"http://{(char)('a' + i)}"), int.Parse(weight)), null!))];
}
