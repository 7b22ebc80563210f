using System.Text.RegularExpressions;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto.Descriptors;

namespace ProtocolGateway.Contracts.Proto;

/// <summary>Reads .proto sources by way of protoc.</summary>
public static class ProtoSourceReader
{
    // protoc stops at the first broken file, so every one costs a run; beyond this many the contract needs a human first.
    private const int MaxRuns = 50;

    // shop/v1/x.proto:12:3: text, with the position missing for a file that is not there.
    private static readonly Regex Message = new(
        @"^(?<file>.+?\.\w+):(?:(?<line>\d+):(?<column>\d+):)? (?<warning>warning: )?(?<text>.*)$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        TimeSpan.FromSeconds(2));

    /// <summary>The model of all files together. A file that does not compile is left out with protoc's errors; the rest is read.</summary>
    /// <param name="files">The sources.</param>
    /// <param name="importPaths">Directories that imports are searched in besides each file's own root and the bundled files; may be empty.</param>
    public static ContractContent ReadSources(IReadOnlyList<string> files, IReadOnlyList<string> importPaths)
    {
        var diagnostics = new List<Diagnostic>();
        var paths = new List<string>();
        foreach (var path in importPaths.Select(Path.GetFullPath).Distinct())
        {
            if (Directory.Exists(path))
                paths.Add(path);
            else
                diagnostics.Add(new(Severity.Warning, new(path, ""), "This import path is left out: there is no such directory."));
        }

        var sources = new Dictionary<string, string>(StringComparer.Ordinal);
        var set = new List<DescriptorFile>();
        foreach (var (root, group) in GroupByRoot([.. files.Select(Path.GetFullPath).Distinct()], paths))
            Merge(set, Compile(root, group, paths, diagnostics), root, paths, sources);
        var source = files.Count == 1 ? files[0] : files.Count == 0 ? "" : Path.GetDirectoryName(Path.GetFullPath(files[0]))!;
        var content = ProtoModelBuilder.Build(set, source, name => sources.GetValueOrDefault(name, name));
        return content with { Diagnostics = [.. diagnostics, .. content.Diagnostics] };
    }

    /// <summary>The files that sources import, directly or not, those that are missing included: a change of one is a change of the contract.</summary>
    /// <param name="files">The sources.</param>
    /// <param name="importPaths">As for <see cref="ReadSources"/>.</param>
    public static IReadOnlyList<string> FindImports(IReadOnlyList<string> files, IReadOnlyList<string> importPaths) =>
        new ImportScanner([.. importPaths.Select(Path.GetFullPath).Distinct()]).FindImports([.. files.Select(Path.GetFullPath)]);

    // Files that import nothing of their own tree go with the root of a file that stands above them, so that no file has two import names.
    private static Dictionary<string, List<string>> GroupByRoot(List<string> files, List<string> importPaths)
    {
        var scanner = new ImportScanner(importPaths);
        var groups = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var rootless = new List<string>();
        foreach (var file in files)
        {
            if (scanner.FindRoot(file) is { } root)
                Add(root, file);
            else
                rootless.Add(file);
        }

        var roots = groups.Keys.OrderByDescending(root => root.Length).ToList();
        var common = CommonDirectory(rootless);
        foreach (var file in rootless)
            Add(roots.Find(root => ImportScanner.IsBelow(file, root)) ?? common, file);
        return groups;

        void Add(string root, string file)
        {
            if (!groups.TryGetValue(root, out var group))
                groups.Add(root, group = []);
            group.Add(file);
        }
    }

    private static string CommonDirectory(List<string> files)
    {
        if (files.Count == 0)
            return "";
        var common = Path.GetDirectoryName(files[0])!;
        foreach (var file in files)
        {
            while (!ImportScanner.IsBelow(file, common) && Path.GetDirectoryName(common) is { } parent)
                common = parent;
        }

        return common;
    }

    // Null where no file of the group compiles.
    private static List<DescriptorFile>? Compile(string root, List<string> group, List<string> importPaths, List<Diagnostic> diagnostics)
    {
        string[] roots = [root, .. importPaths.Where(path => path != root)];
        var files = group;
        for (var run = 0; files.Count > 0 && run < MaxRuns; run++)
        {
            var result = ProtocRunner.Run(files, roots);
            var broken = new HashSet<string>(StringComparer.Ordinal);
            foreach (var message in result.Messages)
            {
                var diagnostic = ToDiagnostic(message, roots, root);
                // A file that other files import is reported again in the next run.
                if (!diagnostics.Contains(diagnostic))
                    diagnostics.Add(diagnostic);
                if (diagnostic.Severity == Severity.Error)
                    broken.Add(diagnostic.Place.Source);
            }

            if (result.Files is not null)
                return result.Files;
            var rest = files.Where(file => !broken.Contains(file)).ToList();
            if (rest.Count == files.Count)
                break;
            files = rest;
        }

        foreach (var file in files)
            diagnostics.Add(new(Severity.Error, new(file, ""), "The file is left out: the contract's errors must be mended first."));
        return null;
    }

    private static Diagnostic ToDiagnostic(string message, string[] roots, string root)
    {
        var match = Message.Match(message);
        if (!match.Success)
            return new(message.Contains("warning:", StringComparison.OrdinalIgnoreCase) ? Severity.Info : Severity.Error, new(root, ""), message);
        var place = new SourceLocation(Resolve(match.Groups["file"].Value, roots), match.Groups["line"].Success ? $"{match.Groups["line"].Value}:{match.Groups["column"].Value}" : "");
        return new(match.Groups["warning"].Success ? Severity.Info : Severity.Error, place, match.Groups["text"].Value);
    }

    private static void Merge(List<DescriptorFile> all, List<DescriptorFile>? part, string root, List<string> importPaths, Dictionary<string, string> sources)
    {
        string[] roots = [root, .. importPaths];
        foreach (var next in part ?? [])
        {
            var file = next.Proto;
            var source = Resolve(file.Name, roots);
            if (sources.TryGetValue(file.Name, out var taken))
            {
                if (taken == source)
                    continue;
                // Two trees may each have a common.proto; types refer to each other by name, so the file's own name is free to change.
                file.Name = source;
                if (sources.ContainsKey(source))
                    continue;
            }

            sources.Add(file.Name, source);
            all.Add(next);
        }
    }

    private static string Resolve(string name, string[] roots)
    {
        foreach (var root in roots)
        {
            var path = Path.GetFullPath(Path.Combine(root, name));
            if (File.Exists(path))
                return path;
        }

        return name;
    }
}
