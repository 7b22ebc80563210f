namespace ProtocolGateway.TestKit.Running;

/// <summary>Files of the repository, found from where the tests were built.</summary>
public static class Repository
{
    private static readonly string _root = FindRoot();

    public static string PathOf(string relative) => Path.Combine(_root, relative);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ProtocolGateway.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("The tests must be built inside the repository.");
    }
}
