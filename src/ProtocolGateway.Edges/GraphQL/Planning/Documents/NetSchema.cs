using GraphQL;
using GraphQL.Resolvers;
using GraphQL.Types;
using GraphQLParser;
using GraphQLParser.AST;
using ProtocolGateway.Edges.GraphQL.Schema;
using ProtocolGateway.Edges.GraphQL.Schema.Building;
using GraphType = ProtocolGateway.Edges.GraphQL.Schema.GraphType;

namespace ProtocolGateway.Edges.GraphQL.Planning.Documents;

/// <summary>Makes GraphQL.NET's schema of ours: for validation and introspection, never for a call.</summary>
internal static class NetSchema
{
    /// <summary>The schema, initialized.</summary>
    public static ISchema Of(GraphSchema source)
    {
        // The library's own choice makes first letters small, and validation would know other names than plans do.
        var schema = new global::GraphQL.Types.Schema { NameConverter = global::GraphQL.Conversion.DefaultNameConverter.Instance };
        (schema.Features.DeprecationOfInputValues, schema.Features.RepeatableDirectives) = (true, true);
        var types = new Dictionary<string, IGraphType>(StringComparer.Ordinal);
        foreach (var type in source.Types)
        {
            if (Make(type) is { } made)
                types.Add(type.Name, made);
        }

        foreach (var type in source.Types.Where(static t => t.Kind == GraphKind.Union))
        {
            foreach (var member in type.Members)
                ((UnionGraphType)types[type.Name]).AddPossibleType((IObjectGraphType)types[member.Type.Name]);
        }

        schema.Query = (IObjectGraphType)types[source.Query.Name];
        schema.Mutation = source.Mutation is { } mutation ? (IObjectGraphType)types[mutation.Name] : null;
        schema.Subscription = source.Subscription is { } subscription ? (IObjectGraphType)types[subscription.Name] : null;
        foreach (var type in types.Values)
            schema.RegisterType(type);
        schema.Initialize();
        AddToIntrospection(schema);
        return schema;
    }

    private static IGraphType? Make(GraphType type) => type.Kind switch
    {
        GraphKind.Scalar => GraphScalars.IsBuiltIn(type.Scalar) ? null : new NetScalar(type),
        GraphKind.Enum => MakeEnum(type),
        GraphKind.Input => MakeInput(type),
        GraphKind.Union => new UnionGraphType { Name = type.Name, Description = Text(type.Description), ResolveType = static _ => null },
        _ => MakeObject(type),
    };

    private static ObjectGraphType MakeObject(GraphType source)
    {
        var type = new ObjectGraphType { Name = source.Name, Description = Text(source.Description), IsTypeOf = static _ => false };
        foreach (var field in source.Fields)
        {
            type.AddField(new FieldType
            {
                Name = field.Name,
                Description = Text(field.Description),
                DeprecationReason = field.Deprecation,
                ResolvedType = Ref(field.Type),
                Arguments = field.Arguments.Count == 0 ? null : new QueryArguments(field.Arguments.Select(MakeArgument)),
                StreamResolver = source.Name == nameof(GraphRoot.Subscription) ? new SourceStreamResolver<object>(NoCalls) : null,
            });
        }

        return type;
    }

    private static QueryArgument MakeArgument(GraphInputValue source) => new(Ref(source.Type))
    {
        Name = source.Name,
        Description = Text(source.Description),
        DeprecationReason = source.Deprecation,
        DefaultValue = Default(source),
    };

    private static InputObjectGraphType MakeInput(GraphType source)
    {
        var type = new InputObjectGraphType { Name = source.Name, Description = Text(source.Description), IsOneOf = source.IsOneOf };
        foreach (var field in source.InputFields)
        {
            type.AddField(new FieldType
            {
                Name = field.Name,
                Description = Text(field.Description),
                DeprecationReason = field.Deprecation,
                ResolvedType = Ref(field.Type),
                DefaultValue = Default(field),
            });
        }

        return type;
    }

    private static EnumerationGraphType MakeEnum(GraphType source)
    {
        var type = new EnumerationGraphType { Name = source.Name, Description = Text(source.Description) };
        foreach (var value in source.Values)
            type.Add(new EnumValueDefinition(value.Name, value.Name) { Description = Text(value.Description), DeprecationReason = value.Deprecation });
        return type;
    }

    // The library coerces a literal itself, once types are known.
    private static GraphQLValue? Default(GraphInputValue source) => source.Default is { } text ? Parser.Parse<GraphQLValue>(text) : null;

    private static IGraphType Ref(GraphTypeRef type)
    {
        IGraphType inner = type.Element is { } element ? new ListGraphType(Ref(element)) : new GraphQLTypeReference(type.Named!.Name);
        return type.NonNull ? new NonNullGraphType(inner) : inner;
    }

    // The library wants every subscription to have a source; nothing is ever executed by it.
    private static IObservable<object?> NoCalls(IResolveFieldContext context) => throw new InvalidOperationException($"{context.FieldDefinition.Name} is not called here.");

    private static string? Text(string text) => text.Length == 0 ? null : text;

    // What the library lacks: __Type.specifiedByURL of October 2021, and an argument of __Directive.args of the draft. Clients ask for both.
    private static void AddToIntrospection(global::GraphQL.Types.Schema schema)
    {
        if (schema.AllTypes["__Type"] is IObjectGraphType type && type.Fields.Find("specifiedByURL") is null)
        {
            type.AddField(new FieldType
            {
                Name = "specifiedByURL",
                ResolvedType = schema.AllTypes["String"],
                Resolver = new FuncFieldResolver<object?>(static context => (context.Source as NetScalar)?.SpecifiedBy),
            });
        }

        if (schema.AllTypes["__Directive"] is IObjectGraphType directive && directive.GetField("args") is { } args && args.Arguments?.Find("includeDeprecated") is null)
            args.Arguments = new QueryArguments(new QueryArgument(schema.AllTypes["Boolean"]!) { Name = "includeDeprecated", DefaultValue = false });
    }
}
