using System.Diagnostics;
using System.Globalization;
using Sweep.Domain.Stopping;
using Sweep.Security;

namespace Sweep.Benchmarks.Orchestration;

/// <summary>
/// Measures the cost of a trial besides its training, with sweeps of simulated trials that only report their epochs, through two silos into
/// PostgreSQL.
/// </summary>
public static class OrchestrationBenchmark
{
    private const int Silos = 2;
    private const int SlotsEach = 64;
    private const int Epochs = 10;
    private const int Target = 1_000;

    /// <summary>
    /// Trials a second of Optuna 5.0-dev with 10 reports a trial, 2 workers, PostgreSQL and 400 trials, measured on an idle machine of 2
    /// cores.
    /// </summary>
    private const double Optuna = 61;

    /// <summary>Published trials a second of Ray Tune.</summary>
    private const double RayTune = 14;

    /// <param name="arguments">
    /// Trials of each sweep; 1,000 and 20,000 when empty. With <c>tls</c> before them the silos use TLS, with <c>asha</c> a stopping rule
    /// judges the trials.
    /// </param>
    /// <returns>0, or 1 when an epoch or a trial is missing.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var (tls, asha) = (arguments.Contains("tls"), arguments.Contains("asha"));
        IReadOnlyList<StopSpec>? stop = asha ? [new StopSpec.Asha()] : null;
        int[] sizes = arguments.Except(["tls", "asha"]).ToArray() is { Length: > 0 } given
            ? [.. given.Select(size => int.Parse(size, NumberStyles.None, CultureInfo.InvariantCulture))]
            : [1_000, 20_000];
        using var folder = new TemporaryFolder("orchestration");
        using var keys = new TemporaryFolder("certificates");
        await using var cluster = await BenchmarkCluster.StartAsync(
            folder.Path, Silos, SlotsEach, certificates: tls ? Certificates(keys.Path) : null);
        Console.WriteLine(
            $"{(tls ? "TLS, " : "")}{(asha ? "asha, " : "")}{Silos} silos x {SlotsEach} slots in one process, {Epochs} epochs a trial, " +
            "PostgreSQL with fsync, " +
            $"{Environment.ProcessorCount} cores; from the submission to the end of the sweep.");
        // Warm-up: the code is compiled and the connection pools are filled.
        for (var round = 0; round < 2; round++)
            await cluster.RunAsync(sizes[0], Epochs, stop);

        var rates = new List<double>();
        foreach (var trials in sizes)
        {
            var (start, busy) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            var sweep = await cluster.RunAsync(trials, Epochs, stop);
            var elapsed = Stopwatch.GetElapsedTime(start);
            var rate = trials / elapsed.TotalSeconds;
            rates.Add(rate);
            Print(
                $"{trials,7} trials {elapsed.TotalSeconds,7:0.00} s {rate,7:0} trials/s   {rate / Optuna,5:0.0} x Optuna (61)   {rate
                    / RayTune,5:0.0} x Ray Tune (14)   {Environment.CpuUsage.TotalTime.Subtract(busy)
                    / elapsed:0.00} cores and {Environment.WorkingSet / 1e6:0} MB in this process");
            if (!await IsWholeAsync(cluster, sweep, trials))
                return 1;
        }

        Print(
            $"flatness {rates[^1] / rates[0]:0.00} (rate of the last sweep over the first's); target at least {Target} trials/s: {(
                rates.Min() >= Target ? "held" : "missed")}");
        return 0;
    }

    private static string Certificates(string folder)
    {
        using var authority = CertificateAuthority.Create(
            Path.Combine(folder, "authority"), CertificateAuthority.DefaultLife, DateTimeOffset.UtcNow);
        var silos = Path.Combine(folder, "silos");
        authority.Issue(CertificateRole.Silo, [], silos, CertificateAuthority.DefaultCertificateLife, DateTimeOffset.UtcNow);
        return silos;
    }

    private static async Task<bool> IsWholeAsync(BenchmarkCluster cluster, int sweep, int trials)
    {
        // A trial that a rule stopped is whole when it has the epochs up to where it was stopped.
        var whole = await cluster.ScalarAsync(
            $"select count(*) from trials where sweep_id = {sweep} and best_epoch is not null "
            + $"and (state = 'succeeded' and epochs_done = {Epochs} or state = 'stopped' and epochs_done < {Epochs})");
        var expected = await cluster.ScalarAsync($"select coalesce(sum(epochs_done), 0)::bigint from trials where sweep_id = {sweep}");
        var rows = await cluster.ScalarAsync(
            $"select count(*) from epochs e join trials t on t.id = e.trial_id where t.sweep_id = {sweep} and e.epoch <= t.epochs_done");
        var attempts = await cluster.ScalarAsync($"select coalesce(sum(attempt), 0)::bigint from trials where sweep_id = {sweep}");
        Print($"        {whole} trials ended in {attempts} attempts, {rows} epochs stored of {expected}");
        return whole == trials && rows == expected;
    }

    private static void Print(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
}
