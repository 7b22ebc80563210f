using System.Collections.Concurrent;
using System.Text;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.Codec.Parsing;

/// <summary>The message plans under one compiled root.</summary>
internal sealed class PlanCache(CodecOptions options, Func<string, MessageType?> resolveType)
{
    // Longer than any type URL that is in use; full names are limited by their contracts.
    private const int LongestTypeName = 512;

    private readonly ConcurrentDictionary<MessageType, MessagePlan> _plans = new();
    private readonly ConcurrentDictionary<string, MessagePlan> _byName = new(StringComparer.Ordinal);

    public CodecOptions Options { get; } = options;

    public MessagePlan Get(MessageType type) =>
        _plans.TryGetValue(type, out var plan) ? plan : _plans.GetOrAdd(type, new MessagePlan(type, this));

    /// <summary>The plan of an Any's type by its full name in UTF-8; null where the catalog has none. Only found types are remembered, so clients cannot fill the cache.</summary>
    public MessagePlan? Resolve(ReadOnlySpan<byte> fullName)
    {
        if (fullName.Length > LongestTypeName)
            return null;
        Span<char> chars = stackalloc char[LongestTypeName];
        var name = chars[..Encoding.UTF8.GetChars(fullName, chars)];
        if (_byName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var plan))
            return plan;
        var text = name.ToString();
        if (resolveType(text) is not { } type)
            return null;
        return _byName.GetOrAdd(text, Get(type));
    }
}
