using System.CommandLine;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Errors;
using Sweep.Client.Output;
using Sweep.Storage.Connections;

namespace Sweep.Client.Commands.Clusters;

internal static class UpCommand
{
    public static Command Create(Terminal terminal) =>
        new DocumentedCommand(
            "up",
            "Starts a private cluster in the background: PostgreSQL and one silo.",
            "sweep up",
            "sweep up && sweep run examples/next-character.yaml --detach",
            "sweep up --slots-per-gpu 4").Runs(terminal, async context =>
        {
            var owner = await BackgroundStart.EnsureAsync(context);
            context.Terminal.Out.WriteLine(PostgresAddress.ToUri(owner.ConnectionString));
            return ExitCode.Done;
        }).WithMachine();
}
