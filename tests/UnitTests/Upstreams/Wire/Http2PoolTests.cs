using ProtocolGateway.Upstreams;
using ProtocolGateway.Upstreams.Grpc.Http2;
using Xunit;

namespace UnitTests.Upstreams.Wire;

/// <summary>Connections that cannot be made.</summary>
public sealed class Http2PoolTests
{
    [Fact]
    public async Task Whatever_goes_wrong_is_a_failure_for_all_who_wait_and_the_next_call_tries_again()
    {
        // Longer than any timer takes: an exception that no network throws.
        using var pool = new Http2Pool(new("http://127.0.0.1:1"), new UpstreamOptions { ConnectTimeout = TimeSpan.FromDays(1000) }, TimeProvider.System);
        for (var round = 0; round < 2; round++)
        {
            var calls = Enumerable.Range(0, 10).Select(_ => pool.ReserveAsync(CancellationToken.None).AsTask()).ToArray();
            foreach (var slot in await Task.WhenAll(calls).WaitAsync(TimeSpan.FromSeconds(20)))
                Assert.Equal((null, Http2FailureKind.NoConnection), (slot.Connection, slot.Failure?.Kind));
        }
    }
}
