using Npgsql;
using Sweep.Domain.Reports;
using Sweep.Domain.Scheduling;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Storage;
using Sweep.Storage.Connections;
using Sweep.Storage.Migrations;
using Sweep.Storage.Reading;
using Sweep.Tests.Postgres;
using static Sweep.Tests.Storage.StorageDatabase;

namespace Sweep.Tests.Storage;

public sealed class SweepReaderTests(StorageDatabase database, PostgresServer server) : IClassFixture<StorageDatabase>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_trial_may_log_until_it_is_over_or_its_sweep_stops()
    {
        var trial = await database.AddRunningTrialAsync();
        Assert.True(await database.Reader.MayLogAsync(trial.Sweep, 1, Cancellation));
        await database.RunAsync($"update sweeps set state = 'paused' where id = {trial.Sweep}");
        Assert.False(await database.Reader.MayLogAsync(trial.Sweep, 1, Cancellation));
        await database.RunAsync($"update sweeps set state = 'running' where id = {trial.Sweep}");
        await database.Trials.MoveAsync(Succeed(trial), Cancellation);
        Assert.False(await database.Reader.MayLogAsync(trial.Sweep, 1, Cancellation));
        Assert.Equal(SweepState.Running, await database.Reader.StateAsync(trial.Sweep, Cancellation));
        Assert.Null(await database.Reader.StateAsync(int.MaxValue, Cancellation));
    }

    [Fact]
    public async Task An_overview_counts_trials_and_epochs_and_names_the_best()
    {
        var id = await SweepInTheMiddleAsync();
        var overview = (await database.Reader.FindAsync($"sweep-{id}", Cancellation))!;
        Assert.Equal(
            (5, 1, 1, 1, 1, 1),
            (overview.Trials, overview.Queued, overview.Running, overview.Succeeded, overview.Failed, overview.Cancelled));
        // Each trial that waits or runs counts its 100 epochs; those that are over count the 2, 1 and 0 that they finished.
        Assert.Equal((4L, 203L), (overview.EpochsDone, overview.EpochsTotal));
        Assert.Equal((1.5, 2), (overview.BestValue, overview.BestTrial));
        Assert.Equal(id, (await database.Reader.ListAsync(Cancellation))[0].Id);
        Assert.Null(await database.Reader.FindAsync("no such sweep", Cancellation));
    }

    [Fact]
    public async Task Running_trials_are_read_with_their_newest_epoch()
    {
        var id = await SweepInTheMiddleAsync();
        var running = Assert.Single(await database.Reader.RunningAsync(id, Cancellation));
        Assert.Equal((1, "w1", Epoch(1, 3), null), (running.Number, running.Worker, running.Last, running.Result));
        Assert.Equal(Parameters.ToJson(), running.Parameters.ToJson());
    }

    [Fact]
    public async Task Epochs_are_read_in_the_order_of_trial_and_epoch()
    {
        var id = await SweepInTheMiddleAsync();
        var all = await database.Reader.EpochsAsync(id, null, Cancellation).ToListAsync(Cancellation);
        Assert.Equal([(1, 1, Epoch(1, 3)), (2, 1, Epoch(1, 2)), (2, 1, Epoch(2, 1.5)), (3, 1, Epoch(1, 4))], all);
        Assert.Equal(
            [1.5],
            await database.Reader.EpochsAsync(id, 2, Cancellation)
                .Where(e => e.Metrics.Epoch == 2)
                .Select(e => e.Metrics.Value(Metric.ValLoss))
                .ToListAsync(Cancellation));
    }

    [Theory]
    [InlineData(
        "select sweep, cell, sequence_length, hidden_size, layers, fully_connected, learning_rate, batch_size, epochs, best_value "
            + "from leaderboard where sweep_id = {0} order by best_score",
        "sweep-{0}|lstm|20|128|1|[64, 32]|0.005||100|1.5")]
    [InlineData(
        "select number, state, epochs_done, val_loss, last_val_loss, macs, sample from trial_summary "
            + "where sweep_id = {0} and state = 'succeeded'",
        "2|succeeded|2|1.5|1.5|2600000|To be")]
    [InlineData(
        "select number, epoch, val_loss, learning_rate, epoch_learning_rate from learning_curves "
            + "where sweep_id = {0} order by number, epoch",
        "1|1|3|0.005|0.005")]
    [InlineData(
        "select queued, running, succeeded, failed, cancelled, epochs_done, epochs_total, best_trial from sweep_progress "
            + "where sweep_id = {0}",
        "1|1|1|1|1|4|203|2")]
    public async Task A_view_shows_parameters_as_columns(string sql, string firstRow)
    {
        var id = await SweepInTheMiddleAsync();
        var result = await database.Reader.QueryAsync(string.Format(null, sql, id), Cancellation);
        Assert.Equal(string.Format(null, firstRow, id), string.Join('|', result.Rows[0]));
    }

    [Fact]
    public async Task The_best_trials_of_a_large_sweep_are_read_from_the_index()
    {
        var id = await database.AddSweepAsync(trials: 5_000);
        await database.RunAsync($"update trials set best_score = number, best_value = number where sweep_id = {id}; analyze trials");
        var plan = await database.Reader.QueryAsync(
            $"explain select number, best_value from leaderboard where sweep_id = {id} order by best_score limit 10", Cancellation);
        Assert.Contains(plan.Rows, row => row[0]!.Contains("Index Scan using trials_by_score", StringComparison.Ordinal));
        Assert.DoesNotContain(plan.Rows, row => row[0]!.Contains("epochs", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_parameter_is_a_column_of_every_view_about_trials_with_the_value_of_the_sweep_file()
    {
        var id = await database.Reader.NextSweepIdAsync(Cancellation);
        await database.AddDatasetAsync("of its own"u8.ToArray());
        var trial = ParametersWith(changed => changed with { Optimizer = OptimizerKind.AdamW, Cell = CellKind.Gru });
        await database.Sweeps.AddAsync(id, Spec("columns", text: "of its own"u8.ToArray()), exactName: true, [trial], Cancellation);
        var names = BuiltInParameters.Catalog.All.Select(parameter => parameter.Name).ToList();
        foreach (var view in new[] { "trial_summary", "leaderboard", "learning_curves" })
            await database.Reader.QueryAsync(
                $"select {string.Join(", ", BuiltInParameters.Catalog.All.Select(parameter => parameter.Name))} from {view}", Cancellation);
        var row = await database.Reader.QueryAsync($"select optimizer, cell from trial_summary where sweep_id = {id}", Cancellation);
        Assert.Equal(["adamw", "gru"], row.Rows[0]);
        var columns = await database.Reader.QueryAsync("select (trial_parameters(params)).* from trials limit 1", Cancellation);
        Assert.Equal(names, columns.Columns.Select(column => column.Name));
    }

    [Fact]
    public async Task One_sweep_is_found_without_counting_the_trials_of_the_others()
    {
        var plan = await database.Reader.QueryAsync("explain select * from sweep_progress where sweep = 'x'", Cancellation);
        var lines = plan.Rows.Select(row => row[0]!).ToList();
        Assert.Contains(
            lines,
            line => line.Contains("sweeps_name_key", StringComparison.Ordinal)
                || line.Contains("Filter: (name = 'x'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_query_returns_columns_and_rows()
    {
        var result = await database.Reader.QueryAsync(
            "select 1 as one, 'x' as text, null as nothing, current_user::text as user -- and a comment;\n;", Cancellation);
        Assert.Equal(
            [
                new("one", QueryValue.Number), new("text", QueryValue.Text), new("nothing", QueryValue.Text),
                new QueryColumn("user", QueryValue.Text),
            ],
            result.Columns);
        Assert.Equal([["1", "x", null, "sweep_reader"]], result.Rows);
    }

    [Fact]
    public async Task A_running_trial_has_the_part_of_its_epoch_that_its_worker_told_until_the_epoch_is_stored()
    {
        var trial = new TrialId(await database.AddSweepAsync(trials: 1), 1);
        await database.Trials.MoveAsync(Lease(trial), Cancellation);
        var worker = new WorkerRecord((await RunningAsync()).Worker!, "host", 1, ["cpu"], []);
        Assert.Equal(0, (await RunningAsync()).EpochsTrained);
        var other = new TrialProgress(trial.Value + 1, 7.5);
        await new WorkerStore(database.Source).SeenAsync(worker, new(1, Progress: [other, new(trial.Value, 0.42)]), Cancellation);
        Assert.Equal(0.42, (await RunningAsync()).EpochsTrained);
        await database.Attempts.WriteEpochsAsync([Row(trial, 1, Epoch(1, 3))], Cancellation);
        Assert.Equal(1, (await RunningAsync()).EpochsTrained);
        await new WorkerStore(database.Source).GoneAsync(worker.Name, Cancellation);
        Assert.Null((await RunningAsync()).Trained);

        async Task<TrialSummary> RunningAsync() => (await database.Reader.RunningAsync(trial.Sweep, Cancellation)).Single();
    }

    [Theory]
    [InlineData("delete from workers")]
    [InlineData("with gone as (delete from workers returning 1) select * from gone")]
    [InlineData("create table mine ()")]
    [InlineData("set transaction read write")]
    [InlineData("select setval('sweep_ids', 1)")]
    [InlineData("select 1; delete from workers")]
    [InlineData("commit; delete from workers")]
    [InlineData("rollback; create table mine ()")]
    [InlineData("reset role; commit; begin; delete from workers; commit")]
    [InlineData("selec 1")]
    public async Task A_query_that_writes_and_several_queries_at_once_are_refused(string sql)
    {
        await new WorkerStore(database.Source).SeenAsync(new("stays", "host", 1, [], []), new(0), Cancellation);
        await Assert.ThrowsAsync<PostgresException>(() => database.Reader.QueryAsync(sql, Cancellation));
        Assert.Equal(1, await database.CountAsync("workers", "name = 'stays'"));
        Assert.Equal(0, await database.CountAsync("pg_class", "relname = 'mine'"));
        Assert.Equal("postgres", (await database.Source.CreateCommand("select current_user::text").ExecuteScalarAsync(Cancellation)));
    }

    [Fact]
    public async Task A_query_works_for_a_user_who_may_only_read()
    {
        var settings = new NpgsqlConnectionStringBuilder(await server.NewDatabaseAsync());
        await using var administrator = Database.Open(settings.ConnectionString);
        await Migrator.MigrateAsync(administrator, Cancellation);
        settings.Username = $"{settings.Database}_analyst";
        await administrator.CreateCommand($"create role {settings.Username} login in role sweep_reader").ExecuteNonQueryAsync(Cancellation);
        await using var analyst = Database.Open(settings.ConnectionString);
        Assert.Equal([["0"]], (await new SweepReader(analyst).QueryAsync("select count(*) from trial_summary", Cancellation)).Rows);
    }

    /// <summary>Adds a sweep whose trial 1 runs, 2 succeeded, 3 failed, 4 is cancelled and 5 waits.</summary>
    private async Task<int> SweepInTheMiddleAsync()
    {
        var id = await database.AddSweepAsync(trials: 5);
        foreach (var number in new[] { 1, 2, 3 })
            await database.Trials.MoveAsync(Lease(new(id, number)), Cancellation);
        await database.Attempts.WriteEpochsAsync(
            [
                Row(new(id, 3), 1, Epoch(1, 4)), Row(new(id, 2), 1, Epoch(2, 1.5)), Row(new(id, 2), 1, Epoch(1, 2)),
                Row(new(id, 1), 1, Epoch(1, 3)),
            ],
            Cancellation);
        await database.Trials.MoveAsync(Succeed(new(id, 2)), Cancellation);
        await database.Trials.MoveAsync(Fail(new(id, 3)), Cancellation);
        await database.Sweeps.CancelTrialAsync(new(id, 4), Cancellation);
        return id;
    }
}
