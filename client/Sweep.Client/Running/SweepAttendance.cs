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

/// <summary>Attends a sweep to its end: shows it, prints its report, and knows what Ctrl-C means.</summary>
internal sealed class SweepAttendance(Cluster cluster, CommandConsole console)
{
    private static readonly TimeSpan CheckpointLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <param name="goOn">The command that goes on with the sweep after an interruption.</param>
    /// <exception cref="SiloEndedException">The silo of our private cluster is gone.</exception>
    public async Task<ExitCode> AttendAsync(string name, string goOn)
    {
        console.WatchReader();
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(console.Cancellation);
        try
        {
            IProgressView view = console.IsWatched
                ? new LiveProgress(console.Terminal, console.CanAsk ? order => ObeyAsync(name, order, leaving) : null)
                : new PlainProgress(console.People);
            var end = await new SweepWatch(cluster, view).UntilOverAsync(name, leaving.Token);
            return await EndAsync(end);
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
            await LeaveAsync(name, goOn);
            return ExitCode.Interrupted;
        }
    }

    /// <summary>Carries out what a key of the live view asks for.</summary>
    /// <returns>The answer, in one line.</returns>
    private async Task<string> ObeyAsync(string name, LiveOrder order, CancellationTokenSource leaving)
    {
        if (order.Kind == LiveOrderKind.Leave)
        {
            await leaving.CancelAsync();
            return "";
        }

        try
        {
            var sweep = await cluster.Reader.FindAsync(name, leaving.Token) ?? throw new RequestRefusedException($"The sweep {name} was deleted.");
            var reply = await cluster.AskAsync(
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
            console.Say($"{end.Name} was paused; `sweep resume {end.Name}` goes on with it.");
            return ExitCode.Refused;
        }

        // It needs as long to stop as the report to be written, which asks the database alone.
        cluster.Private?.Silo?.BeginStop();
        console.Say("");
        var report = SweepReport.Of(end.Spec, await cluster.Reader.TrialsAsync(end.Id, console.Cancellation));
        ReportOutput.Write(console.Terminal, report, null, end, console.Format);
        console.Say("");
        console.Say($"See also: sweep report {end.Name}, sweep show {end.Name}/1, sweep sql \"select * from leaderboard\"");
        return end is { State: SweepState.Completed, Failed: 0 } ? ExitCode.Done : ExitCode.Refused;
    }

    /// <summary>In a cluster that ends with us the sweep is paused, so that its trials write their checkpoints; elsewhere it goes on without us.</summary>
    private async Task LeaveAsync(string name, string goOn)
    {
        if (cluster.Private is null)
        {
            console.Say($"{name} goes on; `sweep watch {name}` shows it, `sweep pause {name}` pauses it.");
            return;
        }

        var sweep = await cluster.Reader.FindAsync(name, CancellationToken.None);
        if (sweep is { State: SweepState.Running })
        {
            var writers = sweep.Running == 1 ? "1 trial writes its checkpoint" : $"{sweep.Running} trials write their checkpoints";
            console.Say($"Pausing {name}: {writers} …");
            await cluster.AskAsync(sweep.Id, grain => grain.Pause(), CancellationToken.None);
            var started = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(started) < CheckpointLimit && (await cluster.Reader.RunningAsync(sweep.Id)).Count > 0)
                await Task.Delay(Pause);
        }

        console.Say($"Paused. Go on with: {goOn}");
    }
}
