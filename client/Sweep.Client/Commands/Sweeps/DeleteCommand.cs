using System.CommandLine;
using System.Diagnostics;
using Npgsql;
using Sweep.Client.Clusters;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Errors;
using Sweep.Client.Output;
using Sweep.Storage;
using Sweep.Storage.Reading;

namespace Sweep.Client.Commands.Sweeps;

internal static class DeleteCommand
{
    /// <summary>The least time between two lines of progress.</summary>
    private static readonly TimeSpan ReportPause = TimeSpan.FromSeconds(3);

    public static Command Create(Terminal terminal)
    {
        var address = CommonOptions.Sweep();
        var yes = CommonOptions.Yes();
        return new DocumentedCommand(
            "delete",
            "Removes a sweep and everything that was measured for it.",
            "sweep delete next-character",
            "sweep delete next-character --yes")
        {
            address, yes,
        }.Runs(terminal, async context =>
            {
                if (!context.Value(yes) && !context.Terminal.CanAsk)
                    throw new WrongInputException("delete: nobody is there to be asked; add --yes.");
                if (!context.Value(yes)
                    && !context.Terminal.Ask(
                        $"Delete {context.Value(address)} and everything that was measured for it?", whenEmpty: false))
                {
                    return ExitCode.Refused;
                }
                await using var cluster = await context.OpenAsync();
                var sweep = await context.Value(address).FindAsync(cluster.Reader, context.Cancellation);
                context.PrintLine((await cluster.RequestAsync(sweep.Id, grain => grain.Delete(), context.Cancellation)).OrRefused());
                await EraseAsync(context, cluster.Deleted, sweep);
                return ExitCode.Done;
            });
    }

    /// <summary>
    /// Removes the rows of a sweep that is deleted already, so that its room is free when the command ends. When the command is
    /// interrupted, silos remove the rest.
    /// </summary>
    private static async Task EraseAsync(CommandContext context, DeletedSweeps deleted, SweepOverview sweep)
    {
        var (erased, lastReport) = (0, Stopwatch.GetTimestamp());
        try
        {
            while (await deleted.EraseAsync(sweep.Id, context.Cancellation) is > 0 and var trials)
            {
                erased += trials;
                if (Stopwatch.GetElapsedTime(lastReport) < ReportPause)
                    continue;
                lastReport = Stopwatch.GetTimestamp();
                context.PrintLine($"Freeing its room: {erased} of {sweep.Trials} trials are removed. Ctrl-C leaves the rest to a silo.");
            }
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            context.PrintLine("A silo frees its room in the next minutes.");
        }
    }
}
