using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.GraphQL.Schema.Building;

/// <summary>Names for the fields of root types.</summary>
internal static class RootNames
{
    /// <summary>The manifest's kind for a root type.</summary>
    public static string KindOf(GraphRoot root) => root switch { GraphRoot.Query => "query", GraphRoot.Mutation => "mutation", _ => "subscription" };

    /// <summary>A name for each operation, by its full name; those that configuration gives come before all others.</summary>
    public static Dictionary<string, string> Give(GraphRoot root, IReadOnlyList<RootOperation> operations, BuildContext context)
    {
        var kind = KindOf(root);
        var space = context.Names.Space(kind);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var wishes = new List<NameWish>();
        foreach (var operation in operations)
        {
            var full = operation.Operation.FullName;
            if (Configured(operation, space, context.Diagnostics) is { } name)
                names[full] = name;
            else
                wishes.Add(new NameWish(kind, full, Candidates(operation, context.Options.Service(operation.Service).Prefix)));
        }

        foreach (var (full, name) in space.Give(wishes))
            names[full] = name;
        return names;
    }

    private static string? Configured(RootOperation root, NameSpace space, List<Diagnostic> diagnostics)
    {
        if (root.Options?.Name is not { } name)
            return null;
        var problem = !NameText.IsValid(name) ? "GraphQL does not allow it"
            : space.Take(name) ? null
            : "another operation is configured with it";
        if (problem is null)
            return name;
        diagnostics.Add(new(Severity.Error, root.Operation.Source, $"The name '{name}' that {root.Operation.FullName} is configured with in GraphQL is not taken: {problem}."));
        return null;
    }

    private static List<string> Candidates(RootOperation root, string prefix)
    {
        var operation = root.Operation;
        var method = NameText.Pascal(operation.Name);
        var names = new List<string> { Named(prefix, "", method) };
        var segments = operation.ServiceName.Split('.');
        names.Add(Named(prefix, NameText.Pascal(segments[^1]), method));
        var package = segments[..^1];
        if (Array.FindLast(package, static s => !NameText.IsVersion(s)) is { } last)
            names.Add(Named(prefix, NameText.Pascal(last) + NameText.Pascal(segments[^1]), method));
        if (package.Length > 0)
            names.Add(Named(prefix, string.Concat(segments.Select(NameText.Pascal)), method));
        return [.. names.Distinct(StringComparer.Ordinal)];
    }

    // A prefix of letters is the first word (users: usersGetUser); one that ends in an underscore stays apart (users_: users_getUser).
    private static string Named(string prefix, string qualifier, string method)
    {
        if (prefix.Length == 0)
            return NameText.Camel(qualifier + method);
        return prefix.EndsWith('_') ? prefix + NameText.Camel(qualifier + method) : prefix + qualifier + method;
    }
}
