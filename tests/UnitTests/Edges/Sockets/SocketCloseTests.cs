using ProtocolGateway.Edges.Sockets;
using Xunit;

namespace UnitTests.Edges.Sockets;

/// <summary>Close frames that are made here (RFC 6455, sections 5.3 and 5.5.1).</summary>
public sealed class SocketCloseTests
{
    private static readonly byte[] _payload = [0x11, 0x31, (byte)'w', (byte)'h', (byte)'y'];

    [Fact]
    public void For_a_client_it_has_no_mask() => Assert.Equal([0x88, 5, .. _payload], new SocketClose(4401, "why").ToFrame(masked: false));

    [Fact]
    public void For_a_service_it_has_a_mask_of_its_own()
    {
        var masks = new HashSet<uint>();
        for (var i = 0; i < 10; i++)
        {
            var frame = new SocketClose(4401, "why").ToFrame(masked: true);
            Assert.Equal([0x88, 0x85], frame[..2]);
            Assert.Equal(_payload, frame[6..].Select((b, at) => (byte)(b ^ frame[2 + (at % 4)])));
            masks.Add(BitConverter.ToUInt32(frame, 2));
        }

        Assert.True(masks.Count > 1);
    }
}
