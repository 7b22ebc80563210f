using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace MatrixTests;

/// <summary>/openapi.json and the reference page, as a browser meets them.</summary>
public sealed partial class DocumentTests(Fixture fixture) : MatrixTest(fixture)
{
    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task The_page_and_all_that_it_refers_to_is_served(string method)
    {
        var page = await _fixture.Client.GetStringAsync("/docs");
        var references = Reference().Matches(page).Select(m => m.Groups[1].Value).Distinct().ToList();
        Assert.True(references.Count >= 3, page);
        foreach (var path in references.Select(r => "/docs/" + r).Append("/docs").Append("/docs/").Append("/openapi.json"))
        {
            using var ask = new HttpRequestMessage(new HttpMethod(method), path);
            using var answer = await _fixture.Client.SendAsync(ask);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {answer.StatusCode}");
            Assert.Equal(method == "GET", (await answer.Content.ReadAsByteArrayAsync()).Length > 0);
        }
    }

    [Theory]
    [InlineData("/docs/x")]
    [InlineData("/docs/v1")]
    [InlineData("/docs/scalar.js/x")]
    [InlineData("/docsx")]
    [InlineData("/openapi.json/x")]
    public async Task Nothing_else_is(string path)
    {
        using var answer = await _fixture.Client.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task The_document_lists_what_is_served()
    {
        using var document = JsonDocument.Parse(await _fixture.Client.GetStringAsync("/openapi.json"));
        Assert.Equal("3.1.0", document.RootElement.GetProperty("openapi").GetString());
        var paths = document.RootElement.GetProperty("paths").EnumerateObject().Select(p => p.Name).ToList();
        Assert.Contains("/items/{id}", paths);
        Assert.Contains("/matrix.v1.Matrix/Plain", paths);
    }

    /// <summary>The page's own script under the page's own policy: Chromium shows the operations, and complains of nothing.</summary>
    [Fact]
    public async Task A_browser_shows_the_operations()
    {
        var browser = new[] { "/usr/bin/chromium-headless-shell", "/usr/bin/chromium" }.FirstOrDefault(File.Exists);
        Assert.SkipWhen(browser is null, "There is no Chromium on this machine.");
        var profile = Directory.CreateTempSubdirectory("gateway-browser").FullName;
        var info = new ProcessStartInfo(
            browser,
            ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--virtual-time-budget=20000", "--user-data-dir=" + profile, "--dump-dom", $"{_fixture.Gateway.Address}docs/"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(info)!;
        var dom = process.StandardOutput.ReadToEndAsync();
        var console = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(90)).Token);
        Directory.Delete(profile, recursive: true);

        // The first group is shown open, the others by name.
        Assert.Contains("/v1/count/{to}", await dom, StringComparison.Ordinal);
        Assert.Contains("/matrix.v1.Matrix/Plain", await dom, StringComparison.Ordinal);
        Assert.Contains("items", await dom, StringComparison.Ordinal);
        Assert.DoesNotContain("Content Security Policy", await console, StringComparison.Ordinal);
        Assert.DoesNotContain("Uncaught", await console, StringComparison.Ordinal);
    }

    // src="scalar.js", './scalar.aspnetcore.js', "favicon":"favicon.svg"
    [GeneratedRegex("""["'](?:\./)?([a-z.]+\.(?:js|svg))["']""")]
    private static partial Regex Reference();
}
