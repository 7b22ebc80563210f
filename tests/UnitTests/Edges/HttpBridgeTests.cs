using System.Text;
using CsCheck;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using UnitTests.Contracts.Views;
using Xunit;

namespace UnitTests.Edges;

/// <summary>Calls that carry protobuf to HTTP services: the request, the answer, and what may go wrong.</summary>
public sealed class HttpBridgeTests
{
    private static readonly Operation Put = Views.Of("""
          /things/{thing-id}:
            put:
              operationId: put
              parameters:
                - { name: thing-id, in: path, required: true, schema: { type: integer } }
                - { name: tag, in: query, schema: { type: array, items: { type: string } } }
                - { name: X-Trace, in: header, schema: { type: string } }
              requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/T' } } } }
              responses: { '200': { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/T' } } } } }
        """, """
            T:
              type: object
              required: [count, gone, list, name]
              additionalProperties: { type: integer }
              properties:
                big: { type: integer, format: int64 }
                count: { type: integer }
                gone: { type: integer, nullable: true }
                list: { type: array, items: { type: integer } }
                maybe: { type: array, items: { type: string } }
                labels: { type: object, additionalProperties: { type: integer } }
                kind: { type: string, enum: [in-stock, sold out] }
                free: {}
                self: { $ref: '#/components/schemas/T' }
                name: { type: string }
                "odd\"name": { type: boolean }
                ratio: { type: number }
        """).Operation("Put");

    private static readonly Operation List = Views.Of(
        "  /t: { get: { operationId: list, responses: { '200': { description: ok, content: { application/json: { schema: { type: array, items: { type: integer } } } } } } } }").Operation("List");

    [Fact]
    public async Task A_message_becomes_the_request_in_the_services_own_JSON()
    {
        var call = await BridgedCall.RunAsync(
            Put,
            """
            {"thing-id":"9007199254740993","tag":["a b","&"],"X-Trace":"t","body":{"big":"9007199254740993","kind":"T_KIND_SOLD_OUT","free":{"a":[null,1.5]},"labels":{"x":"3"},
            "self":{"name":"in","gone":"0"},"odd\"name":false,"additionalProperties":{"more":"7","most":"-1"}}}
            """,
            "{}");
        var head = call.Inner!.HttpRequest!;
        Assert.Equal(("PUT", "/things/9007199254740993?tag=a%20b&tag=%26", "application/json", (long?)call.Body!.Length), (head.Method, head.PathAndQuery, head.ContentType, head.ContentLength));
        Assert.Equal("svc.put", call.Inner.Operation.FullName);
        Assert.Equal("t", call.Inner.Headers.Find("x-trace"));
        Assert.Equal(
            """{"big":9007199254740993,"count":0,"gone":null,"list":[],"labels":{"x":3},"kind":"sold out","free":{"a":[null,1.5]},"self":{"count":0,"gone":0,"list":[],"name":"in"},"name":"","odd\"name":false,"more":7,"most":-1}""",
            call.Body);
    }

    [Theory]
    [InlineData("""{"big":9007199254740993,"kind":"sold out","more":5}""", """{"big":"9007199254740993","kind":"T_KIND_SOLD_OUT","additionalProperties":{"more":"5"}}""")]
    [InlineData("""{"big":null,"list":[1,null,2],"labels":{"a":null,"b":2},"kind":"new","self":null,"free":null,"nothing":null}""", """{"list":["1","2"],"labels":{"b":"2"},"free":null}""")]
    [InlineData(""" { "count" : 5.0 , "big" : "12" , "odd\u0022name" : true } """, """{"big":"12","count":"5","odd\"name":true}""")]
    [InlineData("null", """{}""")]
    [InlineData("", """{}""")]
    public async Task An_answer_becomes_a_message_whatever_it_leaves_out_or_adds(string answer, string expected)
    {
        var call = await BridgedCall.RunAsync(Put, """{"body":{}}""", answer);
        Assert.Null(call.Error);
        Assert.Equal(Canonical(expected), Canonical(call.Json()));
        Assert.Null(call.Inner!.Error);
    }

    [Theory]
    [InlineData("[1,2]", """{"items":["1","2"]}""")]
    [InlineData("[]", "{}")]
    [InlineData("null", "{}")]
    public async Task A_list_is_the_one_field(string answer, string expected) =>
        Assert.Equal(expected, (await BridgedCall.RunAsync(List, "{}", answer)).Json());

    [Theory]
    [InlineData("{", "BACKEND_CONTRACT")]
    [InlineData("[]", "BACKEND_CONTRACT")]
    [InlineData("<h1>secret</h1>", "BACKEND_CONTRACT")]
    [InlineData("""{"count":1.5}""", "BACKEND_CONTRACT")]
    [InlineData("""{"count":1,"count":2}""", "BACKEND_CONTRACT")]
    [InlineData("""{"more":1,"more":2}""", "BACKEND_CONTRACT")]
    [InlineData("""{"more":"x"}""", "BACKEND_CONTRACT")]
    public async Task An_answer_that_the_contract_does_not_describe_is_the_services_fault_and_stays_private(string answer, string reason)
    {
        var call = await BridgedCall.RunAsync(Put, """{"body":{}}""", answer);
        Assert.Equal((reason, Blame.Backend, StatusCode.Internal), (call.Error!.Reason, call.Error.Blame, call.Error.Code));
        Assert.DoesNotContain("secret", call.Error.Message, StringComparison.Ordinal);
        Assert.Null(call.Answer);
    }

    [Theory]
    [InlineData(400, StatusCode.InvalidArgument)]
    [InlineData(401, StatusCode.Unauthenticated)]
    [InlineData(404, StatusCode.NotFound)]
    [InlineData(409, StatusCode.Aborted)]
    [InlineData(429, StatusCode.ResourceExhausted)]
    [InlineData(500, StatusCode.Internal)]
    [InlineData(503, StatusCode.Unavailable)]
    [InlineData(302, StatusCode.Internal)]
    public async Task A_status_is_the_code_that_it_stands_for_and_the_words_beside_it_are_private(int status, StatusCode code)
    {
        var call = await BridgedCall.RunAsync(Put, """{"body":{}}""", """{"detail":"secret"}""", status, headers: [("retry-after", "3"), ("content-type", "application/json")]);
        Assert.Equal(code, call.Error!.Code);
        Assert.DoesNotContain("secret", call.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal("3", call.Head!.Find("retry-after"));
        Assert.Same(call.Error, call.Inner!.Error);
    }

    [Fact]
    public async Task Headers_of_the_answer_are_metadata_but_for_those_of_its_body_and_its_server()
    {
        var call = await BridgedCall.RunAsync(List, "{}", "[]", headers:
        [
            ("x-a", "1"), ("etag", "\"e\""), ("content-type", "application/json"), ("content-length", "2"), ("date", "now"), ("server", "s"), ("grpc-status", "5"),
            ("access-control-allow-origin", "*"), ("vary", "origin"), ("transfer-encoding", "chunked"),
        ]);
        Assert.Equal(["x-a", "etag"], call.Head!.Items.ToArray().Select(static h => h.Key));
    }

    [Fact]
    public async Task Headers_of_the_client_go_on_but_for_those_that_speak_of_its_own_request()
    {
        var call = new BridgedCall([]) { Operation = List, Edge = "test", Whole = false };
        foreach (var name in (string[])["authorization", "x-tenant", "accept", "origin", "x-grpc-web", "x-user-agent", "sec-fetch-site", "content-encoding", "if-match", "range"])
            call.Headers.TryAdd(name, "v");
        await call.RunAsync("[]");
        Assert.Equal(["authorization=v", "x-tenant=v", "accept=application/json"], call.Inner!.Headers.Items.ToArray().Select(static h => $"{h.Key}={h.Value}"));
        Assert.Null(call.Error);
    }

    [Fact]
    public async Task An_answer_beyond_the_bound_is_not_kept()
    {
        var call = await BridgedCall.RunAsync(List, "{}", "[1,2,3]", limit: 6);
        Assert.Equal("ANSWER_TOO_LARGE", call.Error!.Reason);
    }

    [Theory]
    [InlineData(15, true)]
    [InlineData(20, false)]
    public async Task The_body_of_an_error_is_not_listened_to_beyond_the_bound_either(int limit, bool brokenOff)
    {
        // Two pieces of ten bytes.
        var call = await BridgedCall.RunAsync(List, "{}", "<h1>broken page</h1>", 500, limit);
        Assert.Equal((StatusCode.Internal, "BACKEND_STATUS", brokenOff), (call.Error!.Code, call.Error.Reason, call.IsBrokenOff));
    }

    [Fact]
    public async Task What_the_edge_refuses_of_the_answer_ends_the_call()
    {
        var error = GatewayErrors.BackendContract("svc", "no");
        var call = new BridgedCall([]) { Operation = List, Edge = "test", OnAnswer = () => throw new GatewayCallException(error) };
        await call.RunAsync("[]");
        Assert.Same(error, call.Error);
        Assert.Same(error, call.Inner!.Error);
    }

    [Theory]
    [InlineData("""{"thing-id":"1"}""", "needs a body")]
    [InlineData("""{"body":{},"X-Trace":"a\nb"}""", "no header may")]
    [InlineData("""{"body":{"additionalProperties":{"count":"1"}}}""", "name of a field")]
    [InlineData("""{"body":{"free":"NaN","self":{"additionalProperties":{"a":"1","name":"2"}}}}""", "name of a field")]
    public async Task A_message_that_makes_no_request_is_the_callers_fault(string message, string reason)
    {
        var call = await BridgedCall.RunAsync(Put, message, "{}");
        Assert.Equal(("INVALID_INPUT", Blame.Caller), (call.Error!.Reason, call.Error.Blame));
        Assert.Contains(reason, call.Error.Message, StringComparison.Ordinal);
        Assert.Null(call.Inner);
    }

    [Fact]
    public async Task Broken_messages_and_answers_are_values() => await Gen.Select(Gen.Byte.Array[0, 40], Gen.String[Gen.Char["{}[]\":,nul1x\\ ab"], 0, 40]).SampleAsync(async (message, answer) =>
    {
        foreach (var view in (Operation[])[Put, List])
        {
            var call = new BridgedCall(message) { Operation = view, Edge = "test" };
            await call.RunAsync(answer);
            Assert.True(call.Error is not null || call.Answer is not null);
            call = new BridgedCall(BridgedCall.Encode(view, view == Put ? """{"body":{}}""" : "{}")) { Operation = view, Edge = "test" };
            await call.RunAsync(answer);
            Assert.NotNull(call.Inner);
        }
    });

    [Fact]
    public async Task What_a_service_answers_can_be_sent_to_it_again_and_means_the_same() => await Thing(3).SampleAsync(async answer =>
    {
        var first = await BridgedCall.RunAsync(Put, """{"body":{}}""", answer);
        Assert.Null(first.Error);
        var sent = await SendAsync(first.Answer!);
        var second = await BridgedCall.RunAsync(Put, """{"body":{}}""", sent);
        Assert.Equal(Canonical(first.Json()), Canonical(second.Json()));
        Assert.Equal(sent, await SendAsync(second.Answer!));
    });

    // As the body of a request, whose field has number 4: three parameters stand before.
    private static async Task<string> SendAsync(byte[] thing)
    {
        using var message = new MemoryStream();
        var output = new Google.Protobuf.CodedOutputStream(message);
        output.WriteTag(1, Google.Protobuf.WireFormat.WireType.Varint);
        output.WriteInt64(7);
        output.WriteTag(4, Google.Protobuf.WireFormat.WireType.LengthDelimited);
        output.WriteBytes(Google.Protobuf.ByteString.CopyFrom(thing));
        output.Flush();
        var call = new BridgedCall(message.ToArray()) { Operation = Put, Edge = "test" };
        await call.RunAsync("{}");
        Assert.Null(call.Error);
        return call.Body!;
    }

    // A T in the service's JSON, members in any order, some null, some unknown to the contract.
    private static Gen<string> Thing(int depth)
    {
        var text = Gen.String[Gen.Char["ab\"\\é/\n\u0001 "], 0, 5].Select(static t => System.Text.Json.JsonSerializer.Serialize(t));
        var number = Gen.OneOf(Gen.Long.Select(static n => n.ToString(System.Globalization.CultureInfo.InvariantCulture)), Gen.Const("0"), Gen.Const("12.0"), Gen.Const("\"-3\""));
        var free = Gen.OneOf(text, Gen.Const("null"), Gen.Const("true"), Gen.Const("{\"a\":[1,{},null]}"), Gen.Double[-10, 10].Select(static d => d.ToString("R", System.Globalization.CultureInfo.InvariantCulture)));
        var members = new List<Gen<string>>
        {
            Member("big", number), Member("count", number), Member("gone", number), Member("list", List(number)), Member("maybe", List(text)),
            Member("labels", List(number).Select(static l => "{" + string.Join(',', l[1..^1].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(static (v, i) => $"\"k{i}\":{v}")) + "}")),
            Member("kind", OneOf("\"in-stock\"", "\"sold out\"", "\"unknown\"")), Member("free", free), Member("name", text),
            Member("odd\\u0022name", OneOf("true", "false")), Member("more", number), Member("additional_properties", number), Member("ratio", OneOf("0", "-1.5", "1e300")),
        };
        if (depth > 0)
            members.Add(Member("self", Thing(depth - 1)));
        return Gen.Shuffle(members.ToArray()).SelectMany(static shuffled => Gen.Int[0, shuffled.Length].SelectMany(taken => taken == 0 ? Gen.Const("{}")
            : shuffled.Take(taken).Aggregate(Gen.Const(""), static (all, next) => Gen.Select(all, next, static (a, n) => a.Length == 0 ? n : a + "," + n)).Select(static m => "{" + m + "}")));

        static Gen<string> OneOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
        static Gen<string> Member(string name, Gen<string> value) => Gen.Frequency((9, value), (1, Gen.Const("null"))).Select(v => $"\"{name}\":{v}");
        static Gen<string> List(Gen<string> element) => Gen.Frequency((9, element), (1, Gen.Const("null"))).Array[0, 3].Select(static e => $"[{string.Join(',', e)}]");
    }

    private static string Canonical(string json) =>
        string.Join(',', System.Text.Json.Nodes.JsonNode.Parse(json)!.AsObject().OrderBy(static p => p.Key, StringComparer.Ordinal).Select(static p => $"{p.Key}:{p.Value?.ToJsonString() ?? "null"}"));
}
