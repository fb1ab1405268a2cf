using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Sweep.Client.Local;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Storage;
using Sweep.Storage.Connections;
using Sweep.Storage.Migrations;
using Sweep.Storage.Reading;

namespace Sweep.Benchmarks.Storage;

/// <summary>Measures how fast epochs, grids and moves are stored in a private PostgreSQL that uses fsync, as for users.</summary>
public static class StorageBenchmark
{
    private const int Writers = 8;
    private static readonly byte[] Text = "To be, or not to be"u8.ToArray();
    private static readonly string Hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Text));

    /// <param name="arguments">Seconds for each measurement; 5 when empty.</param>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var time = TimeSpan.FromSeconds(arguments is [var seconds, ..] ? double.Parse(seconds, CultureInfo.InvariantCulture) : 5);
        var folder = Path.Combine("/tmp", $"sweep-benchmark-{Environment.ProcessId}");
        try
        {
            await using var server = await PrivatePostgres.StartAsync(folder);
            await using var source = Database.Open(server.ConnectionString);
            await Migrator.MigrateAsync(source);
            await new DatasetStore(source).AddAsync(Hash, "hamlet", Text);

            foreach (var batch in new[] { 1, 16, 200 })
                await EpochsAsync(source, batch, time);
            await GridAsync(source);
            await MovesAsync(source, 100, time);
        }
        finally
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static async Task EpochsAsync(NpgsqlDataSource source, int batch, TimeSpan time)
    {
        const int trialsEach = 8;
        var sweep = await AddSweepAsync(source, Writers * trialsEach);
        var trials = new TrialStore(source);
        await Task.WhenAll(Enumerable.Range(1, Writers * trialsEach).Select(number => trials.MoveAsync(Lease(new(sweep, number)))));
        var store = new AttemptStore(source);
        var (calls, latencies, elapsed) = await RepeatAsync(Writers, time, (writer, call) => store.WriteEpochsAsync(
            [
                .. Enumerable.Range(call * batch, batch)
                    .Select(row => Row(new(sweep, (writer * trialsEach) + (row % trialsEach) + 1), (row / trialsEach) + 1)),
            ]));
        Print($"epochs, {Writers} writers x {batch} rows", calls * batch / elapsed.TotalSeconds, "rows/s", latencies);
    }

    private static async Task GridAsync(NpgsqlDataSource source)
    {
        var start = Stopwatch.GetTimestamp();
        var planned = SearchMethods.For(Grid).Trials().ToList();
        var planning = Stopwatch.GetElapsedTime(start);
        var id = await new SweepReader(source).NextSweepIdAsync();
        await new SweepStore(source).AddAsync(id, Grid, exactName: false, planned);
        var all = Stopwatch.GetElapsedTime(start);
        Console.WriteLine(FormattableString.Invariant(
            $"{"grid of " + planned.Count + " trials",-32} planned in {planning.TotalSeconds:0.00} s, planned and stored in {all
                .TotalSeconds:0.00} s"));
        start = Stopwatch.GetTimestamp();
        await new SweepStore(source).DeleteAsync(id);
        var deleted = Stopwatch.GetElapsedTime(start);
        while (await new DeletedSweeps(source).EraseAsync(id) > 0)
        {
        }

        Console.WriteLine(FormattableString.Invariant(
            $"{"the same",-32} deleted in {deleted.TotalSeconds:0.00} s, all rows gone after {Stopwatch.GetElapsedTime(start)
                .TotalSeconds:0.00} s"));
    }

    private static async Task MovesAsync(NpgsqlDataSource source, int callers, TimeSpan time)
    {
        var sweep = await AddSweepAsync(source, 100 * callers);
        var store = new TrialStore(source);
        var (calls, latencies, elapsed) = await RepeatAsync(callers, time, async (caller, call) =>
        {
            // Each of the caller's trials is leased and given back in turn, so that the caller never runs out of trials.
            var trial = new TrialId(sweep, (caller * 100) + (call / 2 % 100) + 1);
            var attempt = (call / 200) + (call % 2);
            var move = call % 2 == 0
                ? Lease(trial, attempt)
                : new(trial, TrialState.Running, attempt, TrialState.Queued, attempt, 0, 0, null, "requeued");
            if (await store.MoveAsync(move) is null)
                throw new InvalidOperationException($"The move {move} was refused.");
        });
        Print($"moves, {callers} callers", calls / elapsed.TotalSeconds, "moves/s", latencies);
    }

    private static async Task<(long Calls, double[] Milliseconds, TimeSpan Elapsed)> RepeatAsync(
        int callers, TimeSpan time, Func<int, int, Task> act)
    {
        var latencies = new ConcurrentBag<double>();
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            for (var call = 0; Stopwatch.GetElapsedTime(start) < time; call++)
            {
                var began = Stopwatch.GetTimestamp();
                await act(caller, call);
                latencies.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
        })));
        return (latencies.Count, [.. latencies.Order()], Stopwatch.GetElapsedTime(start));
    }

    private static void Print(string what, double rate, string unit, double[] milliseconds) =>
        Console.WriteLine(FormattableString.Invariant(
            $"{what,-32} {rate,10:N0} {unit,-8} p50 {milliseconds[milliseconds.Length / 2],6:0.0} ms  p99 {milliseconds[
                milliseconds.Length * 99 / 100],6:0.0} ms"));

    private static async Task<int> AddSweepAsync(NpgsqlDataSource source, int trials)
    {
        var id = await new SweepReader(source).NextSweepIdAsync();
        await new SweepStore(source).AddAsync(id, Grid, exactName: false, [.. SearchMethods.For(Grid).Trials().Take(trials)]);
        return id;
    }

    private static TrialTransition Lease(TrialId trial, int attempt = 0) =>
        new(trial, TrialState.Queued, attempt, TrialState.Running, attempt + 1, 0, 0, "benchmark", "leased");

    private static EpochRow Row(TrialId trial, int epoch)
    {
        var loss = 1.5 + (2.0 / epoch);
        return new(trial, 1, new EpochMetrics(epoch, loss - 0.1, loss, 0.5, 0.005, 0.5, 4_000), loss, loss);
    }

    private static SweepSpec Grid { get; } = new(
        "benchmark",
        new("hamlet", Hash, SplitKind.Random, 0.2),
        new(Metric.ValLoss, Goal.Minimize),
        new(MethodKind.Grid),
        new([
            new("hidden_size", new DimensionDomain.Range(1, 1_000, Scale.Linear, null, 1)),
            new("learning_rate", new DimensionDomain.Range(1e-5, 1e-1, Scale.Log, 100, null)),
        ]),
        new(),
        new(),
        Retries: 3,
        Seed: 42);
}
