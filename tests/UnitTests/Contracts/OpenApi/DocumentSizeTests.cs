using System.Text;
using ProtocolGateway.Contracts.Model;
using Xunit;

namespace UnitTests.Contracts.OpenApi;

/// <summary>What large documents cost. Alone, because the reader has a thread of its own, so that only what the whole process allocates can be counted.</summary>
[Collection(nameof(Alone))]
public sealed class DocumentSizeTests
{
    [Fact]
    public void Four_times_the_operations_cost_four_times_the_memory()
    {
        // Against quadratic steps, by what is allocated: time would depend on what else the machine does.
        Read(100, out _);
        var quarter = Read(300, out _);
        var whole = Read(1200, out var content);
        Assert.InRange(whole, 2 * quarter, 6 * quarter);
        Assert.Equal(1200, content.Operations.Count);
        Assert.Equal(2400, content.Types.Count);
    }

    // Twelve hundred operations are twelve megabytes; the bytes that reading them allocates.
    private static long Read(int operations, out ContractContent content)
    {
        var text = new StringBuilder("{\"openapi\":\"3.0.3\",\"info\":{\"title\":\"t\",\"version\":\"1\"},\"paths\":{");
        var words = new string('x', 900);
        for (var i = 0; i < operations; i++)
        {
            text.Append(i == 0 ? "" : ",").Append($"\"/r{i}/{{id}}\":{{\"get\":{{\"operationId\":\"op{i}\",\"description\":\"{words}\",\"parameters\":[{{\"name\":\"id\",\"in\":\"path\",\"required\":true,\"schema\":{{\"type\":\"string\"}}}}],");
            text.Append($"\"responses\":{{\"200\":{{\"description\":\"ok\",\"content\":{{\"application/json\":{{\"schema\":{{\"$ref\":\"#/components/schemas/S{i}\"}}}}}}}}}}}}}}");
        }

        text.Append("},\"components\":{\"schemas\":{");
        for (var i = 0; i < operations; i++)
        {
            text.Append(i == 0 ? "" : ",").Append($"\"S{i}\":{{\"type\":\"object\",\"properties\":{{\"next\":{{\"$ref\":\"#/components/schemas/S{(i + 1) % operations}\"}}");
            for (var j = 0; j < 60; j++)
                text.Append($",\"p{j}\":{{\"type\":\"string\",\"description\":\"{words.AsSpan(0, 90)}\"}}");
            text.Append("}}");
        }

        var bytes = Encoding.UTF8.GetBytes(text.Append("}}}").ToString());
        var before = GC.GetTotalAllocatedBytes(precise: true);
        content = Documents.Read(bytes, ".json");
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }
}

/// <summary>Tests beside which no others run.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
