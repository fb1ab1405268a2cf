using System.Collections.Concurrent;
using System.Globalization;

namespace Sweep.Processes.Chaos;

/// <summary>The acts against trainers. Acts that take long run beside the others.</summary>
/// <param name="stallLimit">The stall limit of the sweeps, in seconds, after which a hanging trainer is ended.</param>
public sealed class TrainerDeeds(ChaosSilos silos, ChaosJournal journal, int stallLimit)
{
    /// <summary>A limit of memory, in bytes, that is below what any process already has, so that the process gets no more.</summary>
    private const ulong Nothing = 1 << 20;

    /// <summary>How long a trainer gets no more memory if it does not die of it, because it can reuse what it already has.</summary>
    private static readonly TimeSpan Starving = TimeSpan.FromSeconds(4);

    /// <summary>Time that a silo may take to check its trainers and to end one.</summary>
    private static readonly TimeSpan HangMargin = TimeSpan.FromSeconds(15);

    /// <summary>The limit of a slot's self-test. The stall limit is not for self-tests, because a trainer starts within them.</summary>
    private static readonly TimeSpan SelfTestLimit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly List<Task> _going = [];

    /// <summary>Returns the complaints since the last call, and removes them.</summary>
    public IReadOnlyList<string> TakeComplaints()
    {
        var taken = new List<string>();
        while (_complaints.TryDequeue(out var complaint))
            taken.Add(complaint);
        return taken;
    }

    /// <summary>Completes when all acts are over.</summary>
    public Task AllBackAsync() => Task.WhenAll(_going);

    /// <param name="time">How long the act lasts, for acts without a time of their own.</param>
    public void Hit(ChaosDeed deed, RealSilo silo, int trainer, TimeSpan time, TrainerFolder.Obstacle obstacle)
    {
        _going.RemoveAll(task => task.IsCompleted);
        _going.Add(HitAsync(new(ChaosVictim.Trainer, deed), silo, trainer, time, obstacle));
    }

    /// <summary>Whether the process is training. An idle trainer cannot stall.</summary>
    public static async Task<bool> TrainsAsync(int trainer)
    {
        var before = ProcessTable.Worked(trainer);
        await Task.Delay(Look);
        return ProcessTable.Worked(trainer) - before > Look / 5;
    }

    private async Task HitAsync(ChaosAct act, RealSilo silo, int trainer, TimeSpan time, TrainerFolder.Obstacle obstacle)
    {
        var who = Text($"trainer {trainer} of {silo.Name}");
        switch (act.Deed)
        {
            case ChaosDeed.Kill:
                using (journal.Begin(act, silo.Name, $"{who}: killed"))
                    ProcessSignal.Kill.Send(trainer);
                break;
            case ChaosDeed.FreezeShortly:
                using (journal.Begin(act, silo.Name, Text($"{who}: frozen for {time.TotalSeconds:0.0} s")))
                    await FreezeAsync(trainer, time);
                break;
            case ChaosDeed.Starve:
                using (journal.Begin(act, silo.Name, $"{who}: gets no more memory"))
                    await StarveAsync(trainer);
                break;
            case ChaosDeed.Hang:
                using (journal.Begin(act, silo.Name, $"{who}: hangs"))
                    await HangAsync(silo, trainer, who);
                break;
            case ChaosDeed.Forbid:
                var without = Text($"{silo.Name} can start no other for {time.TotalSeconds:0.0} s ({obstacle})");
                using (journal.Begin(act, silo.Name, $"{who}: killed, and {without}"))
                    await ForbidAsync(silos.FolderOf(silo), trainer, time, obstacle);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(act), act, "Not done to trainers.");
        }
    }

    private static async Task FreezeAsync(int trainer, TimeSpan time)
    {
        ProcessSignal.Stop.Send(trainer);
        await Task.Delay(time);
        ProcessSignal.Continue.Send(trainer);
    }

    private static async Task StarveAsync(int trainer)
    {
        MemoryLimit.Set(trainer, Nothing);
        await GoneAsync(trainer, Starving);
        MemoryLimit.Set(trainer, ulong.MaxValue);
    }

    private async Task HangAsync(RealSilo silo, int trainer, string who)
    {
        var since = journal.Now;
        ProcessSignal.Stop.Send(trainer);
        var limit = TimeSpan.FromSeconds(Math.Max(stallLimit, SelfTestLimit.TotalSeconds));
        if (await GoneAsync(trainer, limit + HangMargin))
            return;
        // The training may have ended just before the signal came. What is idle needs no end.
        ProcessSignal.Continue.Send(trainer);
        if (!await TrainsAsync(trainer))
            return;
        // A hang without an end is excused when the silo was disturbed, since the silo is then gone or counts the stall afresh.
        var excused = silo.Ended.IsCompleted || journal.Disturbances.Any(other =>
            other.Silo == silo.Name && other.Act.Victim != ChaosVictim.Trainer && other.Overlaps(since, journal.Now));
        if (!excused)
            _complaints.Enqueue(
                Text($"{who} hangs since {(journal.Now - since).TotalSeconds:0} s and was not ended; the limit is {limit.TotalSeconds} s"));
        ProcessSignal.Kill.Send(trainer);
    }

    private static async Task ForbidAsync(TrainerFolder folder, int trainer, TimeSpan time, TrainerFolder.Obstacle obstacle)
    {
        folder.Forbid(obstacle);
        ProcessSignal.Kill.Send(trainer);
        await Task.Delay(time);
        folder.Allow();
    }

    private static async Task<bool> GoneAsync(int trainer, TimeSpan limit)
    {
        for (var looks = 0; looks < limit / Look; looks++)
        {
            if (!ProcessTable.IsAlive(trainer))
                return true;
            await Task.Delay(Look);
        }

        return false;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
