using UnitTests.Edges.GraphQL.Execution;

namespace UnitTests.Edges.GraphQL.Differential;

/// <summary>Contracts that hold every shape a schema can have, of both kinds, joined.</summary>
internal static class MenagerieContracts
{
    public const string Proto =
        """
        enum Color { COLOR_UNSPECIFIED = 0; COLOR_RED = 1; COLOR_BLUE = 2; }
        message Beast {
          string id = 1; int32 i32 = 2; int64 i64 = 3; uint32 u32 = 4; uint64 u64 = 5; sint64 s64 = 6; fixed32 f32 = 7; bool flag = 8; double real = 9; bytes raw = 10;
          optional string nick = 11; optional int64 big = 12; optional Color tint = 13; optional bool maybe = 14;
          Color color = 15; repeated Color colors = 16; repeated string tags = 17; repeated int64 counts = 18;
          repeated Beast kids = 19; Beast parent = 20; Leaf leaf = 21;
          map<string, string> labels = 22; map<int32, Leaf> leaves = 23; map<bool, Color> shades = 24; map<string, int64> sums = 25;
          google.protobuf.Timestamp at = 26; google.protobuf.Duration span = 27; google.protobuf.StringValue text = 28; google.protobuf.Int64Value wide = 29;
          google.protobuf.BoolValue truth = 30; google.protobuf.Struct extra = 31; google.protobuf.Value any = 32; google.protobuf.Empty nothing = 33;
          oneof pick { string word = 34; Leaf one = 35; int64 num = 36; Color hue = 37; google.protobuf.Empty none = 38; }
          string team_id = 39;
        }
        message Leaf { string id = 1; int32 size = 2; Beast owner = 3; optional string note = 4; }
        message Team { string id = 1; string title = 2; optional string city = 3; }
        message GetBeastRequest { string id = 1; }
        message FindBeastsRequest {
          string text = 1; int32 n = 2; int64 big = 3; uint32 small = 4; uint64 huge = 5; bool flag = 6; double ratio = 7; bytes raw = 8; Color color = 9;
          repeated string ids = 10; repeated Color colors = 11; Leaf leaf = 12; repeated Leaf leaves = 13; map<string, Leaf> by_name = 14; map<int32, string> by_number = 15;
          google.protobuf.Timestamp at = 16; google.protobuf.Duration span = 17; google.protobuf.StringValue word = 18; google.protobuf.Struct extra = 19;
          oneof by { string prefix = 20; Leaf near = 21; int64 num = 22; } optional int32 most = 23;
        }
        message FindBeastsResponse { repeated Beast beasts = 1; string next = 2; }
        message BatchGetTeamsRequest { repeated string ids = 1; }
        message BatchGetTeamsResponse { repeated Team teams = 1; }
        service Beasts {
          rpc GetBeast(GetBeastRequest) returns (Beast);
          rpc FindBeasts(FindBeastsRequest) returns (FindBeastsResponse) { option idempotency_level = NO_SIDE_EFFECTS; }
          rpc BatchGetTeams(BatchGetTeamsRequest) returns (BatchGetTeamsResponse);
          rpc GetText(GetBeastRequest) returns (google.protobuf.StringValue);
          rpc SetBeast(Beast) returns (Beast);
          rpc ResetBeast(GetBeastRequest) returns (google.protobuf.Empty);
          rpc EchoText(google.protobuf.StringValue) returns (google.protobuf.StringValue);
          rpc WatchBeasts(FindBeastsRequest) returns (stream Beast);
        }
        """;

    public const string OpenApi =
        """
          /items:
            get:
              operationId: listItems
              parameters:
                - { name: q, in: query, schema: { type: string } }
                - { name: limit, in: query, schema: { type: integer, format: int32, default: 10 } }
                - { name: tags, in: query, schema: { type: array, items: { type: string } } }
                - { name: numbers, in: query, schema: { type: array, items: { type: integer, format: int64 } } }
                - { name: sort, in: query, schema: { $ref: '#/components/schemas/Order' } }
                - { name: strict, in: query, required: true, schema: { type: boolean } }
              responses: { '200': { description: ok, content: { application/json: { schema: { type: array, items: { $ref: '#/components/schemas/Item' } } } } } }
          /items/{sku}:
            get:
              operationId: getItem
              parameters: [ { name: sku, in: path, required: true, schema: { type: string } } ]
              responses: { '200': { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/Item' } } } } }
          /made:
            get:
              operationId: getMade
              parameters: [ { name: teams, in: query, schema: { type: array, items: { type: string } } } ]
              responses: { '200': { description: ok, content: { application/json: { schema: { type: array, items: { $ref: '#/components/schemas/Item' } } } } } }
          /pets:
            get:
              operationId: listPets
              responses: { '200': { description: ok, content: { application/json: { schema: { type: array, items: { $ref: '#/components/schemas/Pet' } } } } } }
          /forms:
            get:
              operationId: getForms
              responses: { '200': { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/Forms' } } } } }
          /grids:
            get:
              operationId: getGrids
              responses: { '200': { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/Grids' } } } } }
          /orders:
            post:
              operationId: createOrder
              requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/NewOrder' } } } }
              responses: { '200': { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/Item' } } } } }
        components:
          schemas:
            Order: { type: string, enum: [up, price-desc, 'true'] }
            Dims: { type: object, required: [w, h], properties: { w: { type: number }, h: { type: number } } }
            Item:
              type: object
              required: [sku, price, stock, flags, dims, state, attrs]
              properties:
                sku: { type: string }
                item-note: { type: string, nullable: true }
                price: { type: number }
                stock: { type: integer, format: int32 }
                big: { type: integer, format: int64 }
                state: { type: string, enum: [in-stock, sold-out] }
                flags: { type: array, items: { type: boolean } }
                notes: { type: array, items: { type: string, nullable: true } }
                attrs: { type: object, additionalProperties: { type: string } }
                prices: { type: object, additionalProperties: { type: number, nullable: true } }
                dims: { $ref: '#/components/schemas/Dims' }
                box: { $ref: '#/components/schemas/Dims' }
                parts: { type: array, items: { $ref: '#/components/schemas/Item' } }
                free: {}
                made: { type: string, format: date-time }
                pet: { $ref: '#/components/schemas/Pet' }
                makerId: { type: string }
            Cat: { type: object, required: [kind, meows], properties: { kind: { type: string, enum: [cat] }, meows: { type: boolean }, age: { type: integer, format: int32 }, friend: { $ref: '#/components/schemas/Pet' } } }
            Dog: { type: object, required: [kind, barks], properties: { kind: { type: string, enum: [dog, hound] }, barks: { type: boolean }, age: { type: number }, friend: { $ref: '#/components/schemas/Pet' } } }
            Pet:
              oneOf: [ { $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' } ]
              discriminator: { propertyName: kind, mapping: { cat: '#/components/schemas/Cat', dog: '#/components/schemas/Dog', hound: '#/components/schemas/Dog' } }
            Circle: { type: object, required: [r], properties: { r: { type: number }, label: { type: string } } }
            Square: { type: object, required: [side, label], properties: { side: { type: number }, label: { type: string } } }
            Form: { oneOf: [ { $ref: '#/components/schemas/Circle' }, { $ref: '#/components/schemas/Square' } ] }
            Forms: { type: object, required: [all], properties: { all: { type: array, items: { $ref: '#/components/schemas/Form' } }, best: { $ref: '#/components/schemas/Form' }, named: { type: object, additionalProperties: { $ref: '#/components/schemas/Form' } } } }
            Grids:
              type: object
              required: [full, rows]
              properties:
                full: { type: array, items: { type: array, items: { type: integer, format: int32 } } }
                rows: { type: array, items: { type: array, nullable: true, items: { $ref: '#/components/schemas/Dims' } } }
                sparse: { type: array, items: { type: array, nullable: true, items: { type: string, nullable: true } } }
                lists: { type: object, additionalProperties: { type: array, items: { type: string } } }
            NewOrder:
              type: object
              required: [sku, count]
              properties:
                sku: { type: string }
                count: { type: integer, format: int32 }
                item-note: { type: string, nullable: true }
                sort: { $ref: '#/components/schemas/Order' }
                sizes: { type: array, items: { $ref: '#/components/schemas/Dims' } }
                attrs: { type: object, additionalProperties: { type: integer, format: int32 } }
                free: {}
        """;

    public const string Joins =
        """
        extend type Beast {
          team(ids: String @require(field: "teamId") @is(field: "id")): Team @lookup(operation: "users.v1.Beasts.BatchGetTeams", result: "teams")
          item(sku: String @require(field: "leaf.id")): Item @lookup(operation: "svc.getItem")
        }
        extend type Item {
          maker(ids: String @require(field: "makerId") @is(field: "id")): Team! @lookup(operation: "users.v1.Beasts.BatchGetTeams", result: "teams")
        }
        extend type Team {
          made(teams: String @require(field: "id") @is(field: "makerId")): [Item!] @lookup(operation: "svc.getMade")
        }
        """;

    private static readonly Lazy<RunningSchema> Made = new(Run);

    /// <summary>One for those who only look at the schema.</summary>
    public static RunningSchema Shared => Made.Value;

    /// <summary>The schema before backends that have nothing to say yet.</summary>
    public static RunningSchema Run() => RunningSchema.Of(
        Proto,
        OpenApi,
        Joins,
        new() { OneofUnions = true },
        new() { MaxDepth = 100, MaxAliases = 10_000, MaxRootFields = 10_000, MaxDirectives = 10_000, MaxFields = 1_000_000, MaxCost = int.MaxValue });
}
