using System.Net;
using System.Text;
using Xunit;

namespace UnitTests.Edges.GraphQL.Transports;

/// <summary>Answers over HTTP that come in pieces.</summary>
public sealed class StreamTransportTests
{
    private const string Multipart = "multipart/mixed;subscriptionSpec=1.0, application/json";
    private const string Events = "text/event-stream";

    [Fact]
    public async Task A_subscription_comes_as_events()
    {
        await using var host = await GraphHost.StartAsync();
        Assert.Equal(
            "text/event-stream\n:\n\nevent: next\ndata: {\"data\":{\"n\":1}}\n\nevent: next\ndata: {\"data\":{\"n\":2}}\n\nevent: complete\ndata: \n\n",
            await ReadAsync(host, "subscription{two}", Events));
    }

    [Fact]
    public async Task A_subscription_comes_in_parts()
    {
        await using var host = await GraphHost.StartAsync();
        var answer = await ReadAsync(host, "subscription{two}", Multipart);
        Assert.StartsWith("multipart/mixed\n--graphql", answer, StringComparison.Ordinal);
        Assert.Contains("{\"payload\":{\"data\":{\"n\":2}}}\r\n--graphql--", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_takes_nothing_but_events_gets_queries_and_errors_as_such()
    {
        await using var host = await GraphHost.StartAsync();
        Assert.Equal("text/event-stream\n:\n\nevent: next\ndata: {\"data\":{\"ran\":\"{ok}\"}}\n\nevent: complete\ndata: \n\n", await ReadAsync(host, "{ok}", Events));
        Assert.Contains("data: {\"errors\":[{\"message\":\"a Validation error\"", await ReadAsync(host, "{unknown}", Events), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_takes_both_gets_one_answer_where_one_is_enough()
    {
        await using var host = await GraphHost.StartAsync();
        Assert.Equal("application/json\n{\"data\":{\"ran\":\"{ok}\"}}", await ReadAsync(host, "{ok}", Multipart));
    }

    [Fact]
    public async Task Events_may_be_asked_for_by_get_as_browsers_do()
    {
        await using var host = await GraphHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/graphql?query=subscription%7Btwo%7D");
        request.Headers.Add("Accept", Events);
        using var answer = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.EndsWith("event: complete\ndata: \n\n", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_goes_cancels_the_source()
    {
        await using var host = await GraphHost.StartAsync();
        var (answer, reader) = await OpenAsync(host, "subscription{silent}");
        await ReadUntilAsync(reader, "\"n\":1");
        answer.Dispose();
        await host.Executor.Cancelled.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_client_that_does_not_read_holds_the_source_back()
    {
        await using var host = await GraphHost.StartAsync();
        var (answer, _) = await OpenAsync(host, "subscription{endless}");
        // Until the buffers between us are full and nothing moves any more.
        for (var (before, same) = (-1, 0); same < 5; before = host.Executor.Taken)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            same = before == host.Executor.Taken ? same + 1 : 0;
        }

        Assert.InRange(host.Executor.Taken, 1, 1000);
        answer.Dispose();
        await host.Executor.Cancelled.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Stopping_ends_a_stream_without_saying_that_it_is_complete()
    {
        await using var host = await GraphHost.StartAsync();
        var (answer, reader) = await OpenAsync(host, "subscription{silent}");
        using (answer)
        {
            await ReadUntilAsync(reader, "\"n\":1");
            await host.Stopping.CancelAsync();
            Assert.Equal("", (await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim());
        }
    }

    [Fact]
    public async Task A_failure_of_our_own_breaks_the_stream_off()
    {
        await using var host = await GraphHost.StartAsync();
        host.Log.Expect("the gateway failed on");
        var (answer, reader) = await OpenAsync(host, "subscription{bug}");
        using (answer)
            await Assert.ThrowsAnyAsync<IOException>(() => reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<string> ReadAsync(GraphHost host, string document, string accept)
    {
        using var request = Request(document, accept);
        using var answer = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return answer.Content.Headers.ContentType!.MediaType + "\n" + await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<(HttpResponseMessage Answer, StreamReader Reader)> OpenAsync(GraphHost host, string document)
    {
        var answer = await host.Client.SendAsync(Request(document, Events), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return (answer, new(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)));
    }

    private static async Task ReadUntilAsync(StreamReader reader, string text)
    {
        while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains(text, StringComparison.Ordinal))
        {
        }
    }

    private static HttpRequestMessage Request(string document, string accept)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = new StringContent($$"""{"query":"{{document}}"}""", Encoding.UTF8, "application/json") };
        request.Headers.Add("Accept", accept);
        return request;
    }
}
