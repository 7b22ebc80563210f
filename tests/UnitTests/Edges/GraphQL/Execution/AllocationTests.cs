using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.GraphQL.Planning;
using ProtocolGateway.Edges.GraphQL.Schema;
using ProtocolGateway.Envelope.Calls;
using UnitTests.Contracts.OpenApi;
using UnitTests.Edges.GraphQL.Schema;
using Xunit;

namespace UnitTests.Edges.GraphQL.Execution;

/// <summary>What a known document costs in allocations: nothing for each row, and little for itself.</summary>
public sealed class AllocationTests
{
    private const string Posts =
        """
          /posts:
            get:
              operationId: posts
              responses: { '200': { description: ok, content: { application/json: { schema: { type: array, items: { $ref: '#/components/schemas/Post' } } } } } }
        """;

    private const string Types = "components: { schemas: { Post: { type: object, required: [id, title], properties: { id: { type: integer, format: int32 }, title: { type: string }, at: { type: string, format: date-time } } } } }";

    [Fact]
    public void Rows_allocate_nothing()
    {
        var (ten, thousand) = (BytesOf(rows: 10), BytesOf(rows: 1000));
        // Rented buffers may be made anew once; a single object for each row would be 24,000 bytes more.
        Assert.InRange(thousand - ten, -4_000, 4_000);
        Assert.InRange(ten, 0, 6_000);
    }

    private static long BytesOf(int rows)
    {
        var catalog = Schemas.CatalogOf(("posts", Documents.Paths(Posts, Types)));
        var schema = GraphSchemaBuilder.Build(catalog, new GraphSchemaOptions(), null, []);
        var answer = Encoding.UTF8.GetBytes("[" + string.Join(',', Enumerable.Range(0, rows).Select(static i => $$"""{"id":{{i}},"title":"Post {{i}}","at":null}""")) + "]");
        CallHandler backend = async call =>
        {
            await call.OnHeadAsync(new(200, new()));
            await call.OnMessageAsync(new(answer));
            await call.OnEndAsync(null, null);
        };
        var executor = new GraphExecutor(new SchemaPlans(schema, catalog, new()), new CallRunner(backend, new(), NullLogger.Instance), new());
        var request = new GraphRequest { Query = "{ posts { id title at } }"u8.ToArray(), Variables = """{"n":1}"""u8.ToArray() };
        var context = new DefaultHttpContext();
        var least = long.MaxValue;
        for (var i = 0; i < 50; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            using (var prepared = executor.Prepare(request))
            using (var output = new PooledBuffer())
            {
                var done = executor.ExecuteAsync(prepared, new(context, TimeProvider.System, CancellationToken.None), output);
                Assert.True(done.IsCompleted);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
