using System.CommandLine;
using Sweep.Client.Clusters;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Errors;
using Sweep.Client.Local;
using Sweep.Client.Output;

namespace Sweep.Client.Commands.Clusters;

/// <summary>The background process of <c>sweep up</c>. It owns the private cluster until a signal stops it.</summary>
internal static class KeepCommand
{
    // A silo that ends sooner than this is not replaced, since the next one would probably end the same way.
    private static readonly TimeSpan ShortLife = TimeSpan.FromSeconds(20);

    public static Command Create(Terminal terminal)
    {
        var command = new DocumentedCommand(
            BackgroundCluster.KeepCommand,
            "Owns a private cluster until it is told to stop (`sweep up` starts it in the background).",
            "sweep keep")
            .Runs(terminal, async context =>
            {
                try
                {
                    await using var cluster = await Cluster.OpenAsync(context.Choice, ClusterPurpose.Up, context.Cancellation);
                    while (true)
                        await cluster.Private!.ReplaceSiloAsync(ShortLife, context.Terminal.Out.WriteLine, context.Cancellation);
                }
                catch (OperationCanceledException)
                {
                    return ExitCode.Done;
                }
            });
        command.Hidden = true;
        return command.WithMachine();
    }
}
