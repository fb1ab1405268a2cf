using Sweep.Client.Clusters;
using Sweep.Client.Commands;
using Sweep.Client.Errors;
using Sweep.Contracts;
using Sweep.Domain.Sweeps;
using Sweep.Storage.Reading;

namespace Sweep.Client.Running;

/// <summary>From a checked sweep file to a sweep that runs: a new one, or the one that was left unfinished.</summary>
internal sealed class SweepStart(Cluster cluster, CommandContext context)
{
    /// <param name="text">The dataset, UTF-8.</param>
    /// <param name="exactName">Refuse a name that is taken, in place of adding a suffix.</param>
    /// <param name="afresh">Do not look for an unfinished one.</param>
    /// <returns>The sweep's name.</returns>
    /// <exception cref="RequestRefusedException">The cluster refused it.</exception>
    public async Task<string> StartAsync(SweepSpec spec, byte[] text, bool exactName, bool afresh)
    {
        var unfinished = afresh ? null : ResumeRule.Find(spec, await cluster.Reader.ListAsync(context.Cancellation));
        if (unfinished is not null && !WantsToResume(unfinished))
            unfinished = null;
        if (cluster.Private is not null)
            await PauseOthersAsync(unfinished?.Id);
        return unfinished is null ? await SubmitAsync(spec, text, exactName) : await ResumeAsync(unfinished);
    }

    private bool WantsToResume(SweepOverview sweep)
    {
        var where = $"{sweep.Name} is unfinished: {sweep.Succeeded} of {sweep.Trials} trials done, epoch {sweep.EpochsDone} of {sweep.EpochsTotal}.";
        if (context.Terminal.CanAsk)
            return context.Terminal.Ask($"{where} Go on with it?", whenEmpty: true);
        context.Say($"{where} Going on with it; --new starts afresh.");
        return true;
    }

    /// <summary>A cluster of our own is for this sweep: what a run that was killed left running would share its slots and be cut off at its end.</summary>
    private async Task PauseOthersAsync(int? except)
    {
        foreach (var sweep in await cluster.Sweeps.RunningAsync(context.Cancellation))
        {
            if (sweep.Id == except)
                continue;
            await cluster.Sweeps.MoveAsync(sweep.Id, SweepMove.Pause, context.Cancellation);
            context.Say($"{sweep.Spec.Name}, left unfinished by an earlier run, is paused; `sweep resume {sweep.Spec.Name}` goes on with it.");
        }
    }

    private async Task<string> ResumeAsync(SweepOverview sweep)
    {
        if (sweep.State == SweepState.Paused)
            (await cluster.AskAsync(sweep.Id, grain => grain.Resume(), context.Cancellation)).OrRefused();
        else if (cluster.Private is not null)
            await cluster.Private.StartSiloAsync(context.Cancellation);
        return sweep.Name;
    }

    private async Task<string> SubmitAsync(SweepSpec spec, byte[] text, bool exactName)
    {
        await cluster.Datasets.AddAsync(spec.Dataset.Sha256, spec.Dataset.Name, text, context.Cancellation);
        var id = await cluster.Reader.NextSweepIdAsync(context.Cancellation);
        var reply = await cluster.AskAsync(id, grain => grain.Submit(new SubmitRequest(spec.ToJson(), exactName)), context.Cancellation);
        return reply.Name ?? throw new RequestRefusedException(reply.Refusal ?? "The cluster refused the sweep.");
    }
}
