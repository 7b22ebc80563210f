namespace ProtocolGateway.Edges.GraphQL.Planning;

/// <summary>Where in a plan a selection stands.</summary>
/// <param name="Shape">What is wanted of the value there.</param>
/// <param name="Level">How many joins lead there.</param>
/// <param name="RootField">The index of the fetch below which it stands.</param>
internal sealed record PlanPlace(AnswerShape Shape, int Level, int RootField)
{
    /// <summary>The fetch whose answer holds it; null where a join's does.</summary>
    public FetchPlan? Fetch { get; init; }

    /// <summary>The join whose answer holds it.</summary>
    public JoinPlan? Join { get; init; }

    /// <summary>The place of a member of it.</summary>
    public PlanPlace At(AnswerShape shape) => this with { Shape = shape };
}
