using Sweep.Tests.Reports;
using Sweep.Tests.Storage;

namespace Sweep.Tests.Docs;

/// <summary>Checks that the queries of docs/sql.md on programs answer their questions.</summary>
public sealed class ProgramSqlTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    [Fact]
    public async Task The_queries_on_programs_return_what_a_program_reported()
    {
        await ProgramRows.AddAsync(database, ProgramRows.Spec("asked"));
        var queries = SqlTests.Queries().Where(SqlTests.IsOfPrograms).ToList();
        Assert.Equal(3, queries.Count);
        var best = (await RowsAsync(queries[0]))[0];
        Assert.Equal(["asked", "3", "81.11", "5", "fast"], best.Take(5));
        var ends = await RowsAsync(queries[1]);
        Assert.Equal(12, ends.Count);
        Assert.Equal(["asked", "3", "succeeded", "2", "6", "81.11", "fast", "80.11", "7.5", null], ends[2]);
        Assert.Equal(["asked", "4", "failed"], ends[3].Take(3));
        var metrics = await RowsAsync(queries[2]);
        Assert.Equal(["asked", "score/f1", "t", "62"], metrics[0].Take(4));
        Assert.Equal(["score/f1", .. ProgramRows.Others], metrics.Select(row => row[1]));

        var curve = SqlTests.Queries().Single(query => query.Contains("c.metric, c.value", StringComparison.Ordinal));
        Assert.Equal(["1", "1", "score/f1", "64.37"], (await RowsAsync(curve))[0]);
        var named = SqlTests.Queries().Single(query => query.Contains("epoch_metric", StringComparison.Ordinal));
        Assert.Equal(
            ["asked", "1", "1", "7001.001"],
            (await RowsAsync(named.Replace("'val_loss'", "'val/top-5'", StringComparison.Ordinal)))[0]);
    }

    private async Task<IReadOnlyList<IReadOnlyList<string?>>> RowsAsync(string query) =>
        (await database.Reader.QueryAsync(query, TestContext.Current.CancellationToken)).Rows;
}
