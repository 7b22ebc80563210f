using System.Globalization;
using ProtocolGateway.Load.Running;

namespace ProtocolGateway.Load;

/// <summary>The arguments: names with values, each of which has a default.</summary>
internal sealed class LoadOptions
{
    public const string Usage = """
        gateway-load fan-out [--subscribers 5000] [--rates 5,10] [--burst 10] [--seconds 15] [--warm-up 15] [--rounds 2] [--gateway-only] [--gateway DLL]
        gateway-load fan-in  [--clients 10000] [--rooms 1000] [--streams 4] [--rate 500] [--seconds 15] [--warm-up 15] [--rounds 4] [--slow-consumer disconnect] [--gateway DLL]
        bench/README.md says what is measured.
        """;

    private readonly Dictionary<string, string> _given = new(StringComparer.Ordinal);

    private LoadOptions()
    {
    }

    public int Subscribers => Number("subscribers", 5000);

    /// <summary>Messages a second.</summary>
    public IReadOnlyList<double> Rates => [.. Text("rates", "5,10").Split(',').Select(Parse)];

    /// <summary>How many messages come at one moment in the last measurement; 0 for none such.</summary>
    public int Burst => Number("burst", 10);

    public bool GatewayOnly => _given.ContainsKey("gateway-only");

    public int Clients => Number("clients", 10_000);

    public int Rooms => Number("rooms", 1000);

    /// <summary>How many sit in each room.</summary>
    public int Members => Clients % Rooms == 0 ? Clients / Rooms : throw new LoadException("--clients must be a multiple of --rooms.");

    public int Streams => Number("streams", 4);

    /// <summary>Messages that are said a second.</summary>
    public double Rate => Parse(Text("rate", "500"));

    public string SlowConsumer => Text("slow-consumer", "disconnect");

    /// <summary>One measurement.</summary>
    public TimeSpan Time => TimeSpan.FromSeconds(Parse(Text("seconds", "15")));

    /// <summary>Before the first measurement: .NET compiles what is hot meanwhile.</summary>
    public TimeSpan WarmUp => TimeSpan.FromSeconds(Parse(Text("warm-up", "15")));

    /// <summary>How often all is measured.</summary>
    public int Rounds(int standard) => Number("rounds", standard);

    /// <summary>protocol-gateway.dll; null for the one of this repository.</summary>
    public string? Gateway => _given.GetValueOrDefault("gateway");

    public static LoadOptions Read(IReadOnlyList<string> arguments)
    {
        var options = new LoadOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i].StartsWith("--", StringComparison.Ordinal) ? arguments[i][2..] : "";
            if (!Usage.Contains($"[--{name}", StringComparison.Ordinal) || name.Length == 0)
                throw new LoadException($"{arguments[i]} is unknown.\n{Usage}");
            if (name != "gateway-only" && ++i == arguments.Count)
                throw new LoadException($"--{name} has no value.\n{Usage}");
            options._given[name] = arguments[i];
        }

        return options;
    }

    private static double Parse(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : throw new LoadException($"{text} is no number.\n{Usage}");

    private int Number(string name, int standard) =>
        !_given.TryGetValue(name, out var text) ? standard
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new LoadException($"--{name} {text} is no number.\n{Usage}");

    private string Text(string name, string standard) => _given.GetValueOrDefault(name, standard);
}
