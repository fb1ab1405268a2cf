using System.CommandLine;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Errors;
using Sweep.Client.Output;
using Sweep.Client.Tables;

namespace Sweep.Client.Commands.Clusters;

internal static class WorkersCommand
{
    public static Command Create(Terminal terminal) =>
        new DocumentedCommand(
            "workers",
            "The workers that were ever part of the cluster, with their slots.",
            "sweep workers",
            "sweep workers -o json")
        {
            CommonOptions.Output,
        }.Runs(terminal, async context =>
        {
            await using var cluster = await context.OpenAsync();
            context.Terminal.Write(
                WorkerTable.Of(await cluster.Reader.WorkersAsync(context.Cancellation)), context.Format, "No workers yet.");
            return ExitCode.Done;
        });
}
