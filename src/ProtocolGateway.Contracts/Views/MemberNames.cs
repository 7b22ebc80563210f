using System.Globalization;
using ProtocolGateway.Contracts.Proto;

namespace ProtocolGateway.Contracts.Views;

/// <summary>The name and the number of a field, or of an enum's value.</summary>
internal readonly record struct Member(string Name, int Number)
{
    // language guide, "Assigning Field Numbers".
    public const int LargestNumber = 536_870_911;

    public static bool TryParse(string text, out Member member)
    {
        var end = text.IndexOf(" = ", StringComparison.Ordinal);
        var valid = end > 0 && ProtoNames.IsIdentifier(text.AsSpan(0, end));
        member = valid && int.TryParse(text.AsSpan(end + 3), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? new(text[..end], number) : default;
        return member.Number is > 0 and <= LargestNumber and not (>= 19_000 and <= 19_999);
    }

    /// <summary>As in a .proto file, and in the manifest.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} = {Number}");
}

/// <summary>Gives the members of one type their names and numbers. Those that were given out before stay; those of members that are gone are not given out again.</summary>
internal sealed class MemberNames
{
    private readonly Dictionary<string, Member> _known = new(StringComparer.Ordinal);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken;
    private int _last;

    /// <summary>Takes over what was given out.</summary>
    /// <param name="known">The members by their names in the contract.</param>
    /// <param name="taken">Names, folded, that are taken; this adds its own.</param>
    public MemberNames(IEnumerable<KeyValuePair<string, Member>> known, HashSet<string> taken)
    {
        _taken = taken;
        var numbers = new HashSet<int>();
        foreach (var (key, member) in known)
        {
            // Of two with one number or name, as a hand may have written, the first counts.
            if (numbers.Contains(member.Number) || !_taken.Add(ViewText.Folded(member.Name)))
                continue;
            numbers.Add(member.Number);
            _known.TryAdd(key, member);
            _last = Math.Max(_last, member.Number);
        }
    }

    /// <summary>Members that were given out and that the contract no longer has, in the order of their numbers.</summary>
    public IEnumerable<Member> Removed => _known.Where(k => !_used.Contains(k.Key)).Select(static k => k.Value).OrderBy(static m => m.Number);

    /// <summary>The member's name and number; null where all numbers are given out.</summary>
    /// <param name="key">Its name in the contract.</param>
    /// <param name="wanted">The name that it gets unless it is taken.</param>
    public Member? Take(string key, string wanted)
    {
        _used.Add(key);
        if (_known.TryGetValue(key, out var known))
            return known;
        // 19000 to 19999 are protobuf's own.
        var number = _last == 18_999 ? 20_000 : _last + 1;
        if (number > Member.LargestNumber)
            return null;
        _last = number;
        return _known[key] = new(ViewNames.Free(_taken, wanted, "_"), number);
    }
}
