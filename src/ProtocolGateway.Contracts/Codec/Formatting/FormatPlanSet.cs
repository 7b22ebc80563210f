using System.Collections.Concurrent;
using System.Text;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.Codec.Formatting;

/// <summary>
/// The plans of the messages that one plan reaches. They are compiled when first met: of the thousands of types that a contract may reach from one
/// operation, calls use few.
/// </summary>
internal sealed class FormatPlanSet(CodecOptions options, Func<string, MessageType?> resolveType)
{
    /// <summary>The names in Any come from a backend; longer ones are no type's.</summary>
    private const int MaxTypeName = 512;

    private readonly ConcurrentDictionary<MessageType, MessagePlan> _plans = new();
    private readonly ConcurrentDictionary<EnumType, EnumPlan> _enums = new();
    private readonly ConcurrentDictionary<string, MessagePlan> _byName = new(StringComparer.Ordinal);

    public CodecOptions Options => options;

    public MessagePlan PlanFor(MessageType type) => _plans.GetOrAdd(type, Compile);

    /// <summary>The plan of the type that an Any holds; null where the type is not known. Misses are not kept: they would let a backend fill memory.</summary>
    public MessagePlan? Resolve(ReadOnlySpan<byte> name)
    {
        if (name.Length is 0 or > MaxTypeName)
            return null;
        Span<char> text = stackalloc char[MaxTypeName];
        if (!Encoding.UTF8.TryGetChars(name, text, out var length))
            return null;
        if (_byName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text[..length], out var known))
            return known;
        var fullName = text[..length].ToString();
        return resolveType(fullName) is { } type ? _byName.GetOrAdd(fullName, PlanFor(type)) : null;
    }

    /// <summary>A plan that writes the value of one field of a message alone.</summary>
    public MessagePlan CompileBare(MessageType type, Field field)
    {
        var kept = type.Fields.Where(f => f == field || (field.Oneof is not null && f.Oneof == field.Oneof)).OrderBy(f => f.Number);
        var plans = kept.Select(f => FieldCompiler.Compile(f, f.Oneof is null ? -1 : 0, f != field, this)).ToArray();
        return new MessagePlan(type, WellKnown.None, plans, field.Oneof is null ? 0 : 1, plans.First(p => !p.Silent));
    }

    public EnumPlan EnumFor(EnumType type) => _enums.GetOrAdd(type, static t => new EnumPlan(t));

    private MessagePlan Compile(MessageType type)
    {
        var oneofs = type.Fields.Select(f => f.Oneof).Where(o => o is not null).Distinct().ToList();
        var fields = type.Fields.Where(f => f.Number > 0 && FieldCompiler.IsOnWire(f.Type)).DistinctBy(f => f.Number).OrderBy(f => f.Number)
            .Select(f => FieldCompiler.Compile(f, f.Oneof is null ? -1 : oneofs.IndexOf(f.Oneof), false, this)).ToArray();
        foreach (var rest in fields.Where(static f => f.Field.IsRest))
            rest.Others = [.. fields.Where(static f => !f.Field.IsRest).Select(static f => Encoding.UTF8.GetBytes(f.Field.JsonName))];
        var wellKnown = WellKnownShape.Of(type, fields);
        var bare = wellKnown is WellKnown.Wrapper or WellKnown.Struct or WellKnown.ListValue ? fields[0] : null;
        return new MessagePlan(type, wellKnown, fields, oneofs.Count, bare);
    }
}
