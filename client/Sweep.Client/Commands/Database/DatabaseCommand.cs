using System.CommandLine;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Errors;
using Sweep.Client.Local;
using Sweep.Client.Output;
using Sweep.Storage.Connections;

namespace Sweep.Client.Commands.Database;

internal static class DatabaseCommand
{
    public static Command Create(Terminal terminal) =>
        new DocumentedCommand("db", "The cluster's database.", "sweep db url", "sweep db migrate")
        {
            new DocumentedCommand(
                "migrate",
                "Brings the tables of the database to this program's version; the first silo does so too.",
                "sweep db migrate",
                "sweep db migrate --postgres postgresql://sweep_owner@db.example/sweep")
                .Runs(terminal, async context =>
                {
                    await using var cluster = await context.OpenAsync();
                    var applied = await cluster.MigrateAsync(context.Cancellation);
                    context.Terminal.Out.WriteLine(
                        applied.Count == 0 ? "The tables are up to date." : $"Applied: {string.Join(", ", applied)}.");
                    return ExitCode.Done;
                }),
            new DocumentedCommand(
                "url",
                "The database's address, as psql and other programs take it.",
                "sweep db url",
                "psql \"$(sweep db url)\"")
                .Runs(terminal, context =>
                {
                    var home = context.Choice.Home;
                    context.Terminal.Out.WriteLine(
                        PostgresAddress.ToUri(context.Choice.ConnectionString ?? PrivatePostgres.ConnectionStringOf(home.Folder)));
                    if (context.Choice.ConnectionString is null && !PrivatePostgres.IsRunning(home.Folder))
                        context.Terminal.Error.WriteLine("It does not run now; `sweep up` starts it.");
                    return Task.FromResult(ExitCode.Done);
                }),
        };
}
