using ProtocolGateway.Samples;
using ProtocolGateway.Samples.Chat;

// The two arguments are the URLs to listen on: for gRPC, and for the page.
await using var pages = SampleHosts.Pages(args.Length > 1 ? args[1] : "http://127.0.0.1:5005");
await pages.StartAsync();
await SampleHosts.Chat(args.Length > 0 ? args[0] : "http://127.0.0.1:5004", new ChatRooms()).RunAsync();
