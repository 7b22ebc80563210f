using System.Text.RegularExpressions;

namespace ProtocolGateway.Contracts.Proto;

/// <summary>
/// Finds the directory that the import statements of a source file are relative to. Projects lay their trees out differently, and nothing in a
/// file says where its root is: it is the nearest directory at or above the file from which all its imports exist.
/// </summary>
internal sealed class ImportScanner(IReadOnlyList<string> importPaths)
{
    // Deeper trees than this name their root with an import path.
    private const int MaxAncestors = 16;

    // An import inside a block comment is taken for one too; at worst the root is then found by the other imports.
    private static readonly Regex Statement = new(
        """(?:^|;)\s*import\s+(?:public\s+|weak\s+|option\s+)?["']([^"'\r\n]+)["']\s*(?=;)""", RegexOptions.Multiline | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(2));

    private readonly Dictionary<string, string[]> _imports = new(StringComparer.Ordinal);

    /// <summary>
    /// The root of a file, absolute; null where any directory above it would do, because it imports nothing from its own tree.
    /// </summary>
    public string? FindRoot(string file)
    {
        foreach (var path in importPaths)
        {
            if (IsBelow(file, path))
                return path;
        }

        var local = Imports(file).Where(import => !IsElsewhere(import)).ToList();
        if (local.Count == 0)
            return null;
        string? partial = null;
        var directory = Path.GetDirectoryName(file);
        for (var i = 0; i < MaxAncestors && directory is not null; i++, directory = Path.GetDirectoryName(directory))
        {
            if (local.TrueForAll(import => Resolves(directory, import)))
                return directory;
            if (partial is null && local.Exists(import => File.Exists(Path.Combine(directory, import))))
                partial = directory;
        }

        return partial;
    }

    /// <summary>What the files import, and what that imports in turn, bundled files left out. Where an import is not found, all places that it might
    /// appear in.</summary>
    public IReadOnlyList<string> FindImports(IReadOnlyList<string> files)
    {
        var found = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            string[] roots = [FindRoot(file) ?? Path.GetDirectoryName(file)!, .. importPaths];
            var pending = new Queue<string>(Imports(file));
            while (pending.TryDequeue(out var import))
            {
                if (File.Exists(Path.Combine(ProtocRunner.IncludePath, import)))
                    continue;
                foreach (var path in roots.Select(root => Path.GetFullPath(Path.Combine(root, import))))
                {
                    var exists = File.Exists(path);
                    if (seen.Add(path))
                    {
                        found.Add(path);
                        foreach (var inner in exists ? Imports(path) : [])
                            pending.Enqueue(inner);
                    }

                    if (exists)
                        break;
                }
            }
        }

        return found;
    }

    /// <summary>The path is in the directory or below it.</summary>
    public static bool IsBelow(string path, string directory) =>
        path.StartsWith(Path.EndsInDirectorySeparator(directory) ? directory : directory + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    // The import exists below the root, and so does all that it imports in turn.
    private bool Resolves(string root, string import)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var pending = new Stack<string>([import]);
        while (pending.TryPop(out var next))
        {
            if (!seen.Add(next) || IsElsewhere(next))
                continue;
            var path = Path.Combine(root, next);
            if (!File.Exists(path))
                return false;
            foreach (var inner in Imports(path))
                pending.Push(inner);
        }

        return true;
    }

    private bool IsElsewhere(string import) =>
        importPaths.Any(path => File.Exists(Path.Combine(path, import))) || File.Exists(Path.Combine(ProtocRunner.IncludePath, import));

    private string[] Imports(string file)
    {
        if (_imports.TryGetValue(file, out var known))
            return known;
        string[] imports;
        try
        {
            imports = [.. Statement.Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value).Where(import => !Path.IsPathRooted(import))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or RegexMatchTimeoutException)
        {
            // protoc will say what is wrong with the file.
            imports = [];
        }

        return _imports[file] = imports;
    }
}
