namespace Sweep.Processes.Chaos;

/// <summary>A sweep from its submission to its end under a killer.</summary>
public static class ChaosRound
{
    /// <summary>Submits the sweep and lets the killer act until it is over.</summary>
    /// <exception cref="TimeoutException">It does not end.</exception>
    public static async Task RunAsync(RealCluster cluster, ChaosKiller killer, TrainingGrid grid, string sweep, TimeSpan limit)
    {
        await grid.SubmitAsync(cluster, sweep);
        using var over = new CancellationTokenSource();
        var killing = killer.RunAsync(over.Token);
        try
        {
            var ended = cluster.SweepIsOverAsync(sweep, limit);
            // A killer that broke says more than the sweep that it left behind.
            if (await Task.WhenAny(ended, killing) == killing)
                await killing;
            await ended;
        }
        finally
        {
            await over.CancelAsync();
            await killing;
        }
    }
}
