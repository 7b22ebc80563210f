using System.Collections.Frozen;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ProtocolGateway.Edges.GraphQL.Transports.Graphiql;

/// <summary>GraphiQL for browsers. Its parts are bundled from npm when the program is built and lie in this assembly; nothing is fetched from elsewhere.</summary>
internal sealed class GraphiqlPage
{
    private const string Prefix = "graphiql/";

    // What Kestrel buffers of an answer before it waits for the client.
    private const int PieceSize = 64 * 1024;

    // The editor writes style elements as it goes, so styles may be inline; scripts never.
    private const string OwnOrigin =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'";

    private static readonly FrozenDictionary<string, GraphiqlPart> Bundled = Load();

    private readonly IReadOnlyDictionary<string, GraphiqlPart> _parts;
    private readonly byte[] _page;
    private readonly string _folder;

    /// <param name="path">The edge's path; the parts lie below it.</param>
    public GraphiqlPage(string path) : this(path, Bundled)
    {
    }

    /// <param name="path">The edge's path; the parts lie below it.</param>
    /// <param name="parts">The files of the page by name; none where the build had no npm.</param>
    internal GraphiqlPage(string path, IReadOnlyDictionary<string, GraphiqlPart> parts)
    {
        _parts = parts;
        _folder = path.EndsWith('/') ? path : path + "/";
        // Relative, so that a proxy may serve the edge at another path; from /graphql the last segment is said again, from /graphql/ it is not.
        // A dot before it, as a segment may have a colon.
        var segment = path[(path.LastIndexOf('/') + 1)..];
        var folder = segment.Length == 0 ? "." : "./" + Uri.EscapeDataString(segment);
        _page = Encoding.UTF8.GetBytes(_parts.Count > 0 ? Page(folder) : Missing);
    }

    /// <summary>The path is that of a part of the page.</summary>
    public bool HasPart(string path) => path.StartsWith(_folder, StringComparison.Ordinal) && _parts.ContainsKey(path[_folder.Length..]);

    /// <summary>Answers with the page.</summary>
    public Task WriteAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = OwnOrigin;
        headers.CacheControl = "no-cache";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        return SendAsync(context, "text/html; charset=utf-8", _page);
    }

    /// <summary>Answers with one of its parts.</summary>
    public Task WritePartAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            headers.Allow = "GET, HEAD";
            return Task.CompletedTask;
        }

        var part = _parts[context.Request.Path.Value![_folder.Length..]];
        var asked = context.Request.GetTypedHeaders();
        var brotli = asked.AcceptEncoding.Any(static e => e.Value.Equals("br", StringComparison.OrdinalIgnoreCase) && e.Quality is not 0);
        // Other bytes are another representation, with a tag of its own (RFC 9110, section 8.8.3.3).
        var tag = brotli ? part.CompressedTag : part.PlainTag;
        headers.ETag = tag.ToString();
        headers.CacheControl = "no-cache";
        headers.Vary = "Accept-Encoding";
        headers.XContentTypeOptions = "nosniff";
        if (asked.IfNoneMatch.Any(t => t.Equals(EntityTagHeaderValue.Any) || t.Compare(tag, useStrongComparison: false)))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        if (brotli)
            headers.ContentEncoding = "br";
        return SendAsync(context, part.ContentType, brotli ? part.Compressed : part.Plain);
    }

    // In pieces, each on its way before the next is copied: the editor is megabytes, and a client may be slow.
    private static async Task SendAsync(HttpContext context, string type, ReadOnlyMemory<byte> body)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        while (body.Length > 0)
        {
            var piece = body[..Math.Min(body.Length, PieceSize)];
            var sent = await context.Response.BodyWriter.WriteAsync(piece);
            if (sent.IsCompleted || sent.IsCanceled)
                return;
            body = body[piece.Length..];
        }
    }

    private static FrozenDictionary<string, GraphiqlPart> Load()
    {
        var assembly = typeof(GraphiqlPage).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(static n => n.StartsWith(Prefix, StringComparison.Ordinal) && n.EndsWith(".br", StringComparison.Ordinal))
            .ToFrozenDictionary(static n => n[Prefix.Length..^3], n => GraphiqlPart.Load(assembly, n), StringComparer.Ordinal);
    }

    private static string Page(string folder) => $$"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>GraphiQL</title>
        <link rel="stylesheet" href="{{folder}}/graphiql.css">
        <style>body { margin: 0 } #graphiql { height: 100dvh }</style>
        <script type="module" src="{{folder}}/graphiql.js"></script>
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
        (<code>dotnet build -c Release</code>) and start the gateway anew.</p>
        </body>
        </html>

        """;
}

/// <summary>One file of the page, compressed when it was built.</summary>
internal sealed class GraphiqlPart
{
    private readonly Lazy<byte[]> _plain;

    internal GraphiqlPart(string name, byte[] compressed)
    {
        Compressed = compressed;
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(compressed).AsSpan(0, 12));
        (CompressedTag, PlainTag) = (new($"\"{hash}-br\""), new($"\"{hash}\""));
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

    public EntityTagHeaderValue CompressedTag { get; }

    public EntityTagHeaderValue PlainTag { get; }

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
