using System.Collections.Concurrent;
using System.Globalization;

namespace Sweep.Processes.Chaos;

/// <summary>
/// The silos of a disturbed cluster, each with its own trainer folder. Only one is away at a time, because a majority must be left to
/// declare it dead. A new silo then takes its place.
/// </summary>
public sealed class ChaosSilos(RealCluster cluster, ChaosJournal journal)
{
    /// <summary>Exit code of a silo that the cluster declared dead.</summary>
    private const int DeclaredDead = 5;

    /// <summary>
    /// Longest time for an orderly end. Half of it is a silo's own limit for writing checkpoints; the other half allows for a database that
    /// is away.
    /// </summary>
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan DeadLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ControlLimit = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly ConcurrentDictionary<string, TrainerFolder> _folders = new();
    private readonly ConcurrentDictionary<RealSilo, bool> _present = new();
    private readonly Lock _gate = new();
    private Task _away = Task.CompletedTask;
    private int _started;

    /// <summary>Returns the complaints since the last call, and removes them.</summary>
    public IReadOnlyList<string> TakeComplaints()
    {
        var taken = new List<string>();
        while (_complaints.TryDequeue(out var complaint))
            taken.Add(complaint);
        return taken;
    }

    /// <summary>Whether no silo is away.</summary>
    public bool AllThere => _away.IsCompleted;

    public async Task<RealSilo> AddAsync(int slots)
    {
        var folder = new TrainerFolder(
            cluster.Join(string.Create(CultureInfo.InvariantCulture, $"trainer-{Interlocked.Increment(ref _started)}")));
        var silo = await cluster.AddSiloAsync(slots, ["--trainer", folder.Path], []);
        _folders[silo.Name] = folder;
        _present[silo] = true;
        return silo;
    }

    public TrainerFolder FolderOf(RealSilo silo) => _folders[silo.Name];

    /// <summary>
    /// Starts an act against a silo and returns at once, since it takes long until the silo is declared dead and replaced.
    /// </summary>
    /// <param name="time">How long the silo is frozen, if the act freezes it.</param>
    /// <param name="slots">Slots of the silo that takes its place.</param>
    /// <returns>False when another silo is away.</returns>
    public bool TryHit(ChaosAct act, RealSilo silo, TimeSpan time, int slots) => TryTakeAway(() => HitAsync(act, silo, time, slots));

    /// <param name="drain">Sends the order, and returns whether it was accepted; null when there was no answer.</param>
    /// <returns>False when another silo is away.</returns>
    public bool TryDrain(RealSilo silo, int slots, Func<Task<bool?>> drain) =>
        TryTakeAway(() => DrainAsync(new(ChaosVictim.Worker, ChaosDeed.Drain), silo, slots, drain));

    /// <summary>
    /// Replaces a silo that ended by itself, and adds a complaint. There is none about a silo that was declared dead: it has to end, and a
    /// busy machine can stop it for as long as the killer does.
    /// </summary>
    public void ReplaceLost(int slots)
    {
        if (_away.IsCompletedSuccessfully && _present.Keys.FirstOrDefault(silo => silo.Ended.IsCompleted) is { } lost)
        {
            TryTakeAway(async () =>
            {
                var (code, last) = (await lost.Ended, lost.LastLines());
                if (!IsEndOfTheDead(code, last))
                    _complaints.Enqueue($"{lost.Name} ended by itself with exit code {code}: {last}");
                journal.Say($"{lost.Name}: ended by itself");
                await ReplaceAsync(lost, [], slots);
            });
        }
    }

    public Task AllBackAsync() => _away;

    private bool TryTakeAway(Func<Task> act)
    {
        lock (_gate)
        {
            if (!_away.IsCompletedSuccessfully)
                return _away.IsFaulted ? throw _away.Exception! : false;
            _away = Task.Run(act);
            return true;
        }
    }

    private async Task HitAsync(ChaosAct act, RealSilo silo, TimeSpan time, int slots)
    {
        var who = $"{silo.Name} ({(act.Victim == ChaosVictim.Control ? "control" : "worker")})";
        var trainers = silo.Trainers;
        switch (act.Deed)
        {
            case ChaosDeed.Kill:
                {
                    using var _ = journal.Begin(act, silo.Name, $"{who}: killed");
                    silo.Send(ProcessSignal.Kill);
                    await ReplaceAsync(silo, trainers, slots);
                    break;
                }

            case ChaosDeed.Terminate:
                {
                    using var _ = journal.Begin(act, silo.Name, $"{who}: told to stop");
                    silo.Send(ProcessSignal.Terminate);
                    await EndedWellAsync(silo, "was told to stop");
                    await ReplaceAsync(silo, trainers, slots);
                    break;
                }

            default:
                {
                    using var _ = journal.Begin(
                        act, silo.Name, string.Create(CultureInfo.InvariantCulture, $"{who}: frozen for {time.TotalSeconds:0.0} s"));
                    silo.Send(ProcessSignal.Stop);
                    await Task.Delay(time);
                    var dead = await IsDeclaredDeadAsync(silo);
                    silo.Send(ProcessSignal.Continue);
                    journal.Say($"{silo.Name}: goes on{(dead ? ", and was declared dead" : "")}");
                    if (dead)
                    {
                        if (await EndOrComplainAsync(silo, DeadLimit, "was declared dead") is { } end)
                            journal.Say($"{silo.Name}: ended with {end}");
                        await ReplaceAsync(silo, trainers, slots);
                    }
                    else
                    {
                        await ControlIsBackAsync();
                    }

                    break;
                }
        }
    }

    private async Task DrainAsync(ChaosAct act, RealSilo silo, int slots, Func<Task<bool?>> drain)
    {
        using var _ = journal.Begin(act, silo.Name, $"{silo.Name}: a user drains it");
        var trainers = silo.Trainers;
        var accepted = await drain();
        // When an answer was lost, the repeated order may find that the worker is gone, which is no complaint.
        if (accepted != true && await Task.WhenAny(silo.Ended, Task.Delay(AnswerLimit)) != silo.Ended)
        {
            if (accepted == false)
                _complaints.Enqueue($"{silo.Name} lives, and the order to drain it was refused");
            silo.Send(ProcessSignal.Terminate);
        }

        // A worker that was frozen just before may have been declared dead meanwhile, and then the order is refused.
        await EndedWellAsync(silo, "was drained", mayBeDead: accepted != true);
        await ReplaceAsync(silo, trainers, slots);
    }

    private async Task EndedWellAsync(RealSilo silo, string why, bool mayBeDead = false)
    {
        if (await EndOrComplainAsync(silo, DrainLimit, why) is { } code and not 0 && !(mayBeDead && IsEndOfTheDead(code, silo.LastLines())))
            _complaints.Enqueue($"{silo.Name} {why} and ended with exit code {code}: {silo.LastLines()}");
    }

    private static bool IsEndOfTheDead(int code, string last) =>
        code == DeclaredDead && last.Contains("was declared dead by the cluster", StringComparison.Ordinal);

    private async Task ReplaceAsync(RealSilo silo, IReadOnlyList<int> trainers, int slots)
    {
        silo.Dispose();
        _present.TryRemove(silo, out _);
        // A frozen trainer can only notice that its silo is gone, and end, when it continues.
        foreach (var trainer in trainers)
            ProcessSignal.Continue.Send(trainer);
        journal.Say($"{(await ReplacementAsync(slots)).Name}: in place of {silo.Name}, with {slots} slots");
        await ControlIsBackAsync();
    }

    private async Task ControlIsBackAsync()
    {
        try
        {
            await Waiting.UntilAsync("a silo with the scheduler", ControlLimit, async () => await cluster.ControlAsync() is not null);
        }
        catch (TimeoutException error)
        {
            _complaints.Enqueue(error.Message);
        }
    }

    /// <summary>Starts a silo again and again, as systemd does, since a silo that joins while the database goes away ends.</summary>
    private async Task<RealSilo> ReplacementAsync(int slots)
    {
        while (true)
        {
            try
            {
                return await AddAsync(slots);
            }
            catch (InvalidOperationException error)
            {
                journal.Say($"started again: {error.Message}");
                await Task.Delay(TimeSpan.FromSeconds(1));
            }
            catch (TimeoutException error)
            {
                _complaints.Enqueue(error.Message);
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
}
