namespace UnitTests.Edges.GraphQL.Differential;

/// <summary>A request, and what the backends say to it.</summary>
/// <param name="Document">The document.</param>
/// <param name="Variables">A JSON object.</param>
/// <param name="OperationName">Null where the document holds one operation.</param>
/// <param name="Data">Of each operation that may be called its JSON, or <see cref="Failing"/>.</param>
internal sealed record GraphCase(string Document, string Variables, string? OperationName, IReadOnlyDictionary<string, string> Data)
{
    /// <summary>The backend answers with an error.</summary>
    public const string Failing = "";

    public override string ToString() =>
        $"{Document}\nvariables: {Variables}\n{string.Concat(Data.Select(static d => $"{d.Key}: {(d.Value.Length == 0 ? "fails" : d.Value)}\n"))}";
}
