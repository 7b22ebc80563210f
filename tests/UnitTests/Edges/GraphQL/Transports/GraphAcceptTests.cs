using Microsoft.Extensions.Primitives;
using ProtocolGateway.Edges.GraphQL.Transports;
using Xunit;

namespace UnitTests.Edges.GraphQL.Transports;

public sealed class GraphAcceptTests
{
    private const string Plain = GraphAccept.PlainJson;
    private const string Response = GraphAccept.ResponseJson;

    [Theory]
    // Missing, unreadable or all: the legacy type.
    [InlineData(null, Plain, nameof(GraphStreamForm.Events))]
    [InlineData("", Plain, nameof(GraphStreamForm.Events))]
    [InlineData("*/*", Plain, nameof(GraphStreamForm.Events))]
    [InlineData("what is this", Plain, nameof(GraphStreamForm.Events))]
    [InlineData("application/json", Plain, nameof(GraphStreamForm.None))]
    [InlineData("application/graphql-response+json", Response, nameof(GraphStreamForm.None))]
    // What Apollo's clients, urql and the draft's own example send.
    [InlineData("application/graphql-response+json, application/json;q=0.9", Response, nameof(GraphStreamForm.None))]
    [InlineData("application/json, application/graphql-response+json", Plain, nameof(GraphStreamForm.None))]
    [InlineData("application/graphql-response+json; charset=utf-8, application/json; charset=utf-8", Response, nameof(GraphStreamForm.None))]
    [InlineData("application/*", Plain, nameof(GraphStreamForm.None))]
    [InlineData("application/json;q=0, */*", Response, nameof(GraphStreamForm.Events))]
    // Streams.
    [InlineData("text/event-stream", null, nameof(GraphStreamForm.Events))]
    [InlineData("text/*", null, nameof(GraphStreamForm.Events))]
    [InlineData("multipart/mixed;subscriptionSpec=1.0, application/json", Plain, nameof(GraphStreamForm.Multipart))]
    [InlineData("multipart/mixed;boundary=\"graphql\";subscriptionSpec=\"1.0\"", null, nameof(GraphStreamForm.Multipart))]
    // Parts of another shape are meant.
    [InlineData("multipart/mixed", null, nameof(GraphStreamForm.None))]
    [InlineData("application/json, multipart/mixed", Plain, nameof(GraphStreamForm.None))]
    // By quality, and a wildcard is no wish.
    [InlineData("text/event-stream;q=0.5, multipart/mixed;subscriptionSpec=1.0", null, nameof(GraphStreamForm.Multipart))]
    [InlineData("text/event-stream, multipart/mixed;subscriptionSpec=1.0;q=0.5", null, nameof(GraphStreamForm.Events))]
    [InlineData("multipart/mixed;subscriptionSpec=1.0;q=0.5, */*", Plain, nameof(GraphStreamForm.Multipart))]
    // Nothing that can be sent.
    [InlineData("image/png", null, nameof(GraphStreamForm.None))]
    [InlineData("application/xml, text/plain", null, nameof(GraphStreamForm.None))]
    public void The_form_is_what_the_client_likes_best(string? accept, string? json, string stream)
    {
        var chosen = GraphAccept.Read(accept is null ? StringValues.Empty : accept);
        Assert.Equal(json, chosen.Json);
        Assert.Equal(stream, chosen.Stream.ToString());
        Assert.False(chosen.Page);
    }

    [Theory]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8", true)]
    [InlineData("text/html", true)]
    [InlineData("application/json, text/html;q=0.9", false)]
    [InlineData("text/*", false)]
    [InlineData("*/*", false)]
    public void A_page_is_for_those_who_name_it_first(string accept, bool page) => Assert.Equal(page, GraphAccept.Read(accept).Page);
}
