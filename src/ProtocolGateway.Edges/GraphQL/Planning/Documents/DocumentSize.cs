using GraphQLParser;
using GraphQLParser.AST;

namespace ProtocolGateway.Edges.GraphQL.Planning.Documents;

/// <summary>How much a selection asks for, with all fragments expanded. Counts stop growing at <see cref="Most"/>.</summary>
/// <param name="Depth">Levels of fields.</param>
/// <param name="Fields">Fields.</param>
/// <param name="Aliases">Fields with an alias.</param>
/// <param name="Directives">Directives.</param>
/// <param name="RootFields">Fields of the selection itself.</param>
internal readonly record struct DocumentSize(int Depth, int Fields, int Aliases, int Directives, int RootFields)
{
    /// <summary>Where counts stop: fragments that double at each level grow past any number.</summary>
    public const int Most = 1_000_000_000;

    /// <summary>Both beside each other.</summary>
    public DocumentSize Plus(DocumentSize other) => new(
        Math.Max(Depth, other.Depth),
        Add(Fields, other.Fields),
        Add(Aliases, other.Aliases),
        Add(Directives, other.Directives),
        Add(RootFields, other.RootFields));

    /// <summary>The size of an operation.</summary>
    public static DocumentSize Of(DocumentFragments fragments, GraphQLOperationDefinition operation) =>
        new Counter(fragments).Of(operation.SelectionSet).Plus(new(0, 0, 0, operation.Directives?.Count ?? 0, 0));

    private static int Add(int one, int other) => Math.Min(Most, one + other);

    // Each fragment is counted once, however often it is spread; one within itself counts nothing: validation refuses it.
    private sealed class Counter(DocumentFragments fragments)
    {
        private readonly Dictionary<ROM, DocumentSize> _sizes = [];

        public DocumentSize Of(GraphQLSelectionSet? set)
        {
            var size = default(DocumentSize);
            foreach (var selection in set?.Selections ?? [])
            {
                size = size.Plus(selection switch
                {
                    GraphQLField field => OfField(field),
                    GraphQLInlineFragment inline => Of(inline.SelectionSet).Plus(OfDirectives(inline.Directives)),
                    GraphQLFragmentSpread spread => OfFragment(spread.FragmentName.Name.Value).Plus(OfDirectives(spread.Directives)),
                    _ => default,
                });
            }

            return size;
        }

        private static DocumentSize OfDirectives(GraphQLDirectives? directives) => new(0, 0, 0, directives?.Count ?? 0, 0);

        private DocumentSize OfField(GraphQLField field)
        {
            var below = Of(field.SelectionSet);
            var own = new DocumentSize(0, 1, field.Alias is null ? 0 : 1, field.Directives?.Count ?? 0, 1);
            return own.Plus(below with { RootFields = 0 }) with { Depth = Add(below.Depth, 1) };
        }

        private DocumentSize OfFragment(ROM name)
        {
            if (_sizes.TryGetValue(name, out var known))
                return known;
            _sizes[name] = default;
            return _sizes[name] = fragments.Find(name) is { } fragment ? Of(fragment.SelectionSet).Plus(OfDirectives(fragment.Directives)) : default;
        }
    }
}
