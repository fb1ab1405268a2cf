using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Sweep.Client.Local;
using Sweep.Storage.Connections;
using Sweep.Storage.Migrations;

namespace Sweep.Benchmarks.Views;

/// <summary>
/// Measures how long queries of the views take on a sweep of 50,000 trials with 200 epochs each, which are 10 million rows.
/// </summary>
internal static class ViewsBenchmark
{
    private const int Repetitions = 15;

    private static readonly (string Name, double? TargetMilliseconds, string Sql)[] Questions =
    [
        (
            "leaderboard, top 10", 1,
            "select number, cell, learning_rate, best_value, val_accuracy from leaderboard " +
            "where sweep_id = 1 order by best_score limit 10"),
        ("leaderboard, top 10, by name", 1,
            "select number, cell, learning_rate, best_value, val_accuracy from leaderboard " +
            "where sweep_id = (select id from sweeps where name = 'large') order by best_score limit 10"),
        ("learning_curves of the 10 best", 5,
            "select number, epoch, train_loss, val_loss from learning_curves where trial_id in (" +
            "select trial_id from leaderboard where sweep_id = 1 order by best_score limit 10) order by number, epoch"),
        ("sweep_progress", 50, "select * from sweep_progress where sweep = 'large'"),
        ("trial_summary of one trial", null, "select * from trial_summary where trial_id = 1000100"),
        ("parameter_effects", null, "select * from parameter_effects where sweep = 'large'"),
    ];

    /// <param name="arguments">Number of trials, and of epochs of each trial; 50000 200 when empty.</param>
    /// <returns>0, or 1 when a target is missed.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var (trials, epochs) = arguments is [var first, var second, ..] ? (Whole(first), Whole(second)) : (50_000, 200);
        using var folder = new TemporaryFolder("views");
        // The data need not survive, and durability does not affect the time of a query.
        await using var server = await PrivatePostgres.StartAsync(folder.Path, durable: false);
        await using var source = Database.Open(server.ConnectionString);
        await Migrator.MigrateAsync(source);
        var start = Stopwatch.GetTimestamp();
        await LoadAsync(source, trials, epochs);
        Console.WriteLine(FormattableString.Invariant(
            $"{(long)trials * epochs:#,0} epochs of {trials:#,0} trials loaded in {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s"));

        var missed = 0;
        foreach (var (name, target, sql) in Questions)
        {
            var (median, worst, rows) = await TimeAsync(source, sql);
            var met = target is null || median <= target;
            missed += met ? 0 : 1;
            Console.WriteLine(FormattableString.Invariant(
                $"{name,-32} {median,9:0.00} ms median {worst,9:0.00} ms worst {rows,6} rows  {(
                    target is null ? "" : $"target {target} ms: {(met ? "met" : "MISSED")}")}"));
        }

        return missed == 0 ? 0 : 1;
    }

    private static async Task LoadAsync(NpgsqlDataSource source, int trials, int epochs)
    {
        string[] statements =
        [
            "insert into datasets (sha256, name, bytes, characters, vocabulary) values ('abc', 'text', 'text', 4, 3)",
            $$"""
            insert into sweeps (id, name, state, spec, dataset, retries, metric, goal, varying, trial_count)
            values (1, 'large', 'running', '{}', 'abc', 3, 'val_loss', 'minimize', '{cell,learning_rate,layers}', {{trials}})
            """,
            $$"""
            insert into trials (
              id, sweep_id, number, params, state, attempt, epochs_done, best_value, best_score, best_epoch, train_seconds, inference_ms,
              inference_windows_per_second, parameters, model_bytes, macs, training_windows, validation_windows, peak_memory_bytes, sample,
              started_at)
            select 1000000 + n, 1, n,
              jsonb_build_object(
                'cell', (array['rnn', 'lstm', 'gru'])[1 + n % 3], 'sequence_length', 20, 'hidden_size', 128, 'layers', 1 + n % 4,
                'fully_connected', '[]'::jsonb, 'learning_rate', 0.0001 + n * 0.000001, 'batch_size', 'full', 'dropout', 0,
                'epochs', {{epochs}}, 'optimizer', 'adam', 'weight_decay', 0, 'gradient_clipping', 0, 'seed', n),
              case when n % 100 = 0 then 'failed' when n % 100 < 20 then 'running' else 'succeeded' end, 1, {{epochs}},
              1 + (n * 7919 % 50000) / 50000.0, 1 + (n * 7919 % 50000) / 50000.0, {{epochs}} / 2, 100, 0.2, 20000, 100000, 400000, 1000000,
              1904, 476, 300000000, repeat('to be or not to be, ', 25), now()
            from generate_series(1, {{trials}}) n
            """,
            // The rows are stored in the order of a real cluster, where all trials advance together.
            $"""
            insert into epochs (
              trial_id, epoch, attempt, train_loss, val_loss, val_accuracy, perplexity, learning_rate, seconds, samples_per_second, at)
            select 1000000 + n, e, 1, 4.0 / e, 4.1 / e, 0.5, 8, 0.005, 0.5, 4000, now() - interval '1 second' * ({epochs} - e)
            from generate_series(1, {epochs}) e, generate_series(1, {trials}) n
            """,
            "vacuum analyze",
        ];
        foreach (var statement in statements)
        {
            await using var command = source.CreateCommand(statement);
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync();
        }
    }

    private static async Task<(double Median, double Worst, int Rows)> TimeAsync(NpgsqlDataSource source, string sql)
    {
        var times = new List<double>();
        var rows = 0;
        await using var connection = await source.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        for (var repetition = 0; repetition < Repetitions; repetition++)
        {
            var start = Stopwatch.GetTimestamp();
            rows = 0;
            await using (var reader = await command.ExecuteReaderAsync())
            {
                while (await reader.ReadAsync())
                    rows++;
            }

            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        times.Sort();
        return (times[Repetitions / 2], times[^1], rows);
    }

    private static int Whole(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
