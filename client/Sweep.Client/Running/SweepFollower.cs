using System.Diagnostics;
using Sweep.Client.Clusters;
using Sweep.Client.Errors;
using Sweep.Client.Live;
using Sweep.Client.Output;
using Sweep.Client.Reports;
using Sweep.Domain.Reports;
using Sweep.Domain.Sweeps;
using Sweep.Storage.Reading;

namespace Sweep.Client.Running;

/// <summary>Shows a sweep until it stops and prints its report, or leaves it in order when the user interrupts.</summary>
internal sealed class SweepFollower(Cluster cluster, CommandConsole console)
{
    private static readonly TimeSpan CheckpointLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <param name="goOn">The command that goes on with the sweep after an interruption.</param>
    /// <exception cref="SiloEndedException">The silo of the private cluster that this process owns has ended.</exception>
    public async Task<ExitCode> FollowAsync(string name, string goOn)
    {
        console.WatchReader();
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(console.Cancellation);
        try
        {
            IProgressView view = console.IsWatched
                ? new LiveProgress(console.Terminal, console.CanAsk ? order => ExecuteAsync(name, order, leaving) : null)
                : new PlainProgress(console.Messages);
            var end = await new SweepWatch(cluster, view).UntilOverAsync(name, leaving.Token);
            return await EndAsync(end);
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
            await LeaveAsync(name, goOn);
            return ExitCode.Interrupted;
        }
    }

    /// <summary>Carries out an order that the user gave with a key of the live view.</summary>
    /// <returns>The answer, in one line.</returns>
    private async Task<string> ExecuteAsync(string name, LiveOrder order, CancellationTokenSource leaving)
    {
        if (order.Kind == LiveOrderKind.Leave)
        {
            await leaving.CancelAsync();
            return "";
        }

        try
        {
            var sweep = await cluster.Reader.FindAsync(name, leaving.Token)
                ?? throw new RequestRefusedException($"The sweep {name} was deleted.");
            var reply = await cluster.RequestAsync(
                sweep.Id, grain => order.Kind == LiveOrderKind.Pause ? grain.Pause() : grain.Cancel(order.Trial), leaving.Token);
            return reply.Message;
        }
        catch (Exception error)
        {
            return error.Message;
        }
    }

    private async Task<ExitCode> EndAsync(SweepOverview end)
    {
        if (end.State == SweepState.Paused)
        {
            console.PrintLine($"{end.Name} was paused; `sweep resume {end.Name}` goes on with it.");
            return ExitCode.Refused;
        }

        // The silo stops while the report is written, which needs only the database.
        cluster.Private?.Silo?.BeginStop();
        console.PrintLine("");
        var report = SweepReport.Of(end.Spec, await cluster.Reader.TrialsAsync(end.Id, console.Cancellation))
            .WithSearch(end.NotReproducible, end.EndedBy);
        ReportOutput.Write(console.Terminal, report, null, end, console.Format);
        console.PrintLine("");
        console.PrintLine($"See also: sweep report {end.Name}, sweep show {end.Name}/1, sweep sql \"select * from leaderboard\"");
        return end is { State: SweepState.Completed, Failed: 0 } ? ExitCode.Done : ExitCode.Refused;
    }

    /// <summary>What is waited for before a sweep is paused.</summary>
    internal static string Pausing(string name, int trials)
    {
        var waited = trials == 1
            ? "1 trial stops, and writes its checkpoint if it keeps one"
            : $"{trials} trials stop, and write their checkpoints if they keep any";
        return $"Pausing {name}: {waited} …";
    }

    /// <summary>
    /// Leaves the sweep after an interruption. If the cluster ends with this process, the sweep is paused first, so that its trials write
    /// their checkpoints. In another cluster the sweep goes on.
    /// </summary>
    private async Task LeaveAsync(string name, string goOn)
    {
        if (cluster.Private is null)
        {
            console.PrintLine($"{name} goes on; `sweep watch {name}` shows it, `sweep pause {name}` pauses it.");
            return;
        }

        var sweep = await cluster.Reader.FindAsync(name, CancellationToken.None);
        if (sweep is { State: SweepState.Running })
        {
            console.PrintLine(Pausing(name, sweep.Running));
            await cluster.RequestAsync(sweep.Id, grain => grain.Pause(), CancellationToken.None);
            var started = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(started) < CheckpointLimit && (await cluster.Reader.RunningAsync(sweep.Id)).Count > 0)
                await Task.Delay(Pause);
        }

        console.PrintLine($"Paused. Go on with: {goOn}");
    }
}
