using System.Buffers;
using Microsoft.AspNetCore.Http;
using ProtocolGateway.Edges.Grpc;
using Xunit;

namespace UnitTests.Edges.Grpc;

/// <summary>Requests by GET (connectrpc.com/docs/protocol, "Unary-Get-Request").</summary>
public sealed class ConnectQueryTests
{
    [Theory]
    [InlineData("?connect=v1&encoding=json&message=%7B%22a%22%3A1%7D", "{\"a\":1}")]
    [InlineData("?message=%7b+%7D&encoding=json", "{ }")]
    [InlineData("?encoding=json&message=", "")]
    [InlineData("?encoding=json&base64=1&message=e30", "{}")]
    [InlineData("?encoding=json&base64=1&message=e30%3D", "{}")]
    [InlineData("?encoding=json&base64=1&message=e30=", "{}")]
    [InlineData("?encoding=json&base64=0&message=e30", "e30")]
    [InlineData("?encoding=json&base64=1&message=8J-YgA", "😀")]
    [InlineData("?encoding=json&message=%F0%9F%98%80", "😀")]
    [InlineData("?encoding=json&message=a&message=b", "a")]
    public void A_message_is_escaped_or_base64(string query, string message)
    {
        var request = ConnectQuery.Of(new QueryString(query));
        Assert.NotNull(request);
        Assert.Null(request.CheckVersion());
        Assert.True(request.Form!.Value.Json);
        Assert.Null(request.ReadMessage(out var bytes));
        Assert.Equal(message, System.Text.Encoding.UTF8.GetString(bytes.ToArray()));
    }

    [Fact]
    public void Bytes_need_not_be_text()
    {
        var request = ConnectQuery.Of(new QueryString("?encoding=proto&compression=gzip&message=%00%FF%2B%80"));
        Assert.Equal((false, "gzip"), (request!.Form!.Value.Json, request.Compression));
        Assert.Null(request.ReadMessage(out var bytes));
        Assert.Equal([0, 0xFF, (byte)'+', 0x80], bytes.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("?")]
    [InlineData("?message=a")]
    [InlineData("?encoding=json")]
    [InlineData("?Connect=v1")]
    public void Other_queries_are_of_another_protocol(string query) => Assert.Null(ConnectQuery.Of(new QueryString(query)));

    [Theory]
    [InlineData("?connect=v1&encoding=json")]
    [InlineData("?encoding=json&base64=1&message=e3-*")]
    [InlineData("?encoding=json&base64=1&message=e")]
    [InlineData("?encoding=json&base64=1&message=%2B%2F%2B%2F")]
    public void A_message_that_is_not_there_or_no_base64_is_the_callers_fault(string query) =>
        Assert.Equal("INVALID_INPUT", ConnectQuery.Of(new QueryString(query))!.ReadMessage(out _)!.Reason);

    [Theory]
    [InlineData("?connect=v2&encoding=json&message=a")]
    [InlineData("?connect=&encoding=json&message=a")]
    public void There_is_one_version(string query) => Assert.Equal("INVALID_INPUT", ConnectQuery.Of(new QueryString(query))!.CheckVersion()!.Reason);

    [Theory]
    [InlineData("?connect=v1&message=a")]
    [InlineData("?connect=v1&message=a&encoding=xml")]
    public void The_form_must_be_known(string query) => Assert.Null(ConnectQuery.Of(new QueryString(query))!.Form);
}
