using ProtocolGateway.Contracts.Model;
using Xunit;

namespace UnitTests.Contracts.OpenApi;

public sealed class OperationTests
{
    [Fact]
    public void An_operation_has_a_field_for_each_parameter_and_the_body()
    {
        var content = Documents.Paths("""
              /items/{id}:
                parameters:
                  - { name: id, in: path, required: true, schema: { type: integer, format: int32 } }
                  - { name: lang, in: query, schema: { type: string, default: en } }
                put:
                  operationId: putItem
                  summary: Puts.
                  tags: [items]
                  deprecated: true
                  parameters:
                    - { name: lang, in: query, required: true, schema: { type: string } }
                    - { name: id, in: query, schema: { type: string } }
                    - { name: tags, in: query, style: pipeDelimited, explode: false, schema: { type: array, items: { type: string } } }
                    - { name: X-Trace, in: header, schema: { type: string } }
                    - { name: Accept, in: header, schema: { type: string } }
                  requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/Item' } }, text/plain: {} } }
                  responses:
                    '204': { description: none }
                    '201': { description: ok, content: { application/json: { schema: { type: array, items: { $ref: '#/components/schemas/Item' } } } } }
                    default: { description: bad, content: { application/json: { schema: { type: string } } } }
            components: { schemas: { Item: { type: object, properties: { name: { type: string } } } } }
            """, "servers: [ { url: 'https://{host}/{base}/', variables: { host: { default: h }, base: { default: v1 } } } ]");
        Assert.Empty(content.Diagnostics);
        var operation = content.Operation("putItem");
        Assert.Equal("svc.putItem", operation.FullName);
        Assert.Equal("svc.putItemRequest", operation.Input.FullName);
        Assert.Same(operation.Input, content.Types["svc.putItemRequest"]);
        Assert.Equal(
            ["id Path id Required simple False", "lang Query lang Required form True", "id Query id_query Explicit form True", "tags Query tags Explicit pipeDelimited False", "X-Trace Header X-Trace Explicit simple False", "body Body body Required  "],
            operation.Input.Fields.Select(f => $"{f.Name} {f.Location} {f.JsonName} {f.Presence} {f.Style?.Name} {f.Style?.Explode}"));
        Assert.Same(content.Types["svc.Item"], operation.Input.Fields[^1].Type);
        Assert.Same(content.Types["svc.Item"], Assert.IsType<ListType>(operation.Output).Element);
        var rule = Assert.Single(operation.HttpRules);
        Assert.Equal(("PUT", "/items/{id}", "body"), (rule.Method, rule.Template, rule.Body));
        Assert.Equal("/paths/~1items~1{id}/put", operation.Source.Location);
        var http = operation.Http!;
        Assert.Equal((201, "/v1", true, "putItem"), (http.SuccessStatus, http.ServerPath, http.RequestBodyRequired, http.OperationId));
        Assert.Equal(["application/json", "text/plain"], http.RequestMediaTypes);
        Assert.Equal(["items"], http.Tags);
        Assert.Equal((Idempotency.Idempotent, true, "Puts."), (operation.Idempotency, operation.Deprecated, operation.Documentation));
    }

    [Fact]
    public void Swagger_2_is_read_the_same_way()
    {
        var content = Documents.Read("""
            swagger: '2.0'
            info: { title: t, version: '1' }
            basePath: /api/v2
            consumes: [application/json]
            produces: [application/json]
            paths:
              /pets:
                post:
                  operationId: addPet
                  parameters: [ { name: pet, in: body, required: true, schema: { $ref: '#/definitions/Pet' } } ]
                  responses: { 200: { description: ok, schema: { $ref: '#/definitions/Pet' } } }
                get:
                  operationId: findPets
                  parameters: [ { name: ids, in: query, type: array, items: { type: integer, format: int32 }, collectionFormat: csv } ]
                  responses: { 200: { description: ok, schema: { type: array, items: { $ref: '#/definitions/Pet' } } } }
            definitions: { Pet: { type: object, required: [name], properties: { name: { type: string } } } }
            """);
        var add = content.Operation("addPet");
        Assert.Same(content.Types["svc.Pet"], Assert.Single(add.Input.Fields).Type);
        Assert.Equal(("body", FieldLocation.Body, Presence.Required), (add.Input.Fields[0].Name, add.Input.Fields[0].Location, add.Input.Fields[0].Presence));
        Assert.Same(content.Types["svc.Pet"], add.Output);
        Assert.Equal("/api/v2", add.Http!.ServerPath);
        var ids = Assert.Single(content.Operation("findPets").Input.Fields);
        Assert.IsType<ListType>(ids.Type);
        Assert.False(ids.Style!.Explode);
    }

    [Fact]
    public void Operations_without_a_name_of_their_own_get_one_from_method_and_path()
    {
        var content = Documents.Paths("""
              /a/{b-c}/d:
                get: { responses: { '200': { description: ok } } }
              /x:
                get: { operationId: same, responses: { '200': { description: ok } } }
                post: { operationId: same, responses: { '200': { description: ok } } }
            """);
        Assert.Equal(["svc.get_a_b_c_d", "svc.same", "svc.post_x"], content.Operations.Select(o => o.FullName));
        Assert.Contains(content.Diagnostics, d => d.Severity == Severity.Warning && d.Place.Location == "/paths/~1x/post");
        Assert.Contains(content.Diagnostics, d => d.Severity == Severity.Info && d.Place.Location == "/paths/~1a~1{b-c}~1d/get");
        // The path's variable is not declared, yet must be filled.
        Assert.Equal(("b-c", FieldLocation.Path), (content.Operations[0].Input.Fields[0].Name, content.Operations[0].Input.Fields[0].Location));
    }

    [Theory]
    [InlineData("/a?b=c")]
    [InlineData("/a{b")]
    [InlineData("/a}b{")]
    [InlineData("no-slash")]
    public void An_unusable_path_is_left_out_and_the_rest_serves(string path)
    {
        var content = Documents.Paths($"  '{path}':\n    get: {{ operationId: bad, responses: {{ '200': {{ description: ok }} }} }}\n  /good:\n    get: {{ operationId: good, responses: {{ '200': {{ description: ok }} }} }}\n");
        Assert.Equal("good", Assert.Single(content.Operations).Name);
        Assert.Contains(content.Diagnostics, d => d.ToString().Contains("paths", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("https://h:8443/base/v1/", "/base/v1")]
    [InlineData("https://h", "")]
    [InlineData("/", "")]
    [InlineData("v1", "/v1")]
    [InlineData("./v1", "/v1")]
    [InlineData("//h/x?y=1", "/x")]
    [InlineData("https://h/{none}", "")]
    public void The_servers_path_comes_before_the_operations(string url, string expected)
    {
        var content = Documents.Paths("  /a:\n    get: { operationId: a, responses: { '200': { description: ok } } }\n", $"servers: [ {{ url: '{url}' }} ]");
        Assert.Equal(expected, content.Operation("a").Http!.ServerPath);
    }
}
