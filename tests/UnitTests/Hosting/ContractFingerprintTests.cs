using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Hosting;
using Xunit;

namespace UnitTests.Hosting;

/// <summary>No property of a field is forgotten when contracts are compared.</summary>
public sealed class ContractFingerprintTests
{
    // Texts show in documents alone; places and styles of parameters are OpenAPI's, which no reflection tells.
    private static readonly string[] Irrelevant = [nameof(Field.Documentation), nameof(Field.Location), nameof(Field.Style), nameof(Field.IsRest)];

    private static readonly Dictionary<string, object> Others = new()
    {
        [nameof(Field.Name)] = "other",
        [nameof(Field.JsonName)] = "other",
        [nameof(Field.Number)] = 7,
        [nameof(Field.Type)] = new ScalarType(ScalarKind.Bool),
        [nameof(Field.Presence)] = Presence.Required,
        [nameof(Field.Oneof)] = new OneofGroup("choice"),
        [nameof(Field.Packed)] = true,
        [nameof(Field.Delimited)] = true,
        [nameof(Field.IsExtension)] = true,
        [nameof(Field.ValidateUtf8)] = false,
        [nameof(Field.Nullable)] = true,
        [nameof(Field.InputRequired)] = true,
        [nameof(Field.Default)] = "x",
        [nameof(Field.Deprecated)] = true,
    };

    public static TheoryData<string> Properties => [.. typeof(Field).GetProperties().Select(static p => p.Name).Except(Irrelevant)];

    [Theory]
    [MemberData(nameof(Properties))]
    public void Every_property_of_a_field_counts(string property)
    {
        Assert.True(Others.TryGetValue(property, out var other), $"{property} must be part of the fingerprint, or be listed as irrelevant.");
        var changed = Make();
        typeof(Field).GetProperty(property)!.SetValue(changed, other);
        Assert.NotEqual(Print(Make()), Print(changed));
    }

    [Fact]
    public void Deprecation_of_operations_and_values_counts()
    {
        Assert.NotEqual(Print(Make(), deprecated: false), Print(Make(), deprecated: true));
        Assert.NotEqual(Print(Make(new EnumType("t.E", [new("A", 0)]))), Print(Make(new EnumType("t.E", [new("A", 0) { Deprecated = true }]))));
    }

    private static Field Make(DataType? type = null) => new() { Name = "a", JsonName = "a", Number = 1, Type = type ?? new ScalarType(ScalarKind.String) };

    private static string Print(Field field, bool deprecated = false)
    {
        var message = new MessageType("t.M");
        message.Complete([field], []);
        var operation = new Operation
        {
            FullName = "t.S.A",
            Name = "A",
            ServiceName = "t.S",
            Kind = ContractKind.Grpc,
            Shape = Shape.Unary,
            Input = message,
            Output = message,
            Deprecated = deprecated,
            Source = new("t.proto", "1:1"),
        };
        return ContractFingerprint.Of(new([operation], new Dictionary<string, MessageType> { ["t.M"] = message }, []));
    }
}
