using Sweep.Client.Clusters;
using Sweep.Client.Errors;
using Sweep.Client.Live;
using Sweep.Client.Output;
using Sweep.Contracts;
using Sweep.Domain.Sweeps;
using Sweep.Storage.Reading;

namespace Sweep.Client.Running;

/// <summary>Starts the sweep of a checked sweep file: a new sweep, or the one that an earlier run left unfinished.</summary>
internal sealed class SweepStart(Cluster cluster, CommandConsole console)
{
    /// <param name="exactName">Whether a name that is taken is refused, instead of getting a suffix.</param>
    /// <param name="afresh">Whether a new sweep is started even if there is an unfinished one.</param>
    /// <returns>The sweep's name.</returns>
    /// <exception cref="RequestRefusedException">The cluster refused the sweep.</exception>
    public async Task<string> StartAsync(ISubmission sweep, bool exactName, bool afresh)
    {
        var unfinished = afresh ? null : ResumeRule.Find(sweep.Spec, await cluster.Reader.ListAsync(console.Cancellation));
        if (unfinished is not null && !ConfirmResume(unfinished))
            unfinished = null;
        if (cluster.Private is not null)
            await PauseOthersAsync(unfinished?.Id);
        return unfinished is null ? await SubmitAsync(sweep, exactName) : await ResumeAsync(unfinished);
    }

    /// <summary>How far a sweep is that an earlier run left unfinished.</summary>
    internal static string Unfinished(SweepOverview sweep) =>
        $"{sweep.Name} is unfinished: {sweep.Succeeded} of {sweep.Trials} trials done, {EpochCount.Of(sweep)}.";

    private bool ConfirmResume(SweepOverview sweep)
    {
        var progress = Unfinished(sweep);
        if (console.CanAsk)
            return console.Ask($"{progress} Go on with it?", whenEmpty: true);
        console.PrintLine($"{progress} Going on with it; --new starts afresh.");
        return true;
    }

    /// <summary>
    /// Pauses the sweeps that a killed run left running in the private cluster of this process. They would share the slots of the new
    /// sweep, and be interrupted when the cluster ends with it.
    /// </summary>
    private async Task PauseOthersAsync(int? except)
    {
        foreach (var sweep in await cluster.Sweeps.RunningAsync(console.Cancellation))
        {
            if (sweep.Id == except)
                continue;
            await cluster.Sweeps.MoveAsync(sweep.Id, SweepMove.Pause, console.Cancellation);
            var name = sweep.Spec.Name;
            console.PrintLine($"{name}, left unfinished by an earlier run, is paused; `sweep resume {name}` goes on with it.");
        }
    }

    private async Task<string> ResumeAsync(SweepOverview sweep)
    {
        if (sweep.State == SweepState.Paused)
            (await cluster.RequestAsync(sweep.Id, grain => grain.Resume(), console.Cancellation)).OrRefused();
        else if (cluster.Private is not null)
            await cluster.Private.StartSiloAsync(console.Cancellation);
        return sweep.Name;
    }

    private async Task<string> SubmitAsync(ISubmission sweep, bool exactName)
    {
        await sweep.StoreAsync(cluster, console.Cancellation);
        var id = await cluster.Reader.NextSweepIdAsync(console.Cancellation);
        var request = new SubmitRequest(sweep.Spec.ToJson(), exactName);
        var reply = await cluster.RequestAsync(id, grain => grain.Submit(request), console.Cancellation);
        return reply.Name ?? throw new RequestRefusedException(reply.Refusal ?? "The cluster refused the sweep.");
    }
}
