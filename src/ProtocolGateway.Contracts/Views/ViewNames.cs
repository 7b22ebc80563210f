using System.Globalization;

namespace ProtocolGateway.Contracts.Views;

/// <summary>Gives out the names of views, those of a manifest first, and keeps a record of all.</summary>
internal sealed class ViewNames
{
    private const char MemberSign = '#';

    private readonly Dictionary<(string Kind, string Element), string> _given;
    private readonly Dictionary<(string Kind, string Type), List<KeyValuePair<string, Member>>> _members = [];

    public ViewNames(NameManifest known)
    {
        _given = new(known.Names);
        foreach (var ((kind, element), text) in known.Names)
        {
            if (kind is not ("field" or "value") || !Member.TryParse(text, out var member))
                continue;
            // The names of types and members may hold the sign too; a member that is taken for another's only keeps its number from being given out.
            for (var at = element.IndexOf(MemberSign, StringComparison.Ordinal); at >= 0; at = element.IndexOf(MemberSign, at + 1))
            {
                var key = (kind, element[..at]);
                if (!_members.TryGetValue(key, out var list))
                    _members.Add(key, list = []);
                list.Add(new(element[(at + 1)..], member));
            }
        }
    }

    /// <summary>All that was given out, before and now.</summary>
    public NameManifest Manifest => new(_given);

    /// <summary>What is valid in a manifest.</summary>
    public static bool IsValid(string kind, string name) => kind switch
    {
        "field" or "value" => Member.TryParse(name, out _),
        "package" => name.Length > 0 && Proto.ProtoNames.IsPackage(name),
        _ => Proto.ProtoNames.IsIdentifier(name),
    };

    /// <summary>That name, or one with a number, that is not taken yet; takes it.</summary>
    public static string Free(HashSet<string> taken, string wanted, string separator)
    {
        var name = wanted;
        for (var i = 2; !taken.Add(ViewText.Folded(name)); i++)
            name = string.Create(CultureInfo.InvariantCulture, $"{wanted}{separator}{i}");
        return name;
    }

    /// <summary>The name of an element that was given out; null where none was.</summary>
    public string? Find(string kind, string element) => _given.GetValueOrDefault((kind, element));

    /// <summary>Records a name.</summary>
    public string Give(string kind, string element, string name) => _given[(kind, element)] = name;

    /// <summary>The element's name: the one that was given out, else that name or one with a number.</summary>
    public string Take(string kind, string element, HashSet<string> taken, string wanted) =>
        Find(kind, element) ?? Give(kind, element, Free(taken, wanted, ""));

    /// <summary>Takes the names that elements below that one were given, so that nothing else gets them.</summary>
    public void Reserve(string kind, string scope, HashSet<string> taken)
    {
        foreach (var ((given, element), name) in _given)
        {
            if (given == kind && element.StartsWith(scope, StringComparison.Ordinal))
                taken.Add(ViewText.Folded(name));
        }
    }

    /// <summary>The members of a type.</summary>
    /// <param name="kind">field or value.</param>
    /// <param name="type">The type's element.</param>
    /// <param name="taken">Names, folded, that are taken.</param>
    public MemberNames Members(string kind, string type, HashSet<string> taken) => new(_members.GetValueOrDefault((kind, type)) ?? [], taken);

    /// <summary>Records a member.</summary>
    public void Give(string kind, string type, string key, Member member) => Give(kind, type + MemberSign + key, member.ToString());
}
