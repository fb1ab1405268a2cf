using System.CommandLine;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Errors;
using Sweep.Client.Output;
using Sweep.Client.Tables;

namespace Sweep.Client.Commands.Sweeps;

internal static class ListCommand
{
    public static Command Create(Terminal terminal) =>
        new DocumentedCommand(
            "list",
            "All sweeps, the newest first.",
            "sweep list",
            "sweep list -o json")
        {
            CommonOptions.Output,
        }.Runs(terminal, async context =>
        {
            await using var cluster = await context.OpenAsync();
            context.Terminal.Write(SweepTable.Of(await cluster.Reader.ListAsync(context.Cancellation)), context.Format, "No sweeps yet.");
            return ExitCode.Done;
        });
}
