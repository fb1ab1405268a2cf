using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Sweep.Benchmarks.Orchestration;
using Sweep.Grains;

namespace Sweep.Benchmarks.Scheduling;

/// <summary>
/// Measures one scheduler with a thousand workers. Each worker has four slots, renews its leases twice a second, and runs trials that last
/// some seconds and train nothing. The workers are simulated in this process; the scheduler, sweeps, trials and tables are real.
/// </summary>
public static class SchedulerBenchmark
{
    private const int SlotsEach = 4;
    private static readonly TimeSpan RenewEvery = TimeSpan.FromMilliseconds(500);

    /// <param name="arguments">Number of workers (1,000), number of trials (20,000) and seconds that a trial lasts (8).</param>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var numbers = arguments.Select(text => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)).ToArray();
        var (workers, trials, seconds) = (
            numbers.ElementAtOrDefault(0) is > 0 and var w ? w : 1_000,
            numbers.ElementAtOrDefault(1) is > 0 and var t ? t : 20_000,
            numbers.ElementAtOrDefault(2) is > 0 and var s ? s : 8);
        using var folder = new TemporaryFolder("scheduler");
        var names = Enumerable.Range(1, workers)
            .Select(number => string.Create(CultureInfo.InvariantCulture, $"simulated-{number}"))
            .ToHashSet();
        await using var cluster = await BenchmarkCluster.StartAsync(
            folder.Path, silos: 1, slots: 0, configure: services => services.AddSingleton<ILiveWorkers>(new EveryWorker(names)));
        Print(
            $"{workers} workers x {SlotsEach} slots, {trials} trials of {seconds} s, a renewal every {RenewEvery
                .TotalSeconds:0.0} s; one silo in this process, PostgreSQL with fsync, {Environment.ProcessorCount} cores.");

        var lease = new Latencies("lease, while trials wait");
        var renew = new Latencies("renew, a worker's leases at once");
        using var over = new CancellationTokenSource();
        var running = names
            .Select(name => new SimulatedWorker(
                name, SlotsEach, TimeSpan.FromSeconds(seconds), RenewEvery, cluster.Grains, lease, renew).RunAsync(over.Token))
            .ToArray();
        var started = Stopwatch.GetTimestamp();
        var sweep = await cluster.RunAsync(trials, epochs: 1);
        var elapsed = Stopwatch.GetElapsedTime(started);
        await over.CancelAsync();
        await Task.WhenAll(running);

        var succeeded = await cluster.ScalarAsync(
            $"select count(*) from trials where sweep_id = {sweep} and state = 'succeeded' and attempt = 1");
        Print(
            $"{elapsed.TotalSeconds:0.0} s, {trials / elapsed.TotalSeconds:0} trials/s (at most {(double)workers
                * SlotsEach / seconds:0} fit); {succeeded} of {trials} succeeded in one attempt");
        lease.Print();
        renew.Print();
        Print($"{Environment.WorkingSet / 1e6:0} MB in this process, silo and workers together");
        return succeeded == trials ? 0 : 1;
    }

    private static void Print(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));

    private sealed class EveryWorker(IReadOnlySet<string> names) : ILiveWorkers
    {
        public IReadOnlyDictionary<string, bool> Members { get; } = names.ToDictionary(name => name, _ => true);
    }
}
