using Microsoft.AspNetCore.Http;
using ProtocolGateway.Catalogs;
using ProtocolGateway.Config;
using ProtocolGateway.Edges.Rest.Routing;

namespace ProtocolGateway.Hosting;

/// <summary>/openapi.json and /docs on the public listener, where no contract has a route of that path: contracts come first.</summary>
internal sealed class DocumentPages(GatewayConfig config, LoadedCatalog loaded, RequestDelegate reference)
{
    /// <summary>Where the OpenAPI document is.</summary>
    public const string OpenApiPath = "/openapi.json";

    /// <summary>Where the reference page is; its script is below it.</summary>
    public const string ReferencePath = "/docs";

    // Scalar takes any other name below the page for that of a document, and answers it with the page.
    private static readonly HashSet<string> ReferencePaths = new(StringComparer.Ordinal)
    {
        ReferencePath, ReferencePath + "/", ReferencePath + "/scalar.js", ReferencePath + "/scalar.aspnetcore.js", ReferencePath + "/favicon.svg",
    };

    // Holds the page to this origin whatever its script or a contract's Markdown asks for.
    private const string OwnOrigin = "default-src 'self' data: blob:; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'";

    // Written at the first request: a large surface takes a while, and most gateways are never asked.
    private readonly Lazy<ReadOnlyMemory<byte>> _openApi = new(() => RestDescription.WriteOpenApi(config, loaded));

    /// <summary>Null where the request is not for these pages.</summary>
    public Task? TryServe(HttpContext context)
    {
        var path = context.Request.Path.Value;
        if (path is null || path.Length < ReferencePath.Length || path[1] is not ('o' or 'd') || !(HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)))
            return null;
        var openApi = path == OpenApiPath;
        if (!openApi && !ReferencePaths.Contains(path))
            return null;
        // A contract's route of another method counts too: its 405 is the true answer.
        if (loaded.Routes.Match("GET", path, out _) != RouteOutcome.NotFound)
            return null;
        if (openApi)
            return WriteAsync(context);
        context.Response.Headers.ContentSecurityPolicy = OwnOrigin;
        return reference(context);
    }

    private async Task WriteAsync(HttpContext context)
    {
        var bytes = _openApi.Value;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = bytes.Length;
        if (HttpMethods.IsGet(context.Request.Method))
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }
}
