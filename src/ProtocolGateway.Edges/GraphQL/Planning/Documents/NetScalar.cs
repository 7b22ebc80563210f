using GraphQL.Types;
using GraphQLParser.AST;
using ProtocolGateway.Edges.GraphQL.Planning.Inputs;
using ProtocolGateway.Edges.GraphQL.Schema;
using GraphType = ProtocolGateway.Edges.GraphQL.Schema.GraphType;

namespace ProtocolGateway.Edges.GraphQL.Planning.Documents;

/// <summary>A custom scalar as validation sees it: literals are judged by the same rules as variables.</summary>
internal sealed class NetScalar : ScalarGraphType
{
    private readonly GraphScalar _scalar;

    /// <summary>The scalar of a type.</summary>
    public NetScalar(GraphType type)
    {
        _scalar = type.Scalar;
        Name = type.Name;
        Description = type.Description.Length == 0 ? null : type.Description;
        SpecifiedBy = type.SpecifiedBy;
    }

    /// <summary>Where its values are specified; null where nowhere.</summary>
    public string? SpecifiedBy { get; }

    /// <inheritdoc />
    public override bool CanParseLiteral(GraphQLValue value)
    {
        if (_scalar == GraphScalar.Json || LiteralJson.HasVariables(value))
            return _scalar == GraphScalar.Json;
        if (value is GraphQLEnumValue)
            return false;
        using var json = new PooledBuffer();
        using var into = new PooledBuffer();
        LiteralJson.Write(value, json);
        return ScalarInput.TryWrite(_scalar, json.WrittenSpan, into);
    }

    /// <inheritdoc />
    public override object? ParseLiteral(GraphQLValue value) => value is GraphQLNullValue ? null : value;

    /// <inheritdoc />
    public override object? ParseValue(object? value) => value;

    /// <inheritdoc />
    public override bool IsValidDefault(object value) => true;

    /// <inheritdoc />
    public override GraphQLValue ToAST(object? value) => value as GraphQLValue ?? base.ToAST(value)!;
}
