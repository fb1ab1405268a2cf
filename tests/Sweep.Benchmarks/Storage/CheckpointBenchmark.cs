using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Npgsql;
using Sweep.Client.Local;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Simulation;
using Sweep.Storage;
using Sweep.Storage.Connections;
using Sweep.Storage.Migrations;
using Sweep.Storage.Reading;

namespace Sweep.Benchmarks.Storage;

/// <summary>
/// Measures the disk space of checkpoints that replace each other without a pause. Trials write them at a given rate into a private
/// PostgreSQL with the settings that users have.
/// </summary>
public static class CheckpointBenchmark
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(15);
    private static readonly byte[] Text = "To be, or not to be"u8.ToArray();

    /// <param name="arguments">
    /// Number of trials at the same time, MB of a checkpoint, MB/s of each trial, and seconds; 16, 0.8, 1 and 180 when empty.
    /// </param>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var numbers = arguments.Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        var (trials, megabytes, rate, seconds) = numbers is [var first, var second, var third, var fourth]
            ? ((int)first, second, third, fourth)
            : (16, 0.8, 1, 180);
        using var folder = new TemporaryFolder("checkpoints");
        await using var server = await PrivatePostgres.StartAsync(folder.Path);
        await using var source = Database.Open(server.ConnectionString);
        await Migrator.MigrateAsync(source);
        var sweep = await AddSweepAsync(source, trials);
        Print(
            $"{trials} trials with checkpoints of {megabytes} MB, each {megabytes / rate:0.0##} s: {trials
                * megabytes:0.0} MB live, {trials * rate:0.0} MB/s in all");

        var start = Stopwatch.GetTimestamp();
        var log = await NumberAsync(source, "select (pg_current_wal_lsn() - '0/0')::bigint");
        var written = 0L;
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        var writing = Task.WhenAll(Enumerable.Range(1, trials).Select(number => Task.Run(async () =>
        {
            var store = new AttemptStore(source);
            var data = new byte[(int)(megabytes * 1e6)];
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(megabytes / rate));
            for (var epoch = 1; !over.IsCancellationRequested; epoch++)
            {
                RandomNumberGenerator.Fill(data);
                await store.WriteCheckpointAsync(
                    new(sweep, number), new(1, epoch, 0, Convert.ToHexStringLower(SHA256.HashData(data)), data));
                Interlocked.Add(ref written, data.Length);
                await timer.WaitForNextTickAsync();
            }
        })));
        while (!over.IsCancellationRequested)
        {
            await Task.Delay(Look, over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
            var table = await NumberAsync(source, "select pg_total_relation_size('checkpoints')");
            var walFolder = await NumberAsync(source, "select sum(size)::bigint from pg_ls_waldir()");
            var logged = await NumberAsync(source, "select (pg_current_wal_lsn() - '0/0')::bigint") - log;
            Print(
                $"{elapsed,5:0} s  written {written / 1e6,7:0} MB ({written / 1e6 / elapsed,5:0.0} MB/s)  table {table
                    / 1e6,6:0} MB  WAL written {logged / 1e6,7:0} MB, kept {walFolder / 1e6,6:0} MB");
        }

        await writing;
        return 0;
    }

    private static async Task<int> AddSweepAsync(NpgsqlDataSource source, int trials)
    {
        await new DatasetStore(source).AddAsync(Convert.ToHexStringLower(SHA256.HashData(Text)), "hamlet", Text);
        var sweep = await new SweepReader(source).NextSweepIdAsync();
        var spec = SimulatedSweep.Spec("checkpoints", Convert.ToHexStringLower(SHA256.HashData(Text)), trials, 1_000);
        await new SweepStore(source).AddAsync(sweep, spec, exactName: true, [.. SearchMethods.For(spec).Trials()]);
        var store = new TrialStore(source);
        for (var number = 1; number <= trials; number++)
            await store.MoveAsync(new(new(sweep, number), TrialState.Queued, 0, TrialState.Running, 1, 0, 0, "benchmark", "leased"));
        return sweep;
    }

    private static async Task<long> NumberAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static void Print(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
}
