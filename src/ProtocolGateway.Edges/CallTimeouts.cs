using System.Globalization;
using Microsoft.AspNetCore.Http;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges;

/// <summary>The deadline that a request asks for.</summary>
internal static class CallTimeouts
{
    public const string GrpcTimeout = "grpc-timeout";
    public const string RequestTimeout = "X-Request-Timeout";

    // Years; beyond what any call lasts, and far from the overflow of TimeSpan.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    /// <summary>The smallest of <c>grpc-timeout</c>, <c>X-Request-Timeout</c> and the operation's own; an error where a header cannot be read.</summary>
    public static GatewayError? Read(IHeaderDictionary headers, TimeSpan? own, TimeProvider time, out Deadline deadline)
    {
        var error = ReadSpan(headers, own, out var span);
        deadline = Of(error is null ? span : null, time);
        return error;
    }

    /// <summary>So long from now; none for null.</summary>
    public static Deadline Of(TimeSpan? span, TimeProvider time) => span is { } set ? Deadline.After(set < Longest ? set : Longest, time) : Deadline.None;

    /// <summary>The smaller of two times; null is none.</summary>
    public static TimeSpan? Smaller(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other : one;

    /// <summary>As <see cref="Read"/>, for calls that begin later.</summary>
    public static GatewayError? ReadSpan(IHeaderDictionary headers, TimeSpan? own, out TimeSpan? span)
    {
        span = null;
        var smallest = own;
        if (headers.TryGetValue(GrpcTimeout, out var grpc))
        {
            if (!TryParseGrpc(grpc.ToString(), out var asked))
                return GatewayErrors.InvalidInput("The header grpc-timeout must be up to 8 digits and one of H, M, S, m, u, n.");
            if (asked == TimeSpan.Zero)
                return NoTime(GrpcTimeout);
            smallest = Smaller(smallest, asked);
        }

        if (headers.TryGetValue(RequestTimeout, out var plain))
        {
            if (!TryParsePlain(plain.ToString(), out var asked))
                return GatewayErrors.InvalidInput("The header X-Request-Timeout must be seconds such as 2.5, or such as 500ms, 2s or 1m.");
            if (asked == TimeSpan.Zero)
                return NoTime(RequestTimeout);
            smallest = Smaller(smallest, asked);
        }

        span = smallest;
        return null;
    }

    // The deadline's own error would blame the service, which was never asked.
    private static GatewayError NoTime(string header) => GatewayErrors.InvalidInput($"The header {header} leaves the call no time: it must be more than 0.");

    /// <summary>gRPC over HTTP/2, "Timeout": at most eight digits and a unit.</summary>
    internal static bool TryParseGrpc(ReadOnlySpan<char> text, out TimeSpan span)
    {
        span = default;
        if (text.Length is < 2 or > 9 || !long.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;
        long ticks = text[^1] switch
        {
            'H' => TimeSpan.TicksPerHour,
            'M' => TimeSpan.TicksPerMinute,
            'S' => TimeSpan.TicksPerSecond,
            'm' => TimeSpan.TicksPerMillisecond,
            'u' => TimeSpan.TicksPerMicrosecond,
            'n' => 0,
            _ => -1,
        };
        if (ticks < 0)
            return false;
        // 99,999,999 hours fit 64 bits of ticks twice over; a tick is 100 ns, and a started one counts.
        span = ticks == 0 ? new((number + TimeSpan.NanosecondsPerTick - 1) / TimeSpan.NanosecondsPerTick) : new(number * ticks);
        return true;
    }

    /// <summary>Seconds with or without a fraction, or a number with ms, s or m.</summary>
    internal static bool TryParsePlain(ReadOnlySpan<char> text, out TimeSpan span)
    {
        span = default;
        var (length, unit) = text switch
        {
            [.., 'm', 's'] => (2, 0.001m),
            [.., 's'] => (1, 1m),
            [.., 'm'] => (1, 60m),
            _ => (0, 1m),
        };
        if (text.Length > 20 || !decimal.TryParse(text[..^length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return false;
        var seconds = Math.Min(number, (decimal)Longest.TotalSeconds * 60) * unit;
        span = seconds >= (decimal)Longest.TotalSeconds ? Longest : TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond));
        return true;
    }
}
