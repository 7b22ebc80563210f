using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using ProtocolGateway.Envelope.Errors;
using Xunit;
using Status = Google.Rpc.Status;

namespace UnitTests.Envelope;

/// <summary>What a gRPC service says of its own failure: what callers are told, and what the log alone is.</summary>
public sealed class BackendStatusTests
{
    private static readonly Any Debug = Any.Pack(new DebugInfo { Detail = "NullReference", StackEntries = { "at Db.cs" } });

    [Theory]
    [InlineData(StatusCode.NotFound, "no such user", "NullReference\nat Db.cs")]
    [InlineData(StatusCode.Internal, "The service failed: Internal.", "no such user; NullReference\nat Db.cs")]
    public void Debug_info_is_for_the_log_alone(StatusCode code, string told, string cause)
    {
        var sent = new Status { Code = 3, Message = "no such user", Details = { Debug, Any.Pack(new RetryInfo()) } };
        var error = GatewayErrors.BackendStatus(code, "no such user", sent.ToByteArray());
        Assert.Equal((told, cause), (error.Message, error.Cause));
        var shown = Status.Parser.ParseFrom(error.StatusDetails.Span);
        Assert.Equal(((int)code, told), (shown.Code, shown.Message));
        Assert.True(Assert.Single(shown.Details).Is(RetryInfo.Descriptor));
    }

    [Theory]
    [InlineData("google.rpc.DebugInfo")]
    [InlineData("/google.rpc.DebugInfo")]
    [InlineData("https://example.com/types/google.rpc.DebugInfo")]
    public void Debug_info_is_known_by_its_name_whatever_stands_before(string url)
    {
        var sent = new Status { Details = { new Any { TypeUrl = url, Value = ByteString.CopyFromUtf8("secret") } } };
        var error = GatewayErrors.BackendStatus(StatusCode.NotFound, "", sent.ToByteArray());
        Assert.True(error.StatusDetails.IsEmpty);
        Assert.NotNull(error.Cause);
    }

    [Fact]
    public void Bytes_that_are_no_status_hide_nothing_and_break_nothing()
    {
        var whole = new Status { Code = 5, Message = "m", Details = { Any.Pack(new RetryInfo()), Debug } }.ToByteArray();
        for (var length = 0; length <= whole.Length; length++)
        {
            var error = GatewayErrors.BackendStatus(StatusCode.NotFound, "told", whole.AsMemory(0, length));
            Assert.Equal("told", error.Message);
            Assert.True(error.StatusDetails.Span.IndexOf("NullReference"u8) < 0);
            Assert.True(error.StatusDetails.IsEmpty || Status.Parser.ParseFrom(error.StatusDetails.Span).Details.Count == 1);
        }

        Assert.Null(GatewayErrors.BackendStatus(StatusCode.NotFound, "told", new byte[] { 0x1A, 3, 0xFF, 0xFF, 0xFF }).Cause);
    }
}
