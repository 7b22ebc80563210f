using ProtocolGateway.Edges.GraphQL.Planning;

namespace ProtocolGateway.Edges.GraphQL.Execution;

/// <summary>Compiled documents by the very bytes that clients send, so that a known one costs a hash and a comparison. Bounded by what they take, estimated.</summary>
/// <param name="maxBytes">All together.</param>
internal sealed class DocumentCache(int maxBytes)
{
    // What an entry has beside its text: table, queue, objects.
    private const int Overhead = 512;

    private readonly ClockCache<Key, CompiledOperation> _documents = new(maxBytes);

    /// <summary>How many documents there are.</summary>
    public int Count => _documents.Count;

    /// <summary>The compiled operation; null where it is not known.</summary>
    public CompiledOperation? Find(in GraphRequest request) =>
        _documents.TryGet(new Key(request.Query, request.OperationName), out var operation) ? operation : null;

    /// <summary>Keeps an operation under a copy of the request's text, or takes note that it has grown.</summary>
    public void Keep(in GraphRequest request, CompiledOperation operation)
    {
        var size = request.Query.Length + (2 * (request.OperationName?.Length ?? 0)) + Overhead + operation.Weight;
        if (_documents.TryGet(new Key(request.Query, request.OperationName), out _))
            _documents.Resize(new Key(request.Query, request.OperationName), operation, size);
        else if (_documents.Wants(new Key(request.Query, request.OperationName), size))
            _documents.Add(new Key(request.Query.ToArray(), request.OperationName), operation, size);
    }

    private readonly struct Key(ReadOnlyMemory<byte> query, string? operationName) : IEquatable<Key>
    {
        private ReadOnlyMemory<byte> Query => query;

        private string? OperationName => operationName;

        public bool Equals(Key other) => OperationName == other.OperationName && Query.Span.SequenceEqual(other.Query.Span);

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        // Seeded at random for each process: the texts are the clients'.
        public override int GetHashCode()
        {
            var hash = default(HashCode);
            hash.AddBytes(Query.Span);
            hash.Add(OperationName);
            return hash.ToHashCode();
        }
    }
}
