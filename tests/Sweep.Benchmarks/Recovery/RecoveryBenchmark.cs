using System.Diagnostics;
using System.Globalization;
using Sweep.Processes;

namespace Sweep.Benchmarks.Recovery;

/// <summary>
/// Measures, with real processes, how long the trial of a killed silo waits for another silo, how soon an added silo trains, and how much
/// faster two silos are than one.
/// </summary>
public static class RecoveryBenchmark
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>A sweep with short epochs, so that the cluster's share of the time is large.</summary>
    private static readonly TrainingGrid Nine = new(["rnn", "lstm", "gru"], [10, 20, 30], Epochs: 10);

    /// <param name="arguments">Number of silos to kill; 10 when empty.</param>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var kills = arguments is [] ? 10 : int.Parse(arguments[0], NumberStyles.None, CultureInfo.InvariantCulture);
        await KillAsync(kills);
        await SpeedAsync();
        await SimulatedSpeed.RunAsync();
        return 0;
    }

    /// <summary>
    /// Kills a silo while two silos train and the survivor has a free slot, then adds a silo in its place, again and again.
    /// </summary>
    private static async Task KillAsync(int kills)
    {
        var dead = new Quantiles("kill -9 of a worker to declared dead", 10);
        var leased = new Quantiles("kill -9 of a worker to its trial leased elsewhere", 20);
        var trained = new Quantiles("kill -9 of a worker to the first new epoch of its trial", 20);
        var added = new Quantiles("added silo ready to the first epoch that it stored", 3);
        await using var cluster = await RealCluster.StartAsync(silos: 1);
        var victim = cluster.Silos[0];
        // A silo of two slots takes over the trials of the killed silos.
        var survivor = await cluster.AddSiloAsync(slots: 2);
        for (var kill = 0; kill < kills; kill++)
        {
            // Each round has a new sweep, since a trial that has lost five workers fails.
            var sweep = string.Create(CultureInfo.InvariantCulture, $"endless-{kill}");
            await TrainingGrid.Endless(trials: 3).SubmitAsync(cluster, sweep);
            await cluster.TrialsAdvanceOnAsync(victim, epochs: 2, Limit);
            var trials = await cluster.TrialsOnAsync(victim);
            // Cancelling one of the survivor's trials makes room for the trial of the killed silo.
            await cluster.OutputAsync("cancel", $"{sweep}/{await OtherNumberAsync(cluster, sweep, survivor)}");
            await cluster.CountsAsync(
                "a free slot", 1, Limit,
                "select count(*) from trials where state = 'cancelled' and sweep_id = (select id from sweeps where name = $1)", sweep);
            var clock = Stopwatch.GetTimestamp();
            victim.Send(ProcessSignal.Kill);
            await cluster.DeclaredDeadAsync(victim, Limit);
            dead.Add(Stopwatch.GetElapsedTime(clock));
            await cluster.LeasedElsewhereAsync(trials, victim, Limit);
            leased.Add(Stopwatch.GetElapsedTime(clock));
            await cluster.CountsAsync(
                "a new epoch", 1, Limit,
                "select count(*) from epochs e join trials t on t.id = e.trial_id " +
                "where t.id = any($1) and e.attempt = t.attempt and t.attempt > 1",
                trials.ToArray());
            trained.Add(Stopwatch.GetElapsedTime(clock));
            Print(
                $"kill {kill + 1,2}: dead after {dead.Last:0.00} s, its trial leased elsewhere after {leased
                    .Last:0.00} s, a new epoch after {trained.Last:0.00} s");

            await TrainingGrid.Endless(trials: 1).SubmitAsync(cluster, sweep + "-more");
            victim = await cluster.AddSiloAsync();
            clock = Stopwatch.GetTimestamp();
            await cluster.TrialsAdvanceOnAsync(victim, epochs: 1, Limit);
            added.Add(Stopwatch.GetElapsedTime(clock));
            foreach (var old in (string[])[sweep, sweep + "-more"])
                await cluster.OutputAsync("cancel", old);
            await cluster.CountsAsync("all slots to be free", 0, Limit, "select -count(*) from trials where state = 'running'");
        }

        foreach (var line in (Quantiles[])[dead, leased, trained, added])
            Console.WriteLine(line);
    }

    private static async Task SpeedAsync()
    {
        var seconds = new List<double>();
        for (var silos = 1; silos <= 2; silos++)
        {
            await using var cluster = await RealCluster.StartAsync(silos);
            // Warm-up: the trainers are started and their code is compiled.
            await Nine.SubmitAsync(cluster, "first");
            await cluster.SweepIsOverAsync("first", Limit);
            await Nine.SubmitAsync(cluster, "measured");
            await cluster.SweepIsOverAsync("measured", Limit);
            seconds.Add(await cluster.Database.ValueAsync<double>(
                "select extract(epoch from ended_at - created_at)::double precision from sweeps where name = 'measured'"));
        }

        Print(
            $"9 trials of {Nine.Epochs} epochs: {seconds[0]:0.00} s on one silo, {seconds[1]:0.00} s on two: {seconds[0]
                / seconds[1]:0.00} times as fast; target at least 1.8: {(seconds[0] / seconds[1] >= 1.8 ? "held" : "missed")}");
    }

    private static Task<string?> OtherNumberAsync(RealCluster cluster, string sweep, RealSilo survivor) =>
        cluster.Database.ValueAsync<string>(
            "select t.number::text from trials t join sweeps s on s.id = t.sweep_id " +
            "where s.name = $1 and t.state = 'running' and t.worker = $2 limit 1",
            sweep, survivor.Name);

    private static void Print(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
}
