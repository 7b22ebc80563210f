using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Scalar.AspNetCore;

namespace ProtocolGateway.Hosting;

/// <summary>Scalar's reference page as a branch of its own, so that its routing costs other requests nothing.</summary>
internal static class ReferencePage
{
    /// <summary>Builds the branch. The page's script comes from the package; nothing is fetched from elsewhere, neither script nor fonts.</summary>
    public static RequestDelegate Build(WebApplication app)
    {
        var branch = ((IApplicationBuilder)app).New();
        branch.UseRouting();
        branch.UseEndpoints(endpoints => endpoints.MapScalarApiReference(DocumentPages.ReferencePath, options =>
        {
            options.Title = "ProtocolGateway";
            options.OpenApiRoutePattern = DocumentPages.OpenApiPath;
            options.DefaultFonts = false;
            options.Telemetry = false;
            options.DisableAgent();
            options.DisableMcp();
            // The bar and the button would offer services of others.
            options.ShowDeveloperTools = DeveloperToolsVisibility.Never;
            options.HideClientButton = true;
            // The document names no host: calls and snippets go to where the page came from.
            options.DynamicBaseServerUrl = true;
        }).WithMetadata(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head])));
        return branch.Build();
    }
}
