using Sweep.Dashboards;
using Sweep.Tests.Reports;
using Sweep.Tests.Storage;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Dashboards;

/// <summary>Runs the queries of the dashboards on a sweep of a program and on one of the built-in model.</summary>
public sealed class ProgramPanelTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    /// <summary>Panels of what only the built-in model has, which have no rows, or only nulls, of a program.</summary>
    private static readonly HashSet<string> OfTheModel =
    [
        "Did the ten best trials overfit?", "Which learning rate loses least?", "What does width do?", "How much of the past helps?",
        "What does depth do?", "What does dropout do?", "What does the batch size do?", "Which cell loses least?",
        "What does accuracy cost in training time?", "What does accuracy cost in size?", "Which trials are on the front?",
        "What does the second objective cost in the first?", "How quick is it at inference?", "How often is it right?",
        "How fast does it train?",
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_query_runs_and_the_panels_of_any_sweep_show_it(bool isProgram)
    {
        var name = isProgram ? "program" : "nine";
        if (isProgram)
            await ProgramRows.AddAsync(database, ProgramRows.Spec(name));
        else
            await ReportRows.AddNineAsync(database, name, failed: 7);
        await database.RunAsync($"update sweeps set state = 'completed' where name = '{name}'");
        var empty = new List<string>();
        foreach (var board in Dashboard.ReadAll(RepositoryFolder.Join("grafana", "dashboards")).Where(board => board.Name != "cluster"))
        {
            var variables = new Dictionary<string, string>();
            foreach (var variable in board.Variables.Where(variable => variable.GetProperty("type").GetString() == "query"))
            {
                var offered = await RowsAsync(variables, variable.GetProperty("query").GetString()!);
                var key = variable.GetProperty("name").GetString()!;
                variables[key] = key == "sweep" ? name : offered[0][0]!;
                if (key == "metric" && isProgram)
                    Assert.Equal(["score/f1", .. ProgramRows.Others], offered.Select(row => row[0]));
            }

            foreach (var query in board.Queries.Where(query => query.DatasourceType == Dashboard.Postgres))
            {
                var rows = await RowsAsync(variables, query.Text);
                // Where a panel draws over epochs or numbers, the first column alone is nothing to see.
                if (rows.All(row => row.Skip(row.Count > 1 ? 1 : 0).All(value => value is null)))
                    empty.Add(query.Panel);
            }
        }

        string[] ofFronts = ["Which trials are on the front?", "What does the second objective cost in the first?"];
        var always = isProgram ? OfTheModel : (IEnumerable<string>)ofFronts;
        Assert.Empty(empty.Except(always).Except(Unfounded));
        if (isProgram)
            Assert.Contains("Did the ten best trials overfit?", empty);
    }

    [Fact]
    public async Task The_panels_show_the_values_that_a_program_reported()
    {
        await ProgramRows.AddAsync(database, ProgramRows.Spec("values"));
        var variables = new Dictionary<string, string>
        {
            ["sweep"] = "values",
            ["trial"] = "1",
            ["metric"] = "val/top-5",
            ["parameter"] = "best",
        };
        var leaders = await PanelAsync("sweep", "Which trials lead?");
        Assert.Equal(["3", "succeeded", "81.11", "5"], leaders[0].Take(4));
        Assert.Contains("\"learning_rate\": \"fast\"", leaders[0][4], StringComparison.Ordinal);
        Assert.Contains("\"score/f1\": 81.11", leaders[0][5], StringComparison.Ordinal);
        var curves = await PanelAsync("sweep", "How did the ten best trials learn?");
        Assert.Equal(["1", "65.11"], curves[0].Take(2));
        Assert.Equal(["6", "80.11"], curves[5].Take(2));
        Assert.Equal(["1", "7003.001"], (await PanelAsync("sweep", "How did the ten best trials do in the chosen metric?"))[0].Take(2));
        Assert.Equal(11, (await PanelAsync("sweep", "What does the chosen parameter do?")).Count);
        Assert.Equal(["1", "2"], (await PanelAsync("sweep", "Which values of it are the best?")).Select(row => row[0]).Order());
        Assert.Equal(
            ["score/f1|80.37|79.37", "__proto__|1001.005|1001.006"],
            (await PanelAsync("trial", "What did it measure?")).Take(2).Select(row => string.Join('|', row)));
        Assert.Equal(["5", null, null, "80.37"], (await PanelAsync("trial", "How did it learn?"))[4]);

        await ProgramRows.AddAsync(database, ProgramRows.Spec("without-limit", epochs: null));
        variables["sweep"] = "without-limit";
        Assert.Equal("0.9166666666666666", (await PanelAsync("sweep", "How much of it is trained?"))[0][0]);
        Assert.Null((await PanelAsync("sweep", "When will it be done?"))[0][0]);
        Assert.Null((await PanelAsync("trial", "How far is it?"))[0][0]);

        Task<IReadOnlyList<IReadOnlyList<string?>>> PanelAsync(string board, string panel) => RowsAsync(
            variables,
            Assert.Single(
                Dashboard.ReadAll(RepositoryFolder.Join("grafana", "dashboards")).Single(one => one.Name == board).Queries,
                query => query.Panel == panel).Text);
    }

    /// <summary>Panels of what did not happen to these sweeps.</summary>
    private static readonly string[] Unfounded =
    [
        "How many trials reached each rung?", "How many trials did each rule stop?", "What did stopping rules stop?",
        "What did its trainers say last?", "What proposed the trials?",
    ];

    private async Task<IReadOnlyList<IReadOnlyList<string?>>> RowsAsync(IReadOnlyDictionary<string, string> variables, string query)
    {
        var (from, to) = (DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddMinutes(1));
        return (await database.Reader.QueryAsync(new QueryExpansion(variables, from, to).Expand(query), Cancellation)).Rows;
    }
}
