using System.Runtime.InteropServices;
using ProtocolGateway.Load;
using ProtocolGateway.Load.FanIn;
using ProtocolGateway.Load.FanOut;
using ProtocolGateway.Load.Running;

// What comes to a client is counted by the thread that learned of it: this program is to take as little of the machine as it can. Read when the first socket is made.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    var options = LoadOptions.Read([.. args.Skip(1)]);
    return args.FirstOrDefault() switch
    {
        "fan-out" => await FanOutRun.RunAsync(options, stop.Token),
        "fan-in" => await FanInRun.RunAsync(options, stop.Token),
        _ => throw new LoadException(LoadOptions.Usage),
    };
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    // What was started has been ended on the way here.
    return 130;
}
catch (LoadException problem)
{
    Console.Error.WriteLine(problem.Message);
    return 2;
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
