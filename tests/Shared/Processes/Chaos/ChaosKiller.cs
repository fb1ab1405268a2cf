using System.Collections.Concurrent;
using System.Globalization;

namespace Sweep.Processes.Chaos;

/// <summary>
/// Hits a process of a cluster every few seconds, and puts a new one in its place, until it is told to stop.
/// <para>
/// It is fair: it does what machines do, and no more than is promised. One silo is away at a time, because a majority must be left to declare it
/// dead. A trial that has lost five workers fails alone, as the suspect that it would be elsewhere; so a silo whose trials have lost
/// <see cref="SparedLosses"/> keeps them. What it kills is retried as often as the sweep's <c>retries</c> say, so a trainer whose trial has failed that often
/// is spared as well. Trainers and PostgreSQL may be hit while a silo is away.
/// </para>
/// </summary>
/// <param name="random">The seed's. It decides acts, victims and pauses; the times of the processes are their own, so that a seed repeats the acts and not each interleaving.</param>
/// <param name="say">Hears each act.</param>
public sealed class ChaosKiller(RealCluster cluster, Random random, int retries, Action<string> say)
{
    /// <summary>Two fewer than the losses by which a trial fails: one act may cost two, when the silo that takes the trial over is away as well.</summary>
    private const int SparedLosses = 3;

    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan DeadLimit = TimeSpan.FromSeconds(30);

    private readonly ChaosDeck _deck = new(random);
    private readonly ConcurrentQueue<string> _complaints = new();
    private Task _siloAct = Task.CompletedTask;

    /// <summary>What processes did that they must not: a silo that was asked to stop and failed, one that was declared dead and went on.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    public int Acts { get; private set; }

    /// <summary>Acts until <paramref name="over"/> is cancelled, then waits until every process is back.</summary>
    public async Task RunAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            await Task.Delay(Between(1.0, 3.0), over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!over.IsCancellationRequested)
                await ActAsync();
        }

        await _siloAct;
    }

    private async Task ActAsync()
    {
        var control = await cluster.ControlAsync();
        var trainers = await FairTrainersAsync();
        var hardTried = await HardTriedAsync();
        var act = _deck.Draw(act => act.Victim switch
        {
            ChaosVictim.Trainer => trainers.Count > 0,
            ChaosVictim.Database => true,
            ChaosVictim.Control => _siloAct.IsCompleted && control is not null && !(act.CostsLeases && hardTried.Contains(control.Name)),
            _ => _siloAct.IsCompleted && control is not null && Workers(act).Count > 0,
        });
        if (act is null)
            return;
        Acts++;
        switch (act.Victim)
        {
            case ChaosVictim.Trainer:
                await HitTrainerAsync(act.Deed, trainers[random.Next(trainers.Count)]);
                break;
            case ChaosVictim.Database:
                await HitDatabaseAsync(act.Deed);
                break;
            default:
                // A silo takes its time to be declared dead and to be replaced: meanwhile others are hit.
                _siloAct = HitSiloAsync(act, act.Victim == ChaosVictim.Control ? control! : Workers(act)[random.Next(Workers(act).Count)], Between(2, 5), Between(15, 18));
                break;
        }

        IReadOnlyList<RealSilo> Workers(ChaosAct act) =>
            [.. cluster.Silos.Where(silo => silo != control && !silo.IsFrozen && !(act.CostsLeases && hardTried.Contains(silo.Name)))];
    }

    private async Task HitTrainerAsync(ChaosDeed deed, (RealSilo Silo, int Process) trainer)
    {
        var frozen = Between(1, 4);
        say(Text($"trainer {trainer.Process} of {trainer.Silo.Name}: {(deed == ChaosDeed.Kill ? "killed" : $"frozen for {frozen.TotalSeconds:0.0} s")}"));
        if (deed == ChaosDeed.Kill)
        {
            ProcessSignal.Kill.Send(trainer.Process);
            return;
        }

        ProcessSignal.Stop.Send(trainer.Process);
        await Task.Delay(frozen);
        ProcessSignal.Continue.Send(trainer.Process);
    }

    private async Task HitDatabaseAsync(ChaosDeed deed)
    {
        var away = Between(0.5, 4);
        say(Text($"PostgreSQL: {(deed == ChaosDeed.Kill ? "killed" : "stopped at once")}, back after {away.TotalSeconds:0.0} s"));
        await cluster.Database.TakeAwayAsync(deed == ChaosDeed.Kill ? ProcessSignal.Kill : ProcessSignal.Quit);
        await Task.Delay(away);
        await cluster.Database.BringBackAsync();
    }

    private async Task HitSiloAsync(ChaosAct act, RealSilo silo, TimeSpan shortly, TimeSpan longer)
    {
        var who = Text($"{silo.Name} ({(act.Victim == ChaosVictim.Control ? "control" : "worker")})");
        switch (act.Deed)
        {
            case ChaosDeed.Kill:
                say($"{who}: killed");
                silo.Send(ProcessSignal.Kill);
                break;
            case ChaosDeed.Terminate:
                say($"{who}: told to stop");
                silo.Send(ProcessSignal.Terminate);
                if (await EndOrComplainAsync(silo, DrainLimit, "was told to stop") is not (null or 0) and var code)
                    _complaints.Enqueue($"{silo.Name} was told to stop and ended with exit code {code}: {silo.LastLines()}");
                break;
            default:
                var frozen = act.Deed == ChaosDeed.FreezeShortly ? shortly : longer;
                say(Text($"{who}: frozen for {frozen.TotalSeconds:0.0} s"));
                silo.Send(ProcessSignal.Stop);
                await Task.Delay(frozen);
                var dead = await IsDeclaredDeadAsync(silo);
                silo.Send(ProcessSignal.Continue);
                say($"{silo.Name}: goes on{(dead ? ", and was declared dead" : "")}");
                if (!dead)
                    return;
                if (await EndOrComplainAsync(silo, DeadLimit, "was declared dead") is { } end)
                    say($"{silo.Name}: ended with {end}");
                break;
        }

        silo.Dispose();
        say($"{(await ReplacementAsync()).Name}: in place of {silo.Name}");
    }

    /// <summary>A silo that joins while the database goes away ends, and is started again, as by systemd.</summary>
    private async Task<RealSilo> ReplacementAsync()
    {
        while (true)
        {
            try
            {
                return await cluster.AddSiloAsync();
            }
            catch (InvalidOperationException error)
            {
                say($"started again: {error.Message}");
                await Task.Delay(TimeSpan.FromSeconds(1));
            }
        }
    }

    private async Task<int?> EndOrComplainAsync(RealSilo silo, TimeSpan limit, string why)
    {
        try
        {
            return await silo.EndAsync(limit);
        }
        catch (TimeoutException error)
        {
            _complaints.Enqueue($"{silo.Name} {why} and goes on: {error.Message}");
            return null;
        }
    }

    private async Task<bool> IsDeclaredDeadAsync(RealSilo silo) => (await Waiting.UntilAsync(
        "PostgreSQL to say who is a member", DeadLimit, async () => (await cluster.IsDeclaredDeadAsync(silo), true))).Found;

    /// <summary>Trainers of silos that are not frozen, whose trials may still fail.</summary>
    private async Task<IReadOnlyList<(RealSilo Silo, int Process)>> FairTrainersAsync()
    {
        var spared = await cluster.Database.LinesAsync("select worker from trials where state = 'running' and failures >= $1 and worker is not null", retries);
        return [.. cluster.Silos.Where(silo => !silo.IsFrozen && !spared.Contains(silo.Name)).SelectMany(silo => silo.Trainers.Select(process => (silo, process)))];
    }

    /// <summary>Silos with a trial that has lost as many workers as is fair.</summary>
    private Task<IReadOnlyList<string>> HardTriedAsync() =>
        cluster.Database.LinesAsync("select worker from trials where state = 'running' and losses >= $1 and worker is not null", SparedLosses);

    private TimeSpan Between(double from, double to) => TimeSpan.FromSeconds(from + ((to - from) * random.NextDouble()));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
