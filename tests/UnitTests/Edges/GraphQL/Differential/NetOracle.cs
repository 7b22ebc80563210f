using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GraphQL;
using GraphQL.DataLoader;
using GraphQL.Resolvers;
using GraphQL.SystemTextJson;
using GraphQL.Types;
using ProtocolGateway.Edges.GraphQL.Schema;

namespace UnitTests.Edges.GraphQL.Differential;

/// <summary>GraphQL.NET's own executer over our SDL, with resolvers that read the backends' JSON by <see cref="ContractFacts"/>.</summary>
internal sealed class NetOracle
{
    private readonly ContractFacts _facts = ContractFacts.Read();
    private readonly GraphQLSerializer _serializer = new();
    private readonly global::GraphQL.Types.Schema _schema;

    public NetOracle(GraphSchema source)
    {
        // The library's reader of SDL knows neither directive.
        var sdl = Regex.Replace(GraphSdlWriter.Write(source), "@(oneOf|specifiedBy\\(.*\\))", "", RegexOptions.None, TimeSpan.FromSeconds(5));
        var schema = global::GraphQL.Types.Schema.For(sdl, builder =>
        {
            // Nothing subscribes here, but the library wants it.
            builder.Types.For("Subscription").FieldFor("watchBeasts").StreamResolver = new SourceStreamResolver<object>(static IObservable<object?> (_) => throw new InvalidOperationException());
            foreach (var union in _facts.Unions)
                builder.Types.For(union.Key).ResolveType = value => value is JsonObject found && union.Value.Find(found) is { } name ? (IObjectGraphType)_schema!.AllTypes[name]! : null!;
        });
        foreach (var scalar in source.Types.Where(static t => t.Kind == GraphKind.Scalar && t.Name is not ("Int" or "Float" or "String" or "Boolean" or "ID")))
            schema.RegisterType(new AnyScalar { Name = scalar.Name });
        _schema = schema;
        schema.Initialize();
        foreach (var type in schema.AllTypes.OfType<IObjectGraphType>().Where(static t => !t.Name.StartsWith("__", StringComparison.Ordinal)))
        {
            type.IsTypeOf = type.Name is "Query" or "Mutation" or "Subscription" ? null : static value => value is JsonObject;
            foreach (var field in type.Fields)
                field.Resolver = new FuncFieldResolver<object?>(context => Resolve(type.Name, field, context));
        }

        foreach (var input in source.Types.Where(static t => t.IsOneOf))
            ((InputObjectGraphType)schema.AllTypes[input.Name]!).IsOneOf = true;
    }

    /// <summary>The response map.</summary>
    public async Task<string> ExecuteAsync(GraphCase one)
    {
        var result = await new DocumentExecuter().ExecuteAsync(options =>
        {
            options.Schema = _schema;
            options.Query = one.Document;
            options.OperationName = one.OperationName;
            options.Variables = _serializer.Deserialize<Inputs>(one.Variables);
            options.UserContext = new Dictionary<string, object?> { ["data"] = one.Data };
        });
        return _serializer.Serialize(result);
    }

    private object? Resolve(string type, FieldType field, IResolveFieldContext context)
    {
        var name = $"{type}.{field.Name}";
        var data = (IReadOnlyDictionary<string, string>)context.UserContext["data"]!;
        if (_facts.Roots.TryGetValue(name, out var root))
        {
            if (context.HasArgument("sku") && context.GetArgument<string>("sku").Length == 0)
                throw new ExecutionError("no path");
            var answer = Answer(data, root.Operation);
            return _facts.Empty.Contains(root.Operation) ? true : Shape(answer, field.ResolvedType!);
        }

        var parent = (JsonObject)context.Source!;
        if (_facts.Joins.TryGetValue(name, out var join))
            return Shape(Join(join, parent, type, data), field.ResolvedType!);
        if (_facts.Self.TryGetValue(name, out var arms))
            return arms.Any(arm => parent[arm] is not null) ? parent : null;
        var value = parent[_facts.Names.GetValueOrDefault(name, field.Name)];
        if (_facts.Presence.Contains(field.Name))
            return value is null ? null : true;
        return value is null && _facts.Proto.Contains(type) ? Missing(field.ResolvedType!) : Shape(value, field.ResolvedType!);
    }

    private static JsonNode? Answer(IReadOnlyDictionary<string, string> data, string operation) =>
        data[operation].Length == 0 ? throw new ExecutionError("fails") : JsonNode.Parse(data[operation], documentOptions: new JsonDocumentOptions { MaxDepth = 128 });

    private JsonNode? Join(ContractFacts.JoinFact join, JsonObject parent, string type, IReadOnlyDictionary<string, string> data)
    {
        JsonNode? from = parent;
        foreach (var step in join.Parent[..^1])
            from = (from as JsonObject)?[step];
        var isThere = (from as JsonObject)?.ContainsKey(join.Parent[^1]) ?? false;
        var key = isThere ? Key(from![join.Parent[^1]]) : from is JsonObject && _facts.Proto.Contains(type) ? "" : null;
        if (key is null)
            return null;
        if (join.Path && key.Length == 0)
            throw new ExecutionError("no path");
        var found = Answer(data, join.Operation);
        foreach (var step in join.Result)
            found = (found as JsonObject)?[step];
        if (join.Key is null)
            return found;
        var all = (found as JsonArray ?? []).Where(entity => entity is JsonObject o && (Key(o[join.Key]) ?? (join.Proto ? "" : null)) == key).Select(static e => e!.DeepClone());
        return join.Many ? new JsonArray([.. all]) : all.FirstOrDefault();
    }

    private static string? Key(JsonNode? node) => node is JsonValue value ? value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString() : null;

    private object? Shape(JsonNode? value, IGraphType type)
    {
        type = type is NonNullGraphType nonNull ? nonNull.ResolvedType! : type;
        if (value is null)
            return null;
        if (type is ListGraphType list)
            return ShapeList(value, list);
        if (type is ScalarGraphType scalar)
            return Leaf(value, scalar) ?? Wrong.Value;
        return type is IObjectGraphType && value is not JsonObject ? new NoObject() : value;
    }

    private object ShapeList(JsonNode value, ListGraphType list)
    {
        if (list.ResolvedType!.GetNamedType() is IObjectGraphType { Fields.Count: 2 } entry && entry.Name.EndsWith("Entry", StringComparison.Ordinal))
        {
            if (value is not JsonObject map)
                return Wrong.Value;
            var keys = entry.GetField("key")!.ResolvedType!.GetNamedType().Name;
            return map.Select(m => (object)new JsonObject { ["key"] = keys is "Int" ? int.Parse(m.Key, CultureInfo.InvariantCulture) : keys is "Boolean" ? bool.Parse(m.Key) : m.Key, ["value"] = m.Value?.DeepClone() }).ToList();
        }

        return value is JsonArray elements ? elements.Select(e => Shape(e, list.ResolvedType!)).ToList() : Wrong.Value;
    }

    // The value of one scalar; null where it is none of it.
    private object? Leaf(JsonNode value, ScalarGraphType scalar)
    {
        var kind = value.GetValueKind();
        var text = kind == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();
        if (scalar is EnumerationGraphType values)
            return kind == JsonValueKind.String && values.Values.FindByName(_facts.Enums.GetValueOrDefault(text, text)) is { } known ? known.Value : null;
        return scalar.Name switch
        {
            // Not JsonNode, to which all others would be converted.
            "JSON" => (object)value,
            "Boolean" => kind is JsonValueKind.True or JsonValueKind.False ? kind == JsonValueKind.True : null,
            "Int" => kind == JsonValueKind.Number && int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null,
            "UInt32" => kind == JsonValueKind.Number && uint.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null,
            "Int64" => kind is JsonValueKind.Number or JsonValueKind.String && long.TryParse(text, CultureInfo.InvariantCulture, out _) ? text : null,
            "UInt64" => kind is JsonValueKind.Number or JsonValueKind.String && ulong.TryParse(text, CultureInfo.InvariantCulture, out _) ? text : null,
            "Float" => kind == JsonValueKind.Number ? double.Parse(text, CultureInfo.InvariantCulture) : null,
            "String" => kind is JsonValueKind.Object or JsonValueKind.Array ? null : text,
            _ => kind == JsonValueKind.String ? text : null,
        };
    }

    // What protobuf's JSON leaves out.
    private static object? Missing(IGraphType type) => type is not NonNullGraphType nonNull ? null : nonNull.ResolvedType switch
    {
        ListGraphType => Array.Empty<object>(),
        EnumerationGraphType values => values.Values.First().Value,
        { Name: "String" or "Bytes" } => "",
        { Name: "Boolean" } => false,
        { Name: "Int64" or "UInt64" } => "0",
        { Name: "Float" } => 0d,
        { Name: "UInt32" } => 0u,
        _ => 0,
    };

    // No scalar takes it.
    private sealed class Wrong
    {
        public static readonly Wrong Value = new();
    }

    // The executer asks IsTypeOf of members of unions only: for all else the value itself must fail, in its own place.
    private sealed class NoObject : IDataLoaderResult
    {
        public Task<object?> GetResultAsync(CancellationToken cancellationToken = default) => Task.FromException<object?>(new ExecutionError("no object"));
    }

    // Its values come coerced from the resolvers, and go into arguments that nobody looks at here: input has an oracle of its own.
    private sealed class AnyScalar : ScalarGraphType
    {
        public override object? Serialize(object? value) => value is Wrong ? ThrowSerializationError(value) : value;

        public override object? ParseValue(object? value) => value;

        public override object? ParseLiteral(GraphQLParser.AST.GraphQLValue value) => value is GraphQLParser.AST.GraphQLNullValue ? null : value;

        public override bool CanParseLiteral(GraphQLParser.AST.GraphQLValue value) => true;

        public override bool CanParseValue(object? value) => true;
    }
}
