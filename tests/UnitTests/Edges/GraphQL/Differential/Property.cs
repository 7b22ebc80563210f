using System.Globalization;
using Xunit;

namespace UnitTests.Edges.GraphQL.Differential;

/// <summary>
/// Holds something against many cases. The same ones each time, so that a build fails for what was changed; GRAPHQL_SEED and GRAPHQL_CASES ask for others
/// and for more. A failure is shrunk, and told with its seed.
/// </summary>
internal static class Property
{
    private const int MostShrinks = 3000;

    /// <summary>Holds a property.</summary>
    /// <param name="cases">How many cases, unless the environment says otherwise.</param>
    /// <param name="make">Makes a case.</param>
    /// <param name="problem">What is wrong with it, with all that a reader needs; null where nothing is.</param>
    public static async Task HoldsAsync<T>(int cases, Func<Choices, T> make, Func<T, Task<string?>> problem)
    {
        var seed = (ulong)Setting("GRAPHQL_SEED", 1);
        var count = (uint)Setting("GRAPHQL_CASES", cases);
        for (var stream = 0u; stream < count; stream++)
        {
            var choices = new Choices(stream, seed);
            if (await problem(make(choices)) is not { } found)
                continue;
            var (least, text) = await ShrinkAsync(choices.Made, found, c => problem(make(c)));
            Assert.Fail($"Case {stream} of seed {seed} (GRAPHQL_SEED={seed}); {choices.Made.Count} choices shrunk to {least}:\n{text}");
        }
    }

    private static async Task<(int Count, string Text)> ShrinkAsync(IReadOnlyList<uint> made, string text, Func<Choices, Task<string?>> problem)
    {
        var best = made.ToList();
        var left = MostShrinks;

        async Task<bool> TryAsync(List<uint> candidate)
        {
            if (left-- <= 0 || await problem(new Choices(candidate)) is not { } found)
                return false;
            (best, text) = (candidate, found);
            return true;
        }

        for (var progress = true; progress && left > 0;)
        {
            progress = false;
            for (var size = Math.Max(best.Count / 2, 1); size > 0; size /= 2)
            {
                for (var at = best.Count - size; at >= 0; at -= size)
                {
                    // Without them, and, as what follows must stay where it is, with zeros in their place.
                    List<uint> without = [.. best.Take(at), .. best.Skip(at + size)];
                    if (await TryAsync(without))
                        progress = true;
                    else if (best.Skip(at).Take(size).Any(static c => c != 0) && await TryAsync([.. best.Take(at), .. Enumerable.Repeat(0u, size), .. best.Skip(at + size)]))
                        progress = true;
                }
            }
        }

        return (best.Count, text);
    }

    private static int Setting(string name, int fallback) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : fallback;
}
