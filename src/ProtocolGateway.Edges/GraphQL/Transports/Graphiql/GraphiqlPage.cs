using System.Buffers;
using System.Collections.Frozen;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;

namespace ProtocolGateway.Edges.GraphQL.Transports.Graphiql;

/// <summary>GraphiQL for browsers. Its parts are bundled from npm when the program is built and lie in this assembly; nothing is fetched from elsewhere.</summary>
internal sealed class GraphiqlPage
{
    private const string Prefix = "graphiql/";

    // The editor writes style elements as it goes, so styles may be inline; scripts never.
    private const string OwnOrigin =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'";

    private static readonly FrozenDictionary<string, GraphiqlPart> Parts = Load();

    private readonly byte[] _page;
    private readonly string _folder;

    /// <param name="path">The edge's path; the parts lie below it.</param>
    public GraphiqlPage(string path)
    {
        _folder = path + "/";
        // Relative, so that a proxy may serve the edge at another path.
        var folder = HtmlEncoder.Default.Encode(path[(path.LastIndexOf('/') + 1)..]);
        _page = Encoding.UTF8.GetBytes(Parts.Count > 0 ? Page(folder) : Missing);
    }

    /// <summary>The path is that of a part of the page.</summary>
    public bool HasPart(string path) => path.StartsWith(_folder, StringComparison.Ordinal) && Parts.ContainsKey(path[_folder.Length..]);

    /// <summary>Answers with the page.</summary>
    public void Write(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = OwnOrigin;
        headers.CacheControl = "no-cache";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        Send(context, "text/html; charset=utf-8", _page);
    }

    /// <summary>Answers with one of its parts.</summary>
    public void WritePart(HttpContext context)
    {
        var headers = context.Response.Headers;
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            headers.Allow = "GET, HEAD";
            return;
        }

        var part = Parts[context.Request.Path.Value![_folder.Length..]];
        headers.ETag = part.ETag;
        headers.CacheControl = "no-cache";
        headers.Vary = "Accept-Encoding";
        headers.XContentTypeOptions = "nosniff";
        if (context.Request.Headers.IfNoneMatch.Contains(part.ETag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var brotli = context.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal);
        if (brotli)
            headers.ContentEncoding = "br";
        Send(context, part.ContentType, brotli ? part.Compressed : part.Plain);
    }

    private static void Send(HttpContext context, string type, ReadOnlySpan<byte> body)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            context.Response.BodyWriter.Write(body);
    }

    private static FrozenDictionary<string, GraphiqlPart> Load()
    {
        var assembly = typeof(GraphiqlPage).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(static n => n.StartsWith(Prefix, StringComparison.Ordinal) && n.EndsWith(".br", StringComparison.Ordinal))
            .ToFrozenDictionary(static n => n[Prefix.Length..^3], n => GraphiqlPart.Load(assembly, n), StringComparer.Ordinal);
    }

    private static string Page(string folder) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>GraphiQL</title>
        <link rel="stylesheet" href="{folder}/graphiql.css">
        <script type="module" src="{folder}/graphiql.js"></script>
        </head>
        <body><div id="graphiql">Loading ...</div></body>
        </html>

        """;

    private const string Missing = """
        <!DOCTYPE html>
        <html lang="en">
        <head><meta charset="utf-8"><title>GraphiQL is not in this build</title></head>
        <body>
        <h1>GraphiQL is not in this build</h1>
        <p>This address answers GraphQL all the same: by POST, GET and WebSocket.</p>
        <p>The page is bundled from npm when the gateway is built. Node.js with npm was missing then, or npm could not fetch the packages. Install it, build again
        (<code>dotnet build -c Release</code>) and start the gateway anew. <code>edges.graphql.graphiql: false</code> turns this page off.</p>
        </body>
        </html>

        """;
}

/// <summary>One file of the page, compressed when it was built.</summary>
internal sealed class GraphiqlPart
{
    private readonly Lazy<byte[]> _plain;

    private GraphiqlPart(string name, byte[] compressed)
    {
        Compressed = compressed;
        ETag = $"\"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(compressed).AsSpan(0, 12))}\"";
        ContentType = Path.GetExtension(name) switch
        {
            ".js" => "text/javascript; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".ttf" => "font/ttf",
            _ => "application/octet-stream",
        };
        _plain = new(Decompress);
    }

    public byte[] Compressed { get; }

    /// <summary>For clients without Brotli: made when the first one comes.</summary>
    public byte[] Plain => _plain.Value;

    public string ETag { get; }

    public string ContentType { get; }

    public static GraphiqlPart Load(Assembly assembly, string resource)
    {
        using var stream = assembly.GetManifestResourceStream(resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return new(resource[..^3], bytes);
    }

    private byte[] Decompress()
    {
        using var source = new System.IO.Compression.BrotliStream(new MemoryStream(Compressed), System.IO.Compression.CompressionMode.Decompress);
        using var plain = new MemoryStream();
        source.CopyTo(plain);
        return plain.ToArray();
    }
}
