using System.CommandLine;
using Npgsql;
using Sweep.Client.Errors;
using Sweep.Client.Output;
using Sweep.Storage.Reading;

namespace Sweep.Client.Commands;

internal static class SqlCommand
{
    public static Command Create(Terminal terminal)
    {
        var sql = new Argument<string>("QUERY") { Description = "A query, run read-only." };
        return new DocumentedCommand(
            "sql",
            "Runs a query on the cluster's database, read-only. Views to start from: leaderboard, trial_summary, learning_curves, sweep_progress.",
            "sweep sql \"select * from leaderboard where sweep = 'next-character' limit 5\"",
            "sweep sql \"select count(*) from epochs\" -o json")
        {
            sql,
            CommonOptions.Output,
        }.Runs(terminal, async context =>
        {
            await using var cluster = await context.OpenAsync();
            context.Terminal.Write(Table(await QueryAsync(cluster.Reader, context.Value(sql), context.Cancellation)), context.Format, "No rows.");
            return ExitCode.Done;
        });
    }

    private static async Task<QueryResult> QueryAsync(SweepReader reader, string sql, CancellationToken cancellation)
    {
        try
        {
            return await reader.QueryAsync(sql, cancellation);
        }
        catch (PostgresException error) when (error.SqlState[..2] is not ("08" or "28" or "3D" or "53" or "57" or "58"))
        {
            // Anything but a failing server is the query's fault.
            throw new WrongInputException(string.Join(' ', new[] { $"QUERY: {error.MessageText}.", error.Hint }.OfType<string>()));
        }
    }

    private static OutputTable Table(QueryResult result)
    {
        return new([.. result.Columns.Select((name, index) => new OutputColumn(name, name, RightAligned: result.Rows.All(row => IsNumberOrMissing(row[index]))))], result.Rows);

        static bool IsNumberOrMissing(object? value) => value is null or short or int or long or float or double or decimal;
    }
}
