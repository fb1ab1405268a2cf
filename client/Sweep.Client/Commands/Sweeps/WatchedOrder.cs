using Sweep.Client.Clusters;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Errors;
using Sweep.Client.Local;
using Sweep.Client.Running;
using Sweep.Contracts;

namespace Sweep.Client.Commands.Sweeps;

/// <summary>Sends a request that lets a sweep run again, and then watches the sweep to its end.</summary>
internal static class WatchedOrder
{
    /// <param name="detached">Does not watch the sweep. A private cluster is then started in the background, where it stays.</param>
    /// <exception cref="RequestRefusedException">The grain refused.</exception>
    public static async Task<ExitCode> SendAsync(
        CommandContext context, SweepAddress address, bool detached, Func<ISweepGrain, int?, Task<CommandReply>> order)
    {
        await using var cluster = await OpenAsync(context, detached);
        var sweep = await address.FindAsync(cluster.Reader, context.Cancellation);
        context.PrintLine((await cluster.RequestAsync(sweep.Id, grain => order(grain, address.Trial), context.Cancellation)).OrRefused());
        return detached
            ? ExitCode.Done
            : await new SweepFollower(cluster, context.Console).FollowAsync(sweep.Name, $"sweep resume {sweep.Name}");
    }

    /// <summary>Opens the cluster for a sweep that is to run. A detached sweep needs one that outlives this process.</summary>
    public static async Task<Cluster> OpenAsync(CommandContext context, bool detached)
    {
        if (!detached || context.Choice.ConnectionString is not null)
            return await Cluster.OpenAsync(context.Choice, ClusterPurpose.Run, context.Cancellation);
        await BackgroundStart.EnsureAsync(context);
        return await Cluster.OpenAsync(context.Choice with { Machine = [] }, ClusterPurpose.Run, context.Cancellation);
    }
}
