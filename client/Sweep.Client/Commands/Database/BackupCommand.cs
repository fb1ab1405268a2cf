using System.CommandLine;
using Sweep.Client.Backups;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Errors;
using Sweep.Client.Output;

namespace Sweep.Client.Commands.Database;

internal static class BackupCommand
{
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "The file to write; a link, a device or a pipe is refused." };
        var force = new Option<bool>("--force") { Description = "Replace the file if it exists." };
        return new DocumentedCommand(
            "backup",
            "Writes the cluster's database as it is now into a file, by pg_dump; sweeps may run meanwhile. "
            + "A reader's connection is enough.",
            "sweep backup sweep.backup",
            "sweep backup /backups/sweep.backup --force",
            "sweep backup sweep.backup --postgres postgresql://sweep_reader@db.example/sweep --postgres-password-file reader.password")
        {
            file, force,
        }.Runs(terminal, async context =>
        {
            Backup.Check(context.Value(file), context.Value(force));
            await using var cluster = await context.OpenAsync();
            var sweeps = await cluster.Reader.ListAsync(context.Cancellation);
            var bytes = await Backup.WriteAsync(cluster, context.Value(file), context.Terminal.Error.WriteLine, context.Cancellation);
            context.Terminal.Out.WriteLine(
                $"{context.Value(file)}: {Quantities.Bytes(bytes)}, {(sweeps.Count == 1 ? "1 sweep" : $"{sweeps.Count} sweeps")} "
                + $"with {sweeps.Sum(sweep => (long)sweep.Trials)} trials.");
            return ExitCode.Done;
        });
    }
}
