using System.Text.Json;
using Sweep.Domain.Reports;
using Sweep.Domain.Stopping;
using Sweep.Simulation;
using Sweep.Tests.Cluster;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Client;

public sealed class ReplayTests(PostgresServer server)
{
    [Fact]
    public async Task A_replay_reads_the_stored_curves_and_trains_nothing()
    {
        await using var silo = await TestSilo.StartAsync(server, new());
        var spec = SimulatedSweep.Spec("curves", silo.Dataset, trials: 12);
        var id = await silo.SubmitAsync(spec);
        await silo.EndAsync(id);

        var (code, output, _) = await RunAsync("replay", "curves", "--stop", "asha", "--set", "first=1", "--set", "factor=3", "-o", "json");
        Assert.Equal(0, code);
        var row = Assert.Single(JsonDocument.Parse(output).RootElement.EnumerateArray());
        var curves = new List<TrialCurve>();
        for (var number = 1; number <= 12; number++)
        {
            curves.Add(new(
                await silo.QueryAsync<double>(
                    $"select val_loss from epochs e join trials t on t.id = e.trial_id where number = {number} order by epoch"),
                10));
        }

        var expected = ReplayReport.Of(spec, curves, [new StopSpec.Asha(1, 3)], 1000).Rules[0];
        Assert.Equal((expected.Epochs, expected.Regret, expected.WithoutRegret), (
            row.GetProperty("epochs").GetDouble(), row.GetProperty("regret").GetDouble(), row.GetProperty("without_regret").GetDouble()));
        Assert.InRange(row.GetProperty("share").GetDouble(), 0.1, 0.9);

        var all = (await RunAsync("replay", "curves", "--all", "--orders", "20")).Output;
        Assert.Contains("Without a rule: 120 epochs of 12 trials, best val_loss ", all, StringComparison.Ordinal);
        Assert.Contains("hyperband  first: 1, factor: 2", all, StringComparison.Ordinal);
        Assert.Matches("\n(Cheapest without regret in 95 % of the orders: stop: \\{ rule: |No rule is without regret)", all);
        Assert.StartsWith("rule,settings,epochs,", (await RunAsync("replay", "curves", "--all", "--orders", "2", "-o", "csv")).Output);

        Assert.Equal(
            (2, "sweep: --set first=10: first: found 10; expected at most 9, since no trial trains more than 10 epochs.\n"),
            await ErrorAsync("replay", "curves", "--stop", "asha", "--set", "first=10"));
        Assert.Equal(
            (2, "sweep: --set frist=1: frist: found an unknown key; the nearest known key is first.\n"),
            await ErrorAsync("replay", "curves", "--stop", "asha", "--set", "frist=1"));
        Assert.Equal(
            (2, "sweep: --stop best: stop.rule: found best; expected one of asha, hyperband, median, threshold, patience.\n"),
            await ErrorAsync("replay", "curves", "--stop", "best"));
        await silo.QueryAsync<int>("update trials set pruned_at = now() where number = 3");
        Assert.Equal(
            (2, "sweep: curves/3: found a trial whose epochs were pruned; expected trials with all their epochs.\n"),
            await ErrorAsync("replay", "curves", "--all"));

        Task<(int Code, string Output, string Error)> RunAsync(params string[] line) =>
            Samples.RunAsync([.. line, "--postgres", silo.ConnectionString]);

        async Task<(int, string)> ErrorAsync(params string[] line)
        {
            var (wrong, _, error) = await RunAsync(line);
            return (wrong, error);
        }
    }

    [Theory]
    [InlineData("replay a", "replay: found neither; expected one of --stop RULE and --all.")]
    [InlineData("replay a --all --stop asha", "replay: found both; expected one of --stop RULE and --all.")]
    [InlineData("replay a --all --set first=1", "--set: found first=1 beside --all; expected it beside --stop RULE.")]
    [InlineData("replay a --all --orders 0", "--orders: expected a whole number from 1 to 100,000.")]
    public Task A_wrong_line_is_refused(string line, string expected) =>
        Samples.RefusedAsync(expected, [.. line.Split(' '), "--postgres", "Host=/nowhere"]);
}
