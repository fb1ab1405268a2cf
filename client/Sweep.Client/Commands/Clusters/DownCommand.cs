using System.CommandLine;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Errors;
using Sweep.Client.Local;
using Sweep.Client.Output;

namespace Sweep.Client.Commands.Clusters;

internal static class DownCommand
{
    public static Command Create(Terminal terminal) =>
        new DocumentedCommand(
            "down",
            "Stops the private cluster in the background; running trials write checkpoints first and go on after the next `sweep up`.",
            "sweep down").Runs(terminal, async context =>
        {
            var stopped = await BackgroundCluster.StopAsync(context.Choice.Home, context.Cancellation);
            context.Terminal.Out.WriteLine(stopped ? "The cluster is down." : "No cluster is up.");
            return ExitCode.Done;
        });
}
