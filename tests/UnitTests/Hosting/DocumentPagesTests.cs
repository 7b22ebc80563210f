using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ProtocolGateway.Catalogs;
using ProtocolGateway.Config;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Hosting;
using Xunit;

namespace UnitTests.Hosting;

public sealed class DocumentPagesTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".yaml");
    private int _referenced;

    [Theory]
    [InlineData("GET", "/openapi.json", true)]
    [InlineData("HEAD", "/openapi.json", true)]
    [InlineData("POST", "/openapi.json", false)]
    [InlineData("GET", "/openapi.jsonx", false)]
    [InlineData("GET", "/docs", true)]
    [InlineData("GET", "/docs/scalar.js", true)]
    [InlineData("HEAD", "/docs/", true)]
    [InlineData("GET", "/docs/v1", false)]
    [InlineData("GET", "/docs/scalar.js/", false)]
    [InlineData("GET", "/docsx", false)]
    [InlineData("GET", "/", false)]
    [InlineData("GET", "", false)]
    public void Only_its_own_paths_are_served(string method, string path, bool served) =>
        Assert.Equal(served, Pages("/items", "get").TryServe(Request(method, path)) is not null);

    [Theory]
    [InlineData("/openapi.json", "get")]
    [InlineData("/openapi.json", "post")]
    [InlineData("/docs", "get")]
    public void A_route_of_a_contract_comes_first(string path, string method) =>
        Assert.Null(Pages(path, method).TryServe(Request("GET", path)));

    [Fact]
    public async Task The_document_has_the_prefixes_and_HEAD_has_no_body()
    {
        var pages = Pages("/items", "get");
        var get = Request("GET", DocumentPages.OpenApiPath);
        await pages.TryServe(get)!;
        var bytes = ((MemoryStream)get.Response.Body).ToArray();
        using var document = JsonDocument.Parse(bytes);
        Assert.True(document.RootElement.GetProperty("paths").TryGetProperty("/shop/items", out _));
        Assert.Equal("/api", document.RootElement.GetProperty("servers")[0].GetProperty("url").GetString());
        Assert.Equal("application/json", get.Response.ContentType);

        var head = Request("HEAD", DocumentPages.OpenApiPath);
        await pages.TryServe(head)!;
        Assert.Equal(bytes.Length, head.Response.ContentLength);
        Assert.Equal(0, head.Response.Body.Length);
    }

    [Fact]
    public async Task The_page_is_held_to_its_origin()
    {
        var request = Request("GET", "/docs/");
        await Pages("/items", "get").TryServe(request)!;
        Assert.Equal(1, _referenced);
        Assert.DoesNotContain("http", request.Response.Headers.ContentSecurityPolicy.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("default-src 'self'", request.Response.Headers.ContentSecurityPolicy.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => File.Delete(_file);

    private static DefaultHttpContext Request(string method, string path)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Request.Path = path;
        context.Response.Body = new MemoryStream();
        return context;
    }

    // Prefixes only where the contract's path is not the one asked for.
    private DocumentPages Pages(string path, string method)
    {
        File.WriteAllText(_file, $$"""
            openapi: 3.0.3
            info: {title: t, version: '1'}
            paths:
              {{path}}:
                {{method}}: {operationId: it, responses: {'200': {description: ok} } }
            """);
        var prefixed = path == "/items";
        var services = new OrderedDictionary<string, ServiceConfig>(StringComparer.Ordinal)
        {
            ["s"] = new ServiceConfig
            {
                Contract = [_file],
                Upstream = new UpstreamConfig { Protocol = UpstreamProtocol.Http },
                Rest = new ServiceRestConfig { Prefix = prefixed ? "/shop/" : "" },
            },
        };
        var config = new GatewayConfig { Services = services, Edges = new EdgesConfig { Rest = new RestEdgeConfig { Path = prefixed ? "/api" : "/" } } };
        var loaded = CatalogBuilder.Build(config, new Dictionary<string, ContractContent>());
        Assert.Single(loaded.Routes.Routes);
        return new DocumentPages(config, loaded, _ =>
        {
            _referenced++;
            return Task.CompletedTask;
        });
    }
}
