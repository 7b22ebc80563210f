using ProtocolGateway.TestKit.Running;
using Xunit;

namespace MatrixTests;

/// <summary>The demo's page in a browser: two tabs chat over WebSockets that the gateway brings to a gRPC service over few streams.</summary>
public sealed class ChatPageTests
{
    [Fact]
    public async Task Two_tabs_chat()
    {
        var (browser, scripts) = await SampleGateway.BrowserAsync();
        await using var samples = await SampleGateway.StartAsync();
        var (_, output) = await NodeScript.RunAsync("node", scripts, ["chat.mjs", browser, $"{samples.Gateway.Address}demo", Path.Combine(scripts, "chat.png")]);
        Assert.Equal("chatted", output.Trim());
    }
}
