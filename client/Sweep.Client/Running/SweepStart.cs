using Sweep.Client.Clusters;
using Sweep.Client.Errors;
using Sweep.Client.Output;
using Sweep.Contracts;
using Sweep.Domain.Sweeps;
using Sweep.Storage.Reading;

namespace Sweep.Client.Running;

/// <summary>From a checked sweep file to a sweep that runs: a new one, or the one that was left unfinished.</summary>
internal sealed class SweepStart(Cluster cluster, CommandConsole console)
{
    /// <param name="text">The dataset, UTF-8.</param>
    /// <param name="exactName">Refuse a name that is taken, in place of adding a suffix.</param>
    /// <param name="afresh">Do not look for an unfinished one.</param>
    /// <returns>The sweep's name.</returns>
    /// <exception cref="RequestRefusedException">The cluster refused it.</exception>
    public async Task<string> StartAsync(SweepSpec spec, byte[] text, bool exactName, bool afresh)
    {
        var unfinished = afresh ? null : ResumeRule.Find(spec, await cluster.Reader.ListAsync(console.Cancellation));
        if (unfinished is not null && !WantsToResume(unfinished))
            unfinished = null;
        if (cluster.Private is not null)
            await PauseOthersAsync(unfinished?.Id);
        return unfinished is null ? await SubmitAsync(spec, text, exactName) : await ResumeAsync(unfinished);
    }

    private bool WantsToResume(SweepOverview sweep)
    {
        var where = $"{sweep.Name} is unfinished: {sweep.Succeeded} of {sweep.Trials} trials done, epoch {sweep.EpochsDone} of {sweep.EpochsTotal}.";
        if (console.CanAsk)
            return console.Ask($"{where} Go on with it?", whenEmpty: true);
        console.Say($"{where} Going on with it; --new starts afresh.");
        return true;
    }

    /// <summary>A cluster of our own is for this sweep: what a run that was killed left running would share its slots and be cut off at its end.</summary>
    private async Task PauseOthersAsync(int? except)
    {
        foreach (var sweep in await cluster.Sweeps.RunningAsync(console.Cancellation))
        {
            if (sweep.Id == except)
                continue;
            await cluster.Sweeps.MoveAsync(sweep.Id, SweepMove.Pause, console.Cancellation);
            var name = sweep.Spec.Name;
            console.Say($"{name}, left unfinished by an earlier run, is paused; `sweep resume {name}` goes on with it.");
        }
    }

    private async Task<string> ResumeAsync(SweepOverview sweep)
    {
        if (sweep.State == SweepState.Paused)
            (await cluster.AskAsync(sweep.Id, grain => grain.Resume(), console.Cancellation)).OrRefused();
        else if (cluster.Private is not null)
            await cluster.Private.StartSiloAsync(console.Cancellation);
        return sweep.Name;
    }

    private async Task<string> SubmitAsync(SweepSpec spec, byte[] text, bool exactName)
    {
        await cluster.Datasets.AddAsync(spec.Dataset.Sha256, spec.Dataset.Name, text, console.Cancellation);
        var id = await cluster.Reader.NextSweepIdAsync(console.Cancellation);
        var reply = await cluster.AskAsync(id, grain => grain.Submit(new SubmitRequest(spec.ToJson(), exactName)), console.Cancellation);
        return reply.Name ?? throw new RequestRefusedException(reply.Refusal ?? "The cluster refused the sweep.");
    }
}
