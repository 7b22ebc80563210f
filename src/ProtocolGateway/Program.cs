using ProtocolGateway.Cli;

// What comes from a service is worked on by the thread that learned of it, instead of waking another one: calls cost up to a quarter less where that is dear.
// Read by the runtime's sockets when the first is made; whoever has set it, to 0 perhaps, is left to it. What clients send still goes to the thread pool.
const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
if (Environment.GetEnvironmentVariable(InlineCompletions) is null)
    Environment.SetEnvironmentVariable(InlineCompletions, "1");

return await CommandLine.RunAsync(args);
