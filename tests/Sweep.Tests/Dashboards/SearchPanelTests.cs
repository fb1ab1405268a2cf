using Sweep.Dashboards;
using Sweep.Domain.Search;
using Sweep.Domain.Stopping;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Simulation;
using Sweep.Storage.Connections;
using Sweep.Storage.Reading;
using Sweep.Tests.Cluster;
using Sweep.Tests.Postgres;
using Sweep.Tests.SweepFiles;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Dashboards;

/// <summary>
/// Runs the queries of the row Search on a sweep with a method that learns and a stopping rule, on a real silo with simulated trainers.
/// </summary>
[Collection("silos")]
public sealed class SearchPanelTests(PostgresServer server)
{
    private const int Trials = 20;
    private const int Epochs = 10;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_panels_of_the_search_show_what_was_proposed_judged_stopped_and_found()
    {
        await using var silo = await TestSilo.StartAsync(
            server, new() { Loss = (train, epoch) => Loss(TrialId.From(train.Trial).Number, epoch), FinalCheckpoint = true }, slots: 3);
        using var measured = new SiloMeasurements(silo.Meters);
        var spec = SimulatedSweep.Spec("searched", silo.Dataset, trials: 1) with
        {
            Method = new(MethodKind.Tpe, Trials),
            Search = new(Window: 4),
            Stop = [new StopSpec.Asha(1, 3), new StopSpec.Patience(Epochs - 2)],
            Objective = new(Metric.ValLoss, Goal.Minimize),
            Parameters = Of(
                Range("learning_rate", 1e-4, 1, Scale.Log), Choice("epochs", Whole(Epochs)), Choice("sequence_length", Whole(1)),
                Choice("batch_size", Word("full"))),
        };
        var id = await silo.SubmitAsync(spec);
        var end = await silo.EndAsync(id);
        Assert.Equal((SweepState.Completed, Trials), (end.State, end.Proposed));
        Assert.Equal(Trials, measured.Read("sweep.proposals"));

        // The first ten trials are Sobol's points, which TPE learns from.
        Assert.Equal(
            ["start of tpe|10", "tpe|10"], (await RowsAsync(silo, "What proposed the trials?")).Order(StringComparer.Ordinal));
        // Each trial is judged at its first epoch, and each that went on at the third and the ninth.
        var left = await silo.QueryAsync<int>($"select epochs_done from trials where sweep_id = {id} order by number");
        Assert.Equal(
            from rung in new[] { 1, 3, 9 }
            let reached = left.Count(epochs => epochs >= rung)
            where reached > 0
            select $"epoch {rung}|{reached}|{left.Count(epochs => epochs == rung)}",
            await RowsAsync(silo, "How many trials reached each rung?"));
        Assert.InRange(end.Stopped, Trials / 2, Trials - 1);
        Assert.Equal([$"{end.Stopped}|0|0|0|0"], await RowsAsync(silo, "How many trials did each rule stop?"));
        Assert.Equal(["0"], await RowsAsync(silo, "How many trials wait to be judged?"));
        var best = double.PositiveInfinity;
        var soFar = left.Select((epochs, index) => best = Math.Min(best, ValLoss(index + 1, epochs))).ToList();
        Assert.Equal(
            soFar.Select(value => Math.Round(value, 9)),
            (await RowsAsync(silo, "What was the best value after each trial?"))
                .Select(row => Math.Round(double.Parse(row.Split('|')[1], System.Globalization.CultureInfo.InvariantCulture), 9)));

        await using var source = Database.Open(silo.ConnectionString);
        var search = new SearchReader(source);
        var proposers = await search.ProposersAsync(id, Cancellation);
        Assert.Equal([("start of tpe", 10), ("tpe", 10)], proposers.Select(one => (one.By, one.Trials)));
        Assert.Equal(end.Stopped, proposers.Sum(one => one.Stopped));
        Assert.Equal(Enumerable.Range(1, 10), proposers[0].Starts);
        Assert.Empty(proposers[1].Starts);
        Assert.Equal((end.BestTrial, end.BestValue), proposers.Select(one => (one.Best, one.BestValue)).MinBy(one => one.BestValue));
        Assert.Empty(await search.UnfinishedAsync(id, 10, Cancellation));
        Assert.Equal(end.Succeeded, (await search.SpeedsAsync(500, Cancellation)).Count);
    }

    private static async Task<List<string>> RowsAsync(TestSilo silo, string panel)
    {
        var board = Dashboard.ReadAll(RepositoryFolder.Join("grafana", "dashboards")).Single(one => one.Name == "sweep");
        var query = Assert.Single(board.Queries, query => query.Panel == panel);
        var expansion = new QueryExpansion(
            new Dictionary<string, string> { ["sweep"] = "searched" }, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow);
        return [.. (await silo.Reader.QueryAsync(expansion.Expand(query.Text), Cancellation)).Rows.Select(row => string.Join('|', row))];
    }

    /// <summary>The training loss, below which the validation loss of a simulated trainer is by 0.1.</summary>
    private static double Loss(int number, int epoch) => 1 + (number * 7 % Trials / (double)Trials) + (1.0 / epoch);

    private static double ValLoss(int number, int epoch) => Loss(number, epoch) + 0.1;
}
