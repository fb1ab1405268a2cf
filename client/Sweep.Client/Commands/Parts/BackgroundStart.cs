using Sweep.Client.Errors;
using Sweep.Client.Local;

namespace Sweep.Client.Commands.Parts;

/// <summary>Starts the private cluster in the background, for <c>sweep up</c> and for <c>--detach</c>.</summary>
internal static class BackgroundStart
{
    /// <summary>Starts the private cluster in the background unless it is up already, and prints which of the two it was.</summary>
    /// <exception cref="WrongInputException">A cluster elsewhere was chosen.</exception>
    /// <exception cref="RequestRefusedException">The cluster is up already, and the command asks for other slots.</exception>
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
        context.Terminal.Error.WriteLine(
            $"The cluster is up in {context.Choice.Home.Folder} (process {owner.ProcessId}); `sweep down` stops it.");
        return owner;
    }
}
