using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using ProtocolGateway.Cli;
using ProtocolGateway.Config;
using ProtocolGateway.Envelope.Telemetry;

namespace ProtocolGateway.Hosting;

/// <summary>The operators' listener: liveness, readiness, catalog, metrics.</summary>
internal static class AdminHost
{
    private static readonly string Version = typeof(AdminHost).Assembly.GetName().Version!.ToString(3);

    public static WebApplication Build(AdminConfig config, Gateway gateway, Action<ILoggingBuilder> logging)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, GatewayHost.SilentLifetime>();
        logging(builder.Logging);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            GatewayHost.Listen(kestrel, new Uri(config.Url), certificate: null);
        });
        builder.Services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService(TelemetryNames.ServiceName, serviceVersion: Version)).WithMetrics(metrics => metrics
            .AddMeter(TelemetryNames.Source, "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel")
            .AddPrometheusExporter());
        var app = builder.Build();
        app.UseRouting();
        // Alive is whoever answers; a reason to be restarted would be that nobody does.
        app.MapGet("/healthz/live", (RequestDelegate)(context => WriteAsync(context, 200, new JsonObject { ["status"] = "live" })));
        app.MapGet("/healthz/ready", (RequestDelegate)(context => ReadyAsync(context, gateway)));
        app.MapGet("/admin/catalog", (RequestDelegate)(context => WriteAsync(context, 200, CatalogJson.Write(gateway.Current.Loaded))));
        app.MapPrometheusScrapingEndpoint("/metrics");
        return app;
    }

    private static async Task ReadyAsync(HttpContext context, Gateway gateway)
    {
        var snapshot = gateway.Current;
        var probes = await snapshot.Upstreams.ProbeAsync(context.RequestAborted);
        var services = new JsonObject();
        var ready = !gateway.IsStopping;
        foreach (var service in snapshot.Loaded.Catalog.Services)
        {
            var instances = probes.Where(p => p.Service == service.Name).ToList();
            // One instance is enough to answer; which ones are down is told all the same.
            var reachable = instances.Exists(i => i.Reachable);
            var why = gateway.MissingReflection.TryGetValue(service.Name, out var missing) ? missing
                : service.Operations.Count == 0 && HasContract(snapshot.Config.Services[service.Name]) ? "No contract could be loaded; see /admin/catalog." : null;
            ready &= reachable && why is null;
            services[service.Name] = new JsonObject
            {
                ["ready"] = reachable && why is null,
                ["operations"] = service.Operations.Count,
                ["contract"] = why ?? "loaded",
                ["instances"] = new JsonArray([.. instances.Select(i => (JsonNode)new JsonObject { ["address"] = i.Instance, ["reachable"] = i.Reachable, ["why"] = i.Why })]),
            };
        }

        await WriteAsync(context, ready ? 200 : 503, new JsonObject { ["status"] = gateway.IsStopping ? "stopping" : ready ? "ready" : "not ready", ["services"] = services });
    }

    // One that only gets the sockets of clients needs none.
    private static bool HasContract(ServiceConfig service) => service.Contract.Count > 0 || service.Reflection is not null;

    private static Task WriteAsync(HttpContext context, int status, JsonObject body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(body.ToJsonString(CheckCommand.Json) + "\n", context.RequestAborted);
    }
}
