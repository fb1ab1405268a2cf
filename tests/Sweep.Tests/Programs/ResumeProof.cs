using Sweep.Client.Programs;
using Sweep.Domain.Protocol;

namespace Sweep.Tests.Programs;

/// <summary>Whether an example that is stopped and goes on from its checkpoint ends with the numbers of one that was not.</summary>
internal static class ResumeProof
{
    /// <param name="file">The sweep file.</param>
    /// <param name="stopAt">The epoch after whose report the trial is stopped.</param>
    public static async Task HoldsAsync(string file, int stopAt, params string[] overrides)
    {
        var sweep = (await ProgramSweep.LoadAsync(file, overrides, TestContext.Current.CancellationToken))!;
        var trial = sweep.Attempt(1, sweep.Trials()[0]);
        await using var runner = new RunnerConversation();
        await runner.BeginAsync(sweep.Folder, trial);
        var (end, undisturbed, _) = await runner.EndAsync();
        Assert.True(end is TrainerEvent.ProgramEnded, $"{end}");
        Assert.Equal(trial.Epochs, undisturbed.Count);

        // The program waits there until it is judged.
        await runner.BeginAsync(sweep.Folder, trial with { JudgedAt = [stopAt] });
        var before = new List<(int, double)>();
        while (await runner.NextAsync() is var message && message is not TrainerEvent.Stopped)
        {
            if (message is not TrainerEvent.Reported report)
                continue;
            before.Add((report.Epoch, report.Metrics[sweep.Spec.Objective.Metric.Name]));
            if (report.Epoch == stopAt)
                await runner.StopAsync(checkpoint: true);
        }

        Assert.Equal(stopAt, before.Count);
        await runner.LoadCheckpointAsync();
        await runner.BeginAsync(sweep.Folder, trial with { Attempt = 2 });
        var (_, after, _) = await runner.EndAsync();
        Assert.Equal(undisturbed, before.Concat(after));
    }
}
