using System.Globalization;
using Sweep.Domain.Reports;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Storage;
using Sweep.Tests.Search;
using static Sweep.Tests.Storage.StorageDatabase;

namespace Sweep.Tests.Storage;

/// <summary>Compares the view fronts with the front of the report, which is computed in C#.</summary>
public sealed class FrontsTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ObjectiveStore Objectives => new(database.Source);

    [Theory]
    [InlineData("val_loss macs", 1)]
    [InlineData("macs val_accuracy", 2)]
    [InlineData("val_loss train_seconds model_parameters", 1)]
    [InlineData("perplexity inference_ms model_bytes macs", 2)]
    public async Task The_view_has_the_front_of_the_report(string metrics, int replicates)
    {
        var (id, spec) = await AddAsync(metrics, replicates);
        var report = SweepReport.Of(spec, await database.Reader.TrialsAsync(id, Cancellation));
        Assert.InRange(report.Objectives!.Front.Count, 2, report.Points.Count - 2);
        var rows = (await database.Reader.QueryAsync(
            $"select first_trial, trials, array_to_string(values, ' ') from fronts where sweep = '{spec.Name}' order by first_trial",
            Cancellation)).Rows;
        Assert.Equal(
            report.Objectives.Front
                .Select(point => (
                    point.Succeeded.First(HasAll).Number, point.Succeeded.Count(HasAll), string.Join(' ', point.Values!.Select(Short))))
                .Order(),
            rows.Select(row => (
                (int)Number(row[0]), (int)Number(row[1]), string.Join(' ', row[2]!.Split(' ').Select(Number).Select(Short)))));
        Assert.Equal(
            report.Objectives.Front.Select(point => point.Succeeded.First(HasAll).Number),
            await Objectives.FrontAsync(id, Cancellation));
        Assert.Subset(report.Ranks.Keys.ToHashSet(), (await Objectives.ScoresAsync(id, Cancellation)).Keys.ToHashSet());

        bool HasAll(TrialSummary trial) =>
            spec.Objectives!.All(objective => ObjectiveMetrics.Value(objective.Metric, trial.Best, trial.Result) is not null);

        static double Number(string? text) => double.Parse(text!, CultureInfo.InvariantCulture);

        static string Short(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task A_sweep_with_one_objective_has_no_rows()
    {
        var trial = await database.AddRunningTrialAsync();
        await database.Attempts.WriteEpochsAsync([Row(trial, 1, Epoch(1))], Cancellation);
        await database.Trials.MoveAsync(Succeed(trial), Cancellation);
        Assert.Empty(await Objectives.ScoresAsync(trial.Sweep, Cancellation));
        Assert.Equal(0, await database.CountAsync("fronts", $"sweep_id = {trial.Sweep}"));
    }

    [Fact]
    public async Task The_front_keeps_its_checkpoints_before_trials_that_are_better_by_one_objective_alone()
    {
        var spec = Spec("kept") with { Objectives = [new(new("macs"), Goal.Minimize), new(Metric.ValLoss, Goal.Minimize)] };
        var id = await database.Reader.NextSweepIdAsync(Cancellation);
        await database.Sweeps.AddAsync(id, spec, exactName: true, [.. Enumerable.Repeat(Parameters, 6)], Cancellation);
        // Trial 2 has the second best loss, but trial 1 beats it in both; trial 6 has not ended.
        (double Loss, long Macs)[] ends = [(1, 10), (2, 20), (3, 5), (4, 1), (double.NaN, 0), (9, 9)];
        foreach (var (index, (loss, macs)) in ends.Index())
        {
            var trial = new TrialId(id, index + 1);
            await database.Trials.MoveAsync(Lease(trial), Cancellation);
            await database.Attempts.WriteEpochsAsync([Row(trial, 1, Epoch(1, loss))], Cancellation);
            await database.Attempts.WriteCheckpointAsync(trial, new(1, 1, 0, Hash([1]), [1]), Cancellation);
            if (trial.Number < 6)
                await database.Trials.MoveAsync(Succeed(trial) with { Result = Result with { Macs = macs } }, Cancellation);
        }

        Assert.Empty(await Objectives.FreeCheckpointsAsync(id, 3, Cancellation));
        Assert.Empty(await Objectives.FreeCheckpointsAsync(id, 3, Cancellation));
        Assert.Equal(4, await database.CountAsync("checkpoints", $"trial_id in ({id}000001, {id}000003, {id}000004, {id}000006)"));
        Assert.Equal(4, await database.CountAsync("checkpoints", $"trial_id / 1000000 = {id}"));
        var retained = await new RetentionStore(database.Source).TrialsAsync(id, Cancellation);
        Assert.Equal([1, 2, 1, 1, null, null], retained.Select(trial => trial.Rank));
        Assert.Equal([10, 20, 5, 1], retained.Take(4).Select(trial => trial.Score));
    }

    /// <summary>Adds a sweep of 60 points with made-up results. Some trials failed, and some have no finite loss.</summary>
    private async Task<(int Id, SweepSpec Spec)> AddAsync(string metrics, int replicates)
    {
        Objective[] objectives =
        [
            .. metrics.Split(' ').Select(name => new Metric(name)).Select(
                metric => new Objective(metric, ObjectiveMetrics.DefaultGoal(metric)!.Value)),
        ];
        var spec = Spec(metrics.Replace(' ', '-')) with
        {
            Objective = ObjectiveMetrics.OfEpochs(objectives)!,
            Objectives = objectives,
            Replicates = replicates,
            Parameters = Spaces.Of(Spaces.Range("hidden_size", 1, 60, step: 1)),
        };
        var id = await database.Reader.NextSweepIdAsync(Cancellation);
        await database.Sweeps.AddAsync(id, spec, exactName: true, [.. SearchMethods.For(spec).Trials()], Cancellation);
        await database.RunAsync($"""
            insert into epochs (
              trial_id, epoch, attempt, train_loss, val_loss, val_accuracy, perplexity, learning_rate, seconds, samples_per_second)
            select id, 1, 1, 1, v, 1 / (1 + v), exp(v), 0.1, 1, 1
            from (select id, case when number % 17 = 0 then 'nan' else 2 + sin(number * 1.7) end as v from trials where sweep_id = {id}) t;
            update trials set state = case when number % 13 = 0 then 'failed' else 'succeeded' end, epochs_done = 1, best_epoch = 1,
              best_value = 2 + sin(number * 1.7), best_score = 2 + sin(number * 1.7),
              train_seconds = 5 + round(4 * sin(number * 0.7)), parameters = 100 + number * 37 % 40, model_bytes = 400 + number * 11 % 23,
              macs = 10 + number * 29 % 31, inference_ms = 1 + cos(number * 2.3), inference_windows_per_second = 1, training_windows = 1,
              validation_windows = 1, peak_memory_bytes = 1, sample = ''
            where sweep_id = {id};
            """);
        return (id, spec);
    }
}
