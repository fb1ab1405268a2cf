using System.Text.RegularExpressions;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Simulation;
using Sweep.Tests.Cluster;
using Sweep.Tests.Postgres;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Docs;

/// <summary>Checks that the queries of docs/sql.md answer its questions.</summary>
public sealed partial class SqlTests(PostgresServer server)
{
    private static readonly string Text = File.ReadAllText(RepositoryFolder.Join("docs", "sql.md"));

    [Fact]
    public async Task Every_query_returns_rows_for_a_sweep_in_which_something_failed()
    {
        // Trial 2 fails for good. Trial 3 fails once and then succeeds.
        var trainers = new SimulatedTrainers
        {
            Fault = (train, epoch) => epoch != 2 ? null
                : train.Trial % 1_000_000 == 2 ? new TrainerEvent.Failed(FailureReason.Diverged, "the loss of epoch 2 is not finite")
                : train.Trial % 1_000_000 == 3 && train.Attempt == 1 ? new TrainerEvent.Failed(FailureReason.TrainerError, "once") : null,
        };
        await using var silo = await TestSilo.StartAsync(server, trainers);
        var spec = SimulatedSweep.Spec("questions", silo.Dataset, trials: 3);
        var widths = new Dimension("hidden_size", new DimensionDomain.Choice([new ParameterValue.Whole(8), new ParameterValue.Whole(16)]));
        var end = await silo.EndAsync(await silo.SubmitAsync(
            spec with
            {
                Parameters = new([widths, .. spec.Parameters.Dimensions]),
                Objectives = [spec.Objective, new(new("macs"), Goal.Minimize)],
            }));
        Assert.Equal((SweepState.Completed, 5, 1), (end.State, end.Succeeded, end.Failed));
        foreach (var query in Queries().Where(query => !IsOfPrograms(query)))
            Assert.True(
                (await silo.Reader.QueryAsync(query, TestContext.Current.CancellationToken)).Rows.Count > 0, $"no rows from\n{query}");
    }

    [Fact]
    public void At_least_twelve_questions_have_one_query_each()
    {
        Assert.True(Queries().Count >= 12, $"found {Queries().Count}");
        Assert.Equal(Text.Split("\n## ").Length - 1, Queries().Count);
    }

    [Theory]
    [InlineData("leaderboard")]
    [InlineData("trial_summary")]
    [InlineData("learning_curves")]
    [InlineData("sweep_progress")]
    [InlineData("parameter_effects")]
    [InlineData("configurations")]
    [InlineData("objective_values")]
    [InlineData("fronts")]
    public void Every_view_is_used_by_a_query(string view) =>
        Assert.Contains(Queries(), query => Regex.IsMatch(query, $@"\b(from|join) {view}\b"));

    /// <summary>Whether a query asks for the metrics of programs alone.</summary>
    internal static bool IsOfPrograms(string query) =>
        query.Contains("metrics is not null", StringComparison.Ordinal) || query.Contains("(e.metrics)", StringComparison.Ordinal)
        || query.Contains("folder is not null", StringComparison.Ordinal);

    internal static List<string> Queries() => [.. SqlBlock().Matches(Text).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("^```sql\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex SqlBlock();
}
