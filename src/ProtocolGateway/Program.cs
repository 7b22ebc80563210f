using ProtocolGateway.Cli;

return await CommandLine.RunAsync(args);
