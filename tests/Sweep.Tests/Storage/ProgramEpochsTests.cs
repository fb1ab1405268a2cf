using Npgsql;
using Sweep.Domain.Programs;
using Sweep.Domain.Search;
using Sweep.Domain.Trials;
using Sweep.Storage;
using static Sweep.Tests.Storage.StorageDatabase;

namespace Sweep.Tests.Storage;

/// <summary>Epochs whose metrics have names of a program's own.</summary>
public sealed class ProgramEpochsTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    private const string Columns = "train_loss, val_loss, val_accuracy, perplexity, learning_rate, samples_per_second";

    private static readonly Domain.Sweeps.Objective Objective = new(new("score/f1"), Goal.Maximize);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Epochs_of_a_program_are_stored_and_read_with_metrics_of_any_name()
    {
        var trial = await database.AddRunningProgramAsync();
        Assert.Empty(await database.Attempts.WriteEpochsAsync([Epoch(1, 0.5), Epoch(2, 0.75), Epoch(3, 1.0 / 3)], Cancellation));
        var stored = await database.Reader.EpochsAsync(trial.Sweep, 1, Cancellation)
            .Select(row => Assert.IsType<ProgramMetrics>(row.Metrics)).ToListAsync(Cancellation);
        Assert.Equal([(1, 0.5), (2, 0.75), (3, 1.0 / 3)], stored.Select(epoch => (epoch.Epoch, epoch.Value(new("score/f1")))));
        Assert.Equal([1.5, 1.5, 1.5], stored.Select(epoch => epoch.Seconds));
        Assert.Equal([2.5e-300, 2.5e-300, 2.5e-300], stored.Select(epoch => epoch.Find(new("Läufe \"2\""))!.Value));
        Assert.Null(stored[0].Find(Metric.ValLoss));

        var summary = await database.SummaryAsync(trial);
        Assert.Equal((3, 0.75, -0.75, 2), (summary.EpochsDone, summary.BestValue, summary.BestScore, summary.Best?.Epoch));
        Assert.Equal(new ParameterValue.Word("many"), summary.Parameters.ValueOf("layers"));
        Assert.Null(summary.Parameters.Find("hidden_size"));
        var loaded = await database.Trials.LoadAsync(trial, Cancellation);
        Assert.Equal(["epochs", "layers", "optimizer", "seed"], loaded!.Parameters.Names.Order());
        Assert.Equal([-0.5, -0.75, -1.0 / 3], await new JudgementStore(database.Source).ScoresAsync(trial, 3, Cancellation));

        EpochRow Epoch(int number, double value) => Row(trial, 1, Report(number, value), Objective);
    }

    [Fact]
    public async Task The_best_epoch_is_found_among_the_stored_ones_when_it_gets_worse()
    {
        var trial = await database.AddRunningProgramAsync();
        double[] values = [0.2, 0.9, 0.7];
        await database.Attempts.WriteEpochsAsync(
            [.. values.Select((value, index) => Row(trial, 1, Report(index + 1, value), Objective))], Cancellation);
        await database.Attempts.WriteEpochsAsync([Row(trial, 1, Report(2, 0.1), Objective)], Cancellation);
        var summary = await database.SummaryAsync(trial);
        Assert.Equal((0.7, 3), (summary.BestValue, summary.Best?.Epoch));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task An_attempt_that_begins_again_and_ends_earlier_leaves_nothing_of_the_one_before(int batch)
    {
        // The first attempt was better at every epoch, and at epoch 10 best.
        var trial = await database.AddRunningProgramAsync();
        var other = await database.AddRunningProgramAsync();
        await WriteAsync(trial, 1, epoch => epoch / 10.0, [.. Enumerable.Range(1, 10)]);
        await WriteAsync(other, 1, epoch => epoch / 10.0, [.. Enumerable.Range(1, 10)]);
        await database.Trials.MoveAsync(Requeue(trial), Cancellation);
        await database.Trials.MoveAsync(Lease(trial, 1), Cancellation);
        // Until the new attempt has a report, what was reported stands.
        Assert.Equal((10, 1.0, 10), await DoneAsync(trial));
        foreach (var epochs in Enumerable.Range(1, 3).Chunk(batch))
        {
            await WriteAsync(trial, 2, epoch => epoch == 2 ? 0.05 : 0.01, epochs);
            Assert.Equal(
                epochs[^1] == 1 ? (1, 0.01, 1) : (epochs[^1], 0.05, 2), await DoneAsync(trial));
        }

        // The same report comes again when its answer was lost.
        await WriteAsync(trial, 2, _ => 0.01, 1);
        Assert.Equal((3, 0.05, 2), await DoneAsync(trial));
        Assert.Equal(
            TrialState.Succeeded,
            await database.Trials.MoveAsync(
                Succeed(trial, 2) with { Result = null, ProgramResult = new(1, 1, 1), Epochs = 3 }, Cancellation));
        Assert.Equal((3, 0.05, 2), await DoneAsync(trial));
        Assert.Equal("1 2, 2 2, 3 2", await RowsAsync(trial));
        Assert.Equal((10, 1.0, 10), await DoneAsync(other));
    }

    [Theory]
    [InlineData(TrialState.Succeeded)]
    [InlineData(TrialState.Stopped)]
    public async Task A_trial_that_ends_without_a_report_after_its_checkpoint_has_no_later_epochs(TrialState end)
    {
        var trial = await database.AddRunningProgramAsync();
        await WriteAsync(trial, 1, epoch => epoch == 2 ? 0.05 : epoch / 10.0, [.. Enumerable.Range(1, 10)]);
        await database.Trials.MoveAsync(Requeue(trial), Cancellation);
        await database.Trials.MoveAsync(Lease(trial, 1), Cancellation);
        Assert.Equal(
            end,
            await database.Trials.MoveAsync(Succeed(trial, 2) with { Result = null, To = end, Epochs = 2 }, Cancellation));
        Assert.Equal((2, 0.1, 1), await DoneAsync(trial));
        Assert.Equal("1 1, 2 1", await RowsAsync(trial));
    }

    [Theory]
    [InlineData(TrialState.Failed)]
    [InlineData(TrialState.Cancelled)]
    public async Task A_trial_that_fails_or_is_cancelled_keeps_the_epochs_of_its_last_attempt_that_reported(TrialState end)
    {
        var trial = await database.AddRunningProgramAsync();
        await WriteAsync(trial, 1, epoch => epoch / 10.0, 1, 2, 3, 4, 5);
        await database.Trials.MoveAsync(Requeue(trial), Cancellation);
        await database.Trials.MoveAsync(Lease(trial, 1), Cancellation);
        // It goes on after epoch 2.
        await WriteAsync(trial, 2, _ => 0.1, 3);
        await database.Trials.MoveAsync(Requeue(trial, 2), Cancellation);
        await database.Trials.MoveAsync(Lease(trial, 2), Cancellation);
        if (end == TrialState.Cancelled)
            await database.RunAsync($"update trials set cancelling = true where id = {trial.Value}");
        Assert.Equal(end, await database.Trials.MoveAsync(Fail(trial, 3) with { To = end }, Cancellation));
        Assert.Equal((3, 0.2, 2), await DoneAsync(trial));
        Assert.Equal("1 1, 2 1, 3 2", await RowsAsync(trial));
    }

    [Fact]
    public async Task The_built_in_model_repeats_its_epochs_and_keeps_the_later_ones()
    {
        var trial = await database.AddRunningTrialAsync();
        foreach (var attempt in (int[])[1, 2])
        {
            await database.Attempts.WriteEpochsAsync(
                [.. Enumerable.Range(1, attempt == 1 ? 3 : 1).Select(epoch => Row(trial, attempt, Epoch(epoch, 4 - epoch)))], Cancellation);
            Assert.Equal((3, 1.0, 3), await DoneAsync(trial));
            await database.Trials.MoveAsync(Requeue(trial, attempt), Cancellation);
            await database.Trials.MoveAsync(Lease(trial, attempt), Cancellation);
        }

        Assert.Equal("1 2, 2 1, 3 1", await RowsAsync(trial));
    }

    [Theory]
    [InlineData(3_000_000_000L)]
    [InlineData(null)]
    public async Task The_result_of_a_program_is_its_time_and_its_memory_where_it_is_known(long? memory)
    {
        var trial = await database.AddRunningProgramAsync();
        await database.Attempts.WriteEpochsAsync([Row(trial, 1, Report(1, 0.5), Objective)], Cancellation);
        var result = new ProgramResult(12.5, 20.25, memory);
        Assert.Equal(
            TrialState.Succeeded,
            await database.Trials.MoveAsync(Succeed(trial) with { Result = null, ProgramResult = result }, Cancellation));
        var summary = await database.SummaryAsync(trial);
        Assert.Equal((null, result), (summary.Result, summary.ProgramResult));
    }

    [Fact]
    public async Task Views_have_the_metrics_of_programs_and_no_columns_of_the_built_in_model()
    {
        var trial = await database.AddRunningProgramAsync();
        await database.Attempts.WriteEpochsAsync(
            [Row(trial, 1, Report(1, 0.5), Objective), Row(trial, 1, Report(2, 0.25), Objective)], Cancellation);
        await database.Trials.MoveAsync(
            Succeed(trial) with { Result = null, ProgramResult = new ProgramResult(1, 1, 1) }, Cancellation);
        Assert.Equal(
            "0.5|0.25|many||",
            await TextAsync(
                $"""
                select concat_ws('|', metrics ->> 'score/f1', last_metrics ->> 'score/f1', params ->> 'layers',
                  coalesce(layers::text, ''), coalesce(val_loss::text, ''))
                from trial_summary where trial_id = {trial.Value}
                """));
        Assert.Equal("0.5", await TextAsync($"select metrics ->> 'score/f1' from leaderboard where trial_id = {trial.Value}"));
        Assert.Equal(
            "score/f1 0.5, score/f1 0.25",
            await TextAsync(
                $"""
                select string_agg(metric || ' ' || value, ', ' order by epoch) from learning_curves
                where trial_id = {trial.Value} and val_loss is null
                """));
        Assert.Equal(
            "0.5 many",
            await TextAsync($"select mean || ' ' || (params ->> 'layers') from configurations where sweep_id = {trial.Sweep}"));
        Assert.Equal(
            "2 2", await TextAsync($"select concat(epochs_done, ' ', epochs_total) from sweep_progress where sweep_id = {trial.Sweep}"));
        Assert.Null(await TextAsync($"select min(value) from parameter_effects where sweep_id = {trial.Sweep}"));
    }

    [Theory]
    [InlineData("val_loss", "2")]
    [InlineData("val_accuracy", "0.5")]
    [InlineData("train_loss", "1.5")]
    [InlineData("learning_rate", null)]
    [InlineData("score/f1", null)]
    public async Task An_epoch_of_the_built_in_model_has_its_four_metrics_by_name(string metric, string? value)
    {
        var trial = await database.AddRunningTrialAsync();
        await database.Attempts.WriteEpochsAsync([Row(trial, 1, Epoch(1))], Cancellation);
        Assert.Equal(value, await TextAsync($"select epoch_metric(e, '{metric}')::text from epochs e where trial_id = {trial.Value}"));
    }

    [Fact]
    public async Task A_row_has_the_columns_of_the_model_or_metrics_of_a_program_and_never_both()
    {
        await database.AddRunningProgramAsync();
        foreach (var wrong in (string[])["1, 1, 1, 1, 1, 1, '{}'", "1, 1, 1, 1, 1, null, null", "null, null, null, null, null, null, null"])
        {
            var error = await Assert.ThrowsAsync<PostgresException>(() => database.RunAsync(
                $"insert into epochs (trial_id, epoch, attempt, seconds, {Columns}, metrics) values (1, 1, 1, 1, {wrong})"));
            Assert.Equal("epochs_of_one_kind", error.ConstraintName);
        }

        await database.AddRunningTrialAsync();
        var none = await Assert.ThrowsAsync<PostgresException>(() => database.RunAsync("update sweeps set folder = null, dataset = null"));
        Assert.Equal("sweeps_trains_one_kind", none.ConstraintName);
    }

    private static ProgramMetrics Report(int epoch, double value) =>
        new(epoch, 1.5, new Dictionary<string, double> { ["score/f1"] = value, ["Läufe \"2\""] = 2.5e-300 });

    private async Task WriteAsync(TrialId trial, int attempt, Func<int, double> value, params int[] epochs) =>
        Assert.Empty(await database.Attempts.WriteEpochsAsync(
            [.. epochs.Select(epoch => Row(trial, attempt, Report(epoch, value(epoch)), Objective))], Cancellation));

    private async Task<(int Done, double? Best, int? At)> DoneAsync(TrialId trial)
    {
        var summary = await database.SummaryAsync(trial);
        return (summary.EpochsDone, summary.BestValue, summary.Best?.Epoch);
    }

    /// <summary>The stored epochs of a trial, each with its attempt.</summary>
    private Task<string?> RowsAsync(TrialId trial) => TextAsync(
        $"select string_agg(epoch || ' ' || attempt, ', ' order by epoch) from epochs where trial_id = {trial.Value}");

    private async Task<string?> TextAsync(string sql)
    {
        await using var command = database.Source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Cancellation) as string;
    }
}
