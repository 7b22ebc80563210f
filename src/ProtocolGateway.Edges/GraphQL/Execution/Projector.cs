using System.Buffers;
using ProtocolGateway.Edges.GraphQL.Planning;

namespace ProtocolGateway.Edges.GraphQL.Execution;

/// <summary>
/// Writes <c>data</c> straight from the backends' JSON. There is no tree: a null that a non-null type refuses truncates the answer back to where the object
/// around it began (specification, "Handling Execution Errors"). Methods answer false where the value they should have written must be null.
/// </summary>
internal sealed class Projector(OperationRun run, PooledBuffer output) : IDisposable
{
    private readonly ObjectSlots _slots = new();
    private readonly ResponsePath _path = new();
    // A list of a million rows may be wrong in each; the first tell enough.
    private const int MostErrors = 1_000;

    private readonly PooledBuffer _key = new();
    private readonly int _start = output.Length;

    // Where the value written last ends, as far as writing it has shown; -1 otherwise. Saves lists from passing over each element twice.
    private int _end;

    /// <summary>The errors so far.</summary>
    public List<GraphError> Errors { get; } = [];

    /// <summary>The answer has grown too long; what is written is worth nothing.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Writes the root object; false where it must be null.</summary>
    public bool WriteRoot(SelectionPlan root) => WriteMembers(root, default, 0);

    /// <inheritdoc />
    public void Dispose() => _key.Dispose();

    private bool WriteObject(SelectionPlan plan, ReadOnlySpan<byte> json, int at)
    {
        var end = at;
        var frame = _slots.Read(plan.Properties, json, ref end);
        var done = WriteMembers(plan, json, frame, at);
        _slots.Pop(frame);
        _end = end;
        return done;
    }

    private bool WriteMembers(SelectionPlan plan, ReadOnlySpan<byte> json, int frame, int self = 0)
    {
        var start = output.Length;
        var fields = plan.Fields;
        for (var i = 0; i < fields.Length; i++)
        {
            IsFull |= output.Length - _start > run.MaxBytes;
            if (IsFull)
                return false;
            var field = fields[i];
            output.Write(i == 0 ? "{"u8 : ","u8);
            output.Write(field.Key);
            if (WriteMember(field, json, frame, self))
                continue;
            if (field.Value.NonNull)
            {
                output.Truncate(start);
                return false;
            }

            output.Write("null"u8);
        }

        output.Write(fields.Length == 0 ? "{}"u8 : "}"u8);
        return true;
    }

    private bool WriteMember(OutputField field, ReadOnlySpan<byte> json, int frame, int self)
    {
        switch (field.Source)
        {
            case OutputSource.Constant:
                output.Write(field.Constant);
                return true;
            case OutputSource.Introspection:
                output.Write(field.Introspect!(run.RawVariables));
                return true;
            case OutputSource.Property:
                return WriteProperty(field, json, _slots[frame, field.Property]);
            case OutputSource.Presence:
                return WritePresence(field, json, _slots[frame, field.Property].Start);
            case OutputSource.Self:
                return Within(field, json, self);
            case OutputSource.Fetch:
                return WriteAnswer(field, run.Answer(field.Fetch!));
            default:
                return WriteJoin(field, json, frame);
        }
    }

    private bool WriteProperty(OutputField field, ReadOnlySpan<byte> json, (int Start, int End) slot)
    {
        if (slot.Start < 0 || JsonScan.IsNull(json, slot.Start))
            return Null(field, field.Value);
        if (field.Value.Leaf is not { } leaf)
            return Within(field, json, slot.Start);
        var value = json[slot.Start..slot.End];
        return (field.IsMapKey ? LeafWriter.TryWriteKey(leaf, value, output) : LeafWriter.TryWrite(leaf, value, output)) || Mismatch(field, leaf.TypeName);
    }

    private bool WritePresence(OutputField field, ReadOnlySpan<byte> json, int at)
    {
        if (at < 0 || JsonScan.IsNull(json, at))
            return Null(field, field.Value);
        output.Write("true"u8);
        return true;
    }

    private bool WriteAnswer(OutputField field, CallAnswer answer)
    {
        if (answer.Error is not null)
            return Fail(field, answer);
        ReadOnlySpan<byte> json = answer.Json.WrittenSpan;
        return Within(field, json, JsonScan.SkipSpace(json, 0));
    }

    private bool WriteJoin(OutputField field, ReadOnlySpan<byte> json, int frame)
    {
        var use = field.Join!;
        _key.Clear();
        if (!JoinKeys.TryWriteParent(use, json, _slots, frame, _key))
            return Null(field, field.Value);
        var result = run.Joined(use.Plan);
        var key = result.Keys.Find(_key.WrittenSpan);
        if (result.Failure(key) is { } failure)
            return Fail(field, failure);
        var entity = result.First(key);
        if (use.Plan.Join.ManyPerKey)
            return WriteEntities(field, result, entity);
        if (entity < 0)
            return Null(field, field.Value);
        var (answer, start, _) = result.Entity(entity);
        return Within(field, answer.Json.WrittenSpan, start);
    }

    private bool WriteEntities(OutputField field, JoinResult result, int entity)
    {
        var start = output.Length;
        _path.Push(field.ResponseName);
        _path.Push(0);
        output.Write("["u8);
        var whole = true;
        for (var i = 0; entity >= 0 && whole; i++)
        {
            if (i > 0)
                output.Write(","u8);
            _path.Next(i);
            var (answer, at, next) = result.Entity(entity);
            whole = WriteElement(field, field.Value.Element!, answer.Json.WrittenSpan, at);
            entity = next;
        }

        return EndList(start, whole);
    }

    private bool Within(OutputField field, ReadOnlySpan<byte> json, int at)
    {
        _path.Push(field.ResponseName);
        var done = WriteValue(field, field.Value, json, at);
        _path.Pop();
        return done;
    }

    // The path stands at the value.
    private bool WriteValue(OutputField field, ValuePlan plan, ReadOnlySpan<byte> json, int at)
    {
        if (JsonScan.IsNull(json, at))
            return plan.NonNull && Refuse(field);
        if (plan.Element is not null)
            return plan.IsMap ? WriteMap(field, plan, json, at) : WriteList(field, plan, json, at);
        if (plan.Leaf is { } leaf)
            return LeafWriter.TryWrite(leaf, json[at..JsonScan.SkipValue(json, at)], output) || Wrong(field, leaf.TypeName);
        if (plan.Union is { } union)
            return UnionReader.Find(union, json, at) is { } member ? WriteObject(member.Object, json, at) : field.Source != OutputSource.Self && Wrong(field, union.Name);
        return json[at] == '{' ? WriteObject(plan.Object!, json, at) : Wrong(field, plan.Object!.Type.Name);
    }

    private bool WriteList(OutputField field, ValuePlan plan, ReadOnlySpan<byte> json, int at)
    {
        if (json[at] != '[')
            return Wrong(field, "list");
        var start = output.Length;
        output.Write("["u8);
        _path.Push(0);
        at++;
        var whole = true;
        for (var i = 0; whole && JsonScan.NextElement(json, ref at); i++)
        {
            if (i > 0)
                output.Write(","u8);
            _path.Next(i);
            _end = -1;
            whole = WriteElement(field, plan.Element!, json, at);
            at = _end >= 0 ? _end : JsonScan.SkipValue(json, at);
        }

        _end = whole ? at : -1;
        _path.Pop();
        return CloseList(start, whole);
    }

    private bool WriteElement(OutputField field, ValuePlan element, ReadOnlySpan<byte> json, int at)
    {
        if (WriteValue(field, element, json, at))
            return true;
        if (element.NonNull)
            return false;
        output.Write("null"u8);
        return true;
    }

    private bool WriteMap(OutputField field, ValuePlan plan, ReadOnlySpan<byte> json, int at)
    {
        if (json[at] != '{')
            return Wrong(field, "map");
        var start = output.Length;
        var entry = plan.Element!.Object!;
        output.Write("["u8);
        _path.Push(0);
        at++;
        var whole = true;
        for (var i = 0; whole && JsonScan.NextMember(json, ref at, out var name); i++)
        {
            if (i > 0)
                output.Write(","u8);
            _path.Next(i);
            var end = JsonScan.SkipValue(json, at);
            var nameEnd = NameEnd(json, at);
            var frame = _slots.Push(2);
            _slots.Set(frame, 0, nameEnd - name.Length - 2, nameEnd);
            _slots.Set(frame, 1, at, end);
            whole = WriteMembers(entry, json, frame, at) || OrNull(plan.Element);
            _slots.Pop(frame);
            at = end;
        }

        _end = -1;
        _path.Pop();
        return CloseList(start, whole);
    }

    // The position after the closing quote of the name before a member's value.
    private static int NameEnd(ReadOnlySpan<byte> json, int value) => json[..value].LastIndexOf((byte)'"') + 1;

    private bool OrNull(ValuePlan element)
    {
        if (element.NonNull)
            return false;
        output.Write("null"u8);
        return true;
    }

    private bool EndList(int start, bool whole)
    {
        _path.Pop();
        _path.Pop();
        return CloseList(start, whole);
    }

    private bool CloseList(int start, bool whole)
    {
        if (whole)
            output.Write("]"u8);
        else
            output.Truncate(start);
        return whole;
    }

    private bool Null(OutputField field, ValuePlan plan)
    {
        if (!plan.NonNull)
            return false;
        _path.Push(field.ResponseName);
        Refuse(field);
        _path.Pop();
        return false;
    }

    private bool Refuse(OutputField field) => !IsFull && Bad(field, $"Cannot return null for non-nullable field {field.Coordinate}.");

    private bool Wrong(OutputField field, string type) => Bad(field, $"The service gave a value for {field.Coordinate} that is no {type}.");

    private bool Bad(OutputField field, string message) => HasRoom()
        && Add(new() { Message = message, Code = GraphCodes.BadAnswer, Path = _path.ToList(), Locations = [field.Location], IncidentId = run.IncidentOf(message) });

    private bool HasRoom()
    {
        if (Errors.Count == MostErrors)
            Errors.Add(new() { Message = $"There are more errors; the first {MostErrors} are told.", Code = GraphCodes.LimitExceeded });
        return Errors.Count < MostErrors;
    }

    private bool Mismatch(OutputField field, string type)
    {
        _path.Push(field.ResponseName);
        Wrong(field, type);
        _path.Pop();
        return false;
    }

    private bool Fail(OutputField field, CallAnswer answer)
    {
        if (!HasRoom())
            return false;
        _path.Push(field.ResponseName);
        Add(OperationRun.ErrorOf(answer, _path.ToList(), field.Location));
        _path.Pop();
        return false;
    }

    private bool Add(GraphError error)
    {
        Errors.Add(error);
        return false;
    }
}
