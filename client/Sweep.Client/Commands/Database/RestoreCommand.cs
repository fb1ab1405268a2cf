using System.CommandLine;
using Sweep.Client.Backups;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Errors;
using Sweep.Client.Output;

namespace Sweep.Client.Commands.Database;

internal static class RestoreCommand
{
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "A file that `sweep backup` wrote." };
        return new DocumentedCommand(
            "restore",
            "Brings a backup into an empty database, by pg_restore: all of it or nothing. "
            + "Sweeps that ran go on when silos start on it.",
            "sweep restore sweep.backup",
            "sweep restore sweep.backup "
            + "--postgres postgresql://sweep_owner@db.example/sweep --postgres-password-file owner.password")
        {
            file,
        }.Runs(terminal, async context =>
        {
            await using var cluster = await context.OpenAsync();
            await Restore.ReadAsync(
                cluster.ConnectionString, context.Value(file), context.Terminal.Error.WriteLine, context.Cancellation);
            var sweeps = await cluster.Reader.ListAsync(context.Cancellation);
            context.Terminal.Out.WriteLine(
                $"Restored {(sweeps.Count == 1 ? "1 sweep" : $"{sweeps.Count} sweeps")} "
                + $"with {sweeps.Sum(sweep => (long)sweep.Trials)} trials.");
            return ExitCode.Done;
        });
    }
}
