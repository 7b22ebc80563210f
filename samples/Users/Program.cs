using ProtocolGateway.Samples;

// The one argument is the URL to listen on.
await SampleHosts.Users(args.Length > 0 ? args[0] : "http://127.0.0.1:5001").RunAsync();
