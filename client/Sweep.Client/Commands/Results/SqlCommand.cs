using System.CommandLine;
using System.Globalization;
using Npgsql;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Errors;
using Sweep.Client.Output;
using Sweep.Storage.Reading;

namespace Sweep.Client.Commands.Results;

internal static class SqlCommand
{
    public static Command Create(Terminal terminal)
    {
        var query = new Argument<string>("QUERY") { Description = "A query, run read-only." };
        return new DocumentedCommand(
            "sql",
            "Runs a query on the cluster's database, read-only. "
            + "Views to start from: leaderboard, trial_summary, learning_curves, sweep_progress.",
            "sweep sql \"select * from leaderboard where sweep = 'next-character' limit 5\"",
            "sweep sql \"select count(*) from epochs\" -o json")
        {
            query,
            CommonOptions.Output,
        }.Runs(terminal, async context =>
        {
            var sql = context.Value(query);
            if (string.IsNullOrWhiteSpace(sql))
                throw new WrongInputException("QUERY: found nothing; expected a query, such as \"select * from leaderboard\".");
            await using var cluster = await context.OpenAsync();
            var result = await QueryAsync(cluster.Reader, sql, context.Cancellation);
            foreach (var notice in result.Notices)
                context.Terminal.Error.WriteLine(Printable.Line(notice));
            context.Terminal.Write(Table(result), context.Format, "No rows.");
            return ExitCode.Done;
        });
    }

    private static async Task<QueryResult> QueryAsync(SweepReader reader, string sql, CancellationToken cancellation)
    {
        try
        {
            return await reader.QueryAsync(sql, cancellation);
        }
        catch (NotSupportedException)
        {
            throw new WrongInputException(
                "QUERY: found a copy, whose rows come another way; "
                + "write a select, with -o csv for a file, or use psql \"$(sweep db url)\".");
        }
        catch (PostgresException error) when (
            error.SqlState == PostgresErrorCodes.QueryCanceled
            || error.SqlState[..2] is not ("08" or "28" or "3D" or "53" or "57" or "58"))
        {
            // The classes above mean that the server failed; every other error comes from the query.
            throw new WrongInputException(string.Join(
                ' ',
                new[] { $"QUERY{Place(sql, error.Position)}: {error.MessageText}.", error.Detail, error.Hint }.OfType<string>()));
        }
    }

    /// <param name="position">The place of a character in the query, from 1; 0 where the server named none.</param>
    /// <returns><c>:line:column</c>, both from 1, or nothing without a position.</returns>
    private static string Place(string sql, int position)
    {
        var before = string.Concat(sql.EnumerateRunes().Take(position - 1)).Split('\n');
        return position <= 0
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $":{before.Length}:{before[^1].EnumerateRunes().Count() + 1}");
    }

    private static OutputTable Table(QueryResult result) => new(
        [.. result.Columns.Select(column => new OutputColumn(column.Name, column.Name, RightAligned: column.Kind == QueryValue.Number))],
        [.. result.Rows.Select(row => row.Zip(result.Columns, (text, column) => Value(text, column.Kind)).ToArray())]);

    private static object? Value(string? text, QueryValue kind) => kind switch
    {
        _ when text is null => null,
        QueryValue.Truth => text == "t",
        QueryValue.Number or QueryValue.Document => new WrittenValue(text),
        _ => text,
    };
}
