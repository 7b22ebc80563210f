using System.Collections;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ProtocolGateway.Config;
using ProtocolGateway.Hosting;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace UnitTests.Hosting;

/// <summary>The snapshot is replaced by one at a time, and the last word on the configuration is the last reload's.</summary>
public sealed class GatewayTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string _folder = Directory.CreateTempSubdirectory("gateway-unit").FullName;
    private readonly Meter _meter = new("test");
    private readonly LogRecorder _log = new();

    private string ConfigFile => Path.Combine(_folder, "gateway.yaml");

    public void Dispose()
    {
        _meter.Dispose();
        _log.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_rebuild_that_waits_for_a_reload_keeps_the_reloads_configuration()
    {
        await using var gateway = Start(Write("first"));
        using var inReload = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        Write("second");
        _log.OnEntry = entry =>
        {
            if (entry.Id.Id != 1001 || inReload.IsSet)
                return;
            inReload.Set();
            goOn.Wait(Patience);
        };
        var reload = new Thread(() => gateway.Reload(ConfigFile));
        reload.Start();
        Assert.True(inReload.Wait(Patience));
        var rebuild = new Thread(gateway.Rebuild);
        rebuild.Start();
        // It waits for the reload's lock now.
        Assert.True(SpinWait.SpinUntil(() => (rebuild.ThreadState & ThreadState.WaitSleepJoin) != 0, Patience));
        goOn.Set();
        reload.Join();
        rebuild.Join();
        Assert.Equal(["second"], gateway.Current.Config.Services.Keys);
    }

    [Fact]
    public async Task A_reload_that_is_refused_changes_what_is_followed_as_little_as_what_is_served()
    {
        _log.Expect("The new configuration is not taken");
        await using var gateway = Start(Write("first"));
        Assert.True(SpinWait.SpinUntil(() => gateway.MissingReflection.ContainsKey("first"), Patience));
        Write("second");
        _log.OnEntry = entry =>
        {
            if (entry.Id.Id == 1001)
                throw new InvalidOperationException("refused");
        };
        gateway.Reload(ConfigFile);
        _log.OnEntry = null;
        Assert.Equal(["first"], gateway.Current.Config.Services.Keys);
        Assert.Equal(["first"], gateway.MissingReflection.Keys);
    }

    [Fact]
    public async Task A_reload_that_fails_unforeseen_leaves_what_runs_and_logs_why()
    {
        _log.Expect("loading it failed");
        await using var gateway = Start(Write("first"));
        var before = gateway.Current;
        gateway.Reload(() => throw new InvalidOperationException("nobody thought of this"));
        Assert.Same(before, gateway.Current);
        Write("second");
        gateway.Reload(ConfigFile);
        Assert.Equal(["second"], gateway.Current.Config.Services.Keys);
    }

    [Theory]
    [InlineData("", 400, "application/json")]
    [InlineData("edges: { rest: { enabled: false } }\n", 400, "application/json")]
    [InlineData("edges: { grpc: { enabled: false } }\n", 415, "application/problem+json")]
    [InlineData("edges: { grpc: { enabled: false }, rest: { enabled: false } }\n", 404, null)]
    public async Task Each_edge_has_its_switch(string edges, int status, string? type)
    {
        var contract = Path.Combine(_folder, "a.proto");
        File.WriteAllText(contract, "syntax = \"proto3\"; service S { rpc M(A) returns (A); } message A {}");
        File.WriteAllText(ConfigFile, edges + $"services:\n  s:\n    contract: {contract}\n    upstream: {{ protocol: grpc, instances: [ {{ address: \"http://127.0.0.1:1\" }} ] }}\n");
        await using var gateway = Start(ConfigLoader.Load(ConfigFile, new Hashtable()).Config!);
        var context = new DefaultHttpContext { Request = { Method = "POST", Path = "/S/M", ContentType = "application/proto", ContentLength = 1, Body = new MemoryStream(new byte[1]) } };
        // Refused by the Connect edge itself: no backend is asked.
        context.Request.Headers["Connect-Protocol-Version"] = "2";
        await gateway.ServeAsync(context);
        Assert.Equal((status, type), (context.Response.StatusCode, context.Response.ContentType));
    }

    [Fact]
    public async Task A_request_that_comes_after_the_end_is_cut_off_and_waits_for_nothing()
    {
        var gateway = Start(Write("first"));
        await gateway.DisposeAsync();
        var context = new DefaultHttpContext();
        var life = new Life();
        context.Features.Set<IHttpRequestLifetimeFeature>(life);
        await Task.Run(() => gateway.ServeAsync(context)).WaitAsync(Patience);
        Assert.True(life.Aborted);
    }

    // A service that asks for reflection where nobody is.
    private GatewayConfig Write(string service)
    {
        File.WriteAllText(ConfigFile, $"services:\n  {service}:\n    reflection: true\n    upstream: {{ protocol: grpc, instances: [ {{ address: \"http://127.0.0.1:1\" }} ] }}\n");
        return ConfigLoader.Load(ConfigFile, new Hashtable()).Config!;
    }

    private Gateway Start(GatewayConfig config) => new(config, new SnapshotServices(_meter, _log, TimeProvider.System, new Random(1), _ => Task.CompletedTask));

    private sealed class Life : IHttpRequestLifetimeFeature
    {
        public CancellationToken RequestAborted { get; set; }

        public bool Aborted { get; private set; }

        public void Abort() => Aborted = true;
    }
}
