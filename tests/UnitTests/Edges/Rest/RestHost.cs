using System.Buffers;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.Grpc;
using ProtocolGateway.Edges.Rest;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.TestKit.Running;

namespace UnitTests.Edges.Rest;

/// <summary>The REST edge and the Connect edge on a real socket before a pipeline that a test gives.</summary>
internal sealed class RestHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RestHost(WebApplication app, HttpClient client, LogRecorder log) => (_app, Client, Log) = (app, client, log);

    public HttpClient Client { get; }

    /// <summary>What the edge and the server logged; an undeclared error fails the test at the end.</summary>
    public LogRecorder Log { get; }

    public static async Task<RestHost> StartAsync(CallHandler pipeline, RestEdgeOptions? options = null)
    {
        var catalog = Contract();
        var model = RestEdgeModel.Build(catalog, options ?? new(), []);
        var log = new LogRecorder();
        var edge = new RestEdge(model, pipeline, TimeProvider.System, new Logger<RestEdge>(log));
        var connect = new GrpcEdge(catalog, new() { Pace = model.Options.Pace, MaxRequestBytes = model.Options.MaxRequestBytes }, pipeline, new Logger<GrpcEdge>(log));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(context => connect.TryHandle(context) ?? edge.HandleAsync(context));
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new(app, new HttpClient { BaseAddress = new(address) }, log);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Log.Dispose();
    }

    /// <summary>A protobuf message with one text, in field 1.</summary>
    public static ReadOnlySequence<byte> Text(string text) => new([0x0A, (byte)Encoding.UTF8.GetByteCount(text), .. Encoding.UTF8.GetBytes(text)]);

    /// <summary>Field 1 of a message.</summary>
    public static string TextOf(ReadOnlySequence<byte> message)
    {
        var bytes = message.ToArray();
        return bytes.Length < 2 ? "" : Encoding.UTF8.GetString(bytes, 2, bytes[1]);
    }

    /// <summary>A pipeline that answers with these texts.</summary>
    public static CallHandler Answer(params string[] texts) => async call =>
    {
        GatewayError? error = null;
        try
        {
            await call.OnHeadAsync(new(200, new()));
            foreach (var text in texts)
                await call.OnMessageAsync(Text(text));
        }
        catch (GatewayCallException refused)
        {
            // As an upstream does: what the edge refuses ends the exchange.
            error = refused.Error;
        }

        await call.OnEndAsync(error, null);
    };

    /// <summary>A service t.Notes with a method of each shape, and an HTTP service.</summary>
    public static Catalog Contract()
    {
        var text = new ScalarType(ScalarKind.String);
        var note = new MessageType("t.Note");
        note.Complete([new() { Name = "text", JsonName = "text", Number = 1, Type = text }], []);
        var blob = new MessageType("google.api.HttpBody") { WellKnown = WellKnown.HttpBody };
        blob.Complete(
            [
                new() { Name = "content_type", JsonName = "contentType", Number = 1, Type = text },
                new() { Name = "data", JsonName = "data", Number = 2, Type = new ScalarType(ScalarKind.Bytes) },
            ],
            []);
        var item = new MessageType("http.Item.Input");
        item.Complete([new() { Name = "id", JsonName = "id", Number = 0, Type = text, Location = FieldLocation.Path, Presence = Presence.Required, Style = new("simple", false) }], []);
        Operation[] grpc =
        [
            Grpc("Get", Shape.Unary, note, note, "GET", "/notes/{text}"),
            Grpc("Create", Shape.Unary, note, note, "POST", "/notes", "*"),
            Grpc("Watch", Shape.ServerStreaming, note, note, "GET", "/watch"),
            Grpc("Upload", Shape.ClientStreaming, note, note, "POST", "/upload", "*"),
            Grpc("Chat", Shape.Duplex, note, note, "POST", "/chat", "*"),
            Grpc("Download", Shape.Unary, note, blob, "GET", "/files/{text}"),
            Grpc("Store", Shape.Unary, blob, note, "POST", "/files", "*"),
            Grpc("Text", Shape.Unary, note, note, "GET", "/text/{text}", "", "text"),
        ];
        Operation[] http = [Http("PUT", item), Http("GET", item)];
        var node = new MessageType("t.Node");
        node.Complete([new() { Name = "next", JsonName = "next", Number = 1, Type = node, Presence = Presence.Explicit }], []);
        var types = new Dictionary<string, MessageType> { ["t.Note"] = note, ["t.Node"] = node };
        return new([new("grpc", grpc), new("items", http)], types, []);
    }

    private static Operation Grpc(string name, Shape shape, MessageType input, MessageType output, string method, string template, string body = "", string responseBody = "") => new()
    {
        FullName = "t.Notes." + name,
        Name = name,
        ServiceName = "t.Notes",
        Kind = ContractKind.Grpc,
        Shape = shape,
        Input = input,
        Output = output,
        HttpRules = [new() { Method = method, Template = template, Body = body, ResponseBody = responseBody, Source = new("t.proto", "1:1") }],
        Source = new("t.proto", "1:1"),
    };

    private static Operation Http(string method, MessageType input) => new()
    {
        FullName = "items." + method,
        Name = method,
        ServiceName = "items",
        Kind = ContractKind.Http,
        Shape = Shape.Unary,
        Input = input,
        Output = null,
        HttpRules = [new() { Method = method, Template = "/items/{id}", Source = new("items.yaml", "/paths") }],
        Http = new() { RequestMediaTypes = method == "PUT" ? ["application/json", "image/*"] : [], RequestBodyRequired = method == "PUT", ServerPath = "/v2" },
        Source = new("items.yaml", "/paths"),
    };
}
