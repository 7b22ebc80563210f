using System.Globalization;

namespace ProtocolGateway.Upstreams.Grpc;

/// <summary>The grpc-timeout header: at most eight digits and a unit (gRPC over HTTP2, "Timeout").</summary>
internal static class GrpcTimeout
{
    private const long Most = 99_999_999;

    /// <summary>The value for what is left, in the finest unit that fits; never zero, for that would be no time at all.</summary>
    public static string Format(TimeSpan left)
    {
        var microseconds = Math.Max(1, left.Ticks / TimeSpan.TicksPerMicrosecond);
        if (microseconds <= Most)
            return Write(microseconds, 'u');
        if (microseconds / 1_000 <= Most)
            return Write(microseconds / 1_000, 'm');
        var seconds = microseconds / 1_000_000;
        if (seconds <= Most)
            return Write(seconds, 'S');
        return seconds / 60 <= Most ? Write(seconds / 60, 'M') : Write(Math.Min(seconds / 3600, Most), 'H');
    }

    private static string Write(long value, char unit) => string.Create(CultureInfo.InvariantCulture, $"{value}{unit}");
}
