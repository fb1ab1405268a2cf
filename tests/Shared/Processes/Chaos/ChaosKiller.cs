using System.Globalization;
using Npgsql;

namespace Sweep.Processes.Chaos;

/// <summary>
/// Disturbs a process of a cluster every few seconds until it is cancelled.
/// <para>
/// The killer is fair: it only does what can happen to machines, and stays within the limits that Sweep promises to survive. A trial that
/// has lost five workers fails, since it is suspected of killing them. A silo with a trial that has <see cref="SparedLosses"/> losses is
/// therefore not taken away. A failed trainer is replaced only as often as the sweep's <c>retries</c> allow, so the trainers of a silo with
/// a trial that has nearly used them up are spared as well. Trainers and PostgreSQL may be disturbed while a silo is away.
/// </para>
/// </summary>
/// <param name="random">
/// Random numbers from the seed, which decide acts, victims and pauses. The timing of the processes is not controlled, so a seed repeats
/// the acts but not each interleaving.
/// </param>
public sealed class ChaosKiller(RealCluster cluster, ChaosSilos silos, TrainerDeeds trainers, Random random, ChaosJournal journal)
{
    /// <summary>
    /// Two fewer than the losses by which a trial fails, since one act may cost two losses when the silo that takes the trial over is away
    /// as well.
    /// </summary>
    private const int SparedLosses = 3;

    /// <summary>
    /// Retries that a trial must have left, since several of its trainers may be dying before the first failure is counted.
    /// </summary>
    private const int SparedFailures = 3;

    private readonly ChaosDeck<ChaosAct> _short = new(random, [.. ChaosAct.All.Where(act => !act.TakesSilosAway)]);
    private readonly ChaosDeck<ChaosAct> _long = new(random, [.. ChaosAct.All.Where(act => act.TakesSilosAway)]);

    public int Acts { get; private set; }

    /// <summary>Acts until <paramref name="over"/> is cancelled, then waits until every process is back.</summary>
    public async Task RunAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            await Task.Delay(Between(1.0, 3.0), over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (over.IsCancellationRequested)
                break;
            try
            {
                await ActAsync();
            }
            catch (NpgsqlException error)
            {
                // On an overloaded machine even PostgreSQL may not answer in time.
                journal.Say($"the killer could not look: {error.Message}");
            }
        }

        await silos.AllBackAsync();
        await trainers.AllBackAsync();
    }

    private async Task ActAsync()
    {
        silos.ReplaceLost(slots: 2);
        var control = await cluster.ControlAsync();
        var fair = await FairTrainersAsync();
        var hardTried = await HardTriedAsync();
        // A silo is away for a long time. Drawing from either deck at random keeps short acts left for the time while a silo is away.
        var turn = silos.AllThere && random.Next(2) == 0 ? _long : _short;
        if (!turn.TryDraw(IsPossible, out var act))
            return;
        Acts++;
        switch (act.Victim)
        {
            case ChaosVictim.Trainer:
                var (silo, trainer) = fair[random.Next(fair.Count)];
                var (time, obstacle) = (Between(1, 6), (TrainerFolder.Obstacle)random.Next(3));
                // A hanging trainer without a trial would not be noticed until it gets one.
                if (act.Deed != ChaosDeed.Hang || await TrainerDeeds.TrainsAsync(trainer))
                    trainers.Hit(act.Deed, silo, trainer, time, obstacle);
                break;
            case ChaosVictim.Database:
                await HitDatabaseAsync(act);
                break;
            default:
                var frozen = act.Deed == ChaosDeed.FreezeShortly ? Between(2, 5) : Between(15, 18);
                var victims = act.Victim == ChaosVictim.Control ? [control!] : Workers(act);
                silos.TryHit(act, victims[random.Next(victims.Count)], frozen, Slots(random));
                break;
        }

        bool IsPossible(ChaosAct act) => act.Victim switch
        {
            ChaosVictim.Trainer => fair.Count > 0,
            ChaosVictim.Database => true,
            ChaosVictim.Control => silos.AllThere && control is not null && !(act.CostsLeases && hardTried.Contains(control.Name)),
            _ => silos.AllThere && control is not null && Workers(act).Count > 0,
        };

        IReadOnlyList<RealSilo> Workers(ChaosAct act) =>
            [.. cluster.Silos.Where(silo => silo != control && !silo.IsFrozen && !(act.CostsLeases && hardTried.Contains(silo.Name)))];
    }

    /// <summary>From one to three slots. With one slot there is never a free one beside a trial; with three there mostly is.</summary>
    public static int Slots(Random random) => random.Next(1, 4);

    private async Task HitDatabaseAsync(ChaosAct act)
    {
        var away = Between(0.5, 4);
        var how = act.Deed == ChaosDeed.Kill ? "killed" : "stopped at once";
        using var _ = journal.Begin(
            act, null, string.Create(CultureInfo.InvariantCulture, $"PostgreSQL: {how}, back after {away.TotalSeconds:0.0} s"));
        await cluster.Database.TakeAwayAsync(act.Deed == ChaosDeed.Kill ? ProcessSignal.Kill : ProcessSignal.Quit);
        await Task.Delay(away);
        await cluster.Database.BringBackAsync();
    }

    /// <summary>Trainers that may be disturbed: their silo is not frozen, and the silo's trials have enough retries left.</summary>
    private async Task<IReadOnlyList<(RealSilo Silo, int Process)>> FairTrainersAsync()
    {
        var spared = await cluster.Database.LinesAsync(
            """
            select t.worker from trials t join sweeps s on s.id = t.sweep_id
            where t.state = 'running' and t.failures > s.retries - $1 and t.worker is not null
            """,
            SparedFailures);
        var fair = cluster.Silos.Where(silo => !silo.IsFrozen && !spared.Contains(silo.Name));
        return [.. fair.SelectMany(silo => silo.Trainers.Select(process => (silo, process)))];
    }

    /// <summary>Silos with a trial that must not lose another worker.</summary>
    private Task<IReadOnlyList<string>> HardTriedAsync() => cluster.Database.LinesAsync(
        "select worker from trials where state = 'running' and losses >= $1 and worker is not null", SparedLosses);

    private TimeSpan Between(double from, double to) => TimeSpan.FromSeconds(from + ((to - from) * random.NextDouble()));
}
