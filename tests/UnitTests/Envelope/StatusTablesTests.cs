using ProtocolGateway.Envelope.Errors;
using Xunit;

namespace UnitTests.Envelope;

public sealed class StatusTablesTests
{
    // google/rpc/code.proto, code by code.
    [Theory]
    [InlineData(0, 200)]
    [InlineData(1, 499)]
    [InlineData(2, 500)]
    [InlineData(3, 400)]
    [InlineData(4, 504)]
    [InlineData(5, 404)]
    [InlineData(6, 409)]
    [InlineData(7, 403)]
    [InlineData(8, 429)]
    [InlineData(9, 400)]
    [InlineData(10, 409)]
    [InlineData(11, 400)]
    [InlineData(12, 501)]
    [InlineData(13, 500)]
    [InlineData(14, 503)]
    [InlineData(15, 500)]
    [InlineData(16, 401)]
    [InlineData(17, 500)]
    [InlineData(-1, 500)]
    [InlineData(int.MaxValue, 500)]
    public void A_code_has_its_http_status_and_an_unknown_one_is_500(int code, int status) =>
        Assert.Equal(status, StatusTables.ToHttp((StatusCode)code));

    [Theory]
    [InlineData(200, StatusCode.Ok)]
    [InlineData(204, StatusCode.Ok)]
    [InlineData(400, StatusCode.InvalidArgument)]
    [InlineData(404, StatusCode.NotFound)]
    [InlineData(429, StatusCode.ResourceExhausted)]
    [InlineData(503, StatusCode.Unavailable)]
    [InlineData(0, StatusCode.Unknown)]
    [InlineData(302, StatusCode.Unknown)]
    [InlineData(999, StatusCode.Unknown)]
    public void A_rest_answer_has_a_code(int status, StatusCode code) => Assert.Equal(code, StatusTables.FromRestAnswer(status));

    [Theory]
    [InlineData(400, StatusCode.Internal)]
    [InlineData(404, StatusCode.Unimplemented)]
    [InlineData(502, StatusCode.Unavailable)]
    [InlineData(200, StatusCode.Unknown)]
    [InlineData(999, StatusCode.Unknown)]
    public void A_broken_proxy_has_a_code(int status, StatusCode code) => Assert.Equal(code, StatusTables.FromBrokenProxy(status));

    [Theory]
    [InlineData(16, StatusCode.Unauthenticated)]
    [InlineData(17, StatusCode.Unknown)]
    [InlineData(-1, StatusCode.Unknown)]
    [InlineData(long.MaxValue, StatusCode.Unknown)]
    public void An_unknown_grpc_number_is_Unknown(long number, StatusCode code) => Assert.Equal(code, StatusTables.FromGrpcNumber(number));
}
