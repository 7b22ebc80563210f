using ProtocolGateway.Edges.GraphQL.Planning;

namespace ProtocolGateway.Edges.GraphQL.Execution;

/// <summary>What a join asks for, and what it has found: for each key the entities in its answers.</summary>
internal sealed class JoinResult(JoinPlan plan) : IDisposable
{
    private readonly List<CallAnswer> _answers = [];
    private readonly List<(int Answer, int Start, int Next)> _entities = [];
    private (int First, int Last, int Failed)[] _found = [];

    /// <summary>The keys, distinct.</summary>
    public KeyTable Keys { get; } = new();

    /// <summary>The join.</summary>
    public JoinPlan Plan { get; } = plan;

    /// <summary>How many entities were found.</summary>
    public int EntityCount => _entities.Count;

    /// <summary>The first entity of a key; -1 where none was found.</summary>
    public int First(int key) => _found[key].First;

    /// <summary>The answer that should have told of a key and failed; null where it did not.</summary>
    public CallAnswer? Failure(int key) => _found[key].Failed is var failed and >= 0 ? _answers[failed] : null;

    /// <summary>An entity: where it begins in which answer, and the next one of the same key (-1: none).</summary>
    public (CallAnswer Answer, int Start, int Next) Entity(int index)
    {
        var (answer, start, next) = _entities[index];
        return (_answers[answer], start, next);
    }

    /// <summary>All keys are known: makes room for what is found.</summary>
    public void Prepare()
    {
        _found = new (int, int, int)[Keys.Count];
        Array.Fill(_found, (-1, -1, -1));
    }

    /// <summary>Takes the answer of a call for some of the keys.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="keys">The indices of the keys that were asked for.</param>
    public void Take(CallAnswer answer, ReadOnlySpan<int> keys)
    {
        var index = _answers.Count;
        _answers.Add(answer);
        var json = (ReadOnlySpan<byte>)answer.Json.WrittenSpan;
        var at = answer.Error is null ? JoinKeys.Follow(json, JsonScan.SkipSpace(json, 0), Plan.ResultPath) : -1;
        if (answer.Error is not null)
        {
            foreach (var key in keys)
                _found[key].Failed = index;
        }
        else if (at >= 0 && Plan.Join.IsBatch)
        {
            TakeBatch(index, json, at, keys[0]);
        }
        else if (at >= 0 && !JsonScan.IsNull(json, at))
        {
            Link(keys[0], index, at);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Keys.Dispose();
        foreach (var answer in _answers)
            answer.Dispose();
    }

    // Neither order nor length of the answer is trusted: an entity belongs to the key that it has itself.
    private void TakeBatch(int answer, ReadOnlySpan<byte> json, int at, int asked)
    {
        if (json[at] != '[')
            return;
        at++;
        while (JsonScan.NextElement(json, ref at))
        {
            Keys.Begin();
            if (JoinKeys.TryWriteEntity(Plan, Keys[asked], json, at, Keys.Scratch) && Keys.Find(Keys.Scratch.WrittenSpan) is var key and >= 0)
                Link(key, answer, at);
            at = JsonScan.SkipValue(json, at);
        }
    }

    private void Link(int key, int answer, int start)
    {
        var index = _entities.Count;
        ref var found = ref _found[key];
        if (found.First < 0)
            found.First = index;
        else if (!Plan.Join.ManyPerKey)
            return;
        else
            _entities[found.Last] = _entities[found.Last] with { Next = index };
        found.Last = index;
        _entities.Add((answer, start, -1));
    }
}
