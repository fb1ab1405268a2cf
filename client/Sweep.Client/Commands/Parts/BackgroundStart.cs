using Sweep.Client.Errors;
using Sweep.Client.Local;

namespace Sweep.Client.Commands.Parts;

/// <summary>What <c>sweep up</c> does, and a sweep that nobody attends needs.</summary>
internal static class BackgroundStart
{
    /// <summary>The private cluster in the background, started if need be; says what it does.</summary>
    /// <exception cref="WrongInputException">A cluster elsewhere was chosen.</exception>
    /// <exception cref="RequestRefusedException">It is up already, and cannot take other slots.</exception>
    public static async Task<ClusterOwner> EnsureAsync(CommandContext context)
    {
        if (context.Choice.ConnectionString is not null)
            throw new WrongInputException("up: it starts a private cluster on this machine; take --postgres or SWEEP_POSTGRES away.");
        if (BackgroundCluster.Find(context.Choice.Home) is { } running)
        {
            context.Choice.RequireNoMachine();
            context.Terminal.Error.WriteLine($"The cluster is up already in {context.Choice.Home.Folder} (process {running.ProcessId}).");
            return running;
        }

        var owner = await BackgroundCluster.StartAsync(context.Choice.Home, context.Choice.Machine, context.Cancellation);
        context.Terminal.Error.WriteLine($"The cluster is up in {context.Choice.Home.Folder} (process {owner.ProcessId}); `sweep down` stops it.");
        return owner;
    }
}
