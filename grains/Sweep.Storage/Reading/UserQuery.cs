using Npgsql;
using Sweep.Storage.Connections;

namespace Sweep.Storage.Reading;

/// <summary>A query of the user's: one statement, read-only, as <c>sweep_reader</c> where this role exists.</summary>
internal static class UserQuery
{
    /// <exception cref="PostgresException">The query is wrong, tries to write, is more than one statement, or takes too long.</exception>
    /// <exception cref="NotSupportedException">The query is a copy, whose rows do not come as a result.</exception>
    public static async Task<QueryResult> RunAsync(NpgsqlDataSource source, string sql, CancellationToken cancellation)
    {
        await using var connection = await source.ConnectAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await connection.Statement("set transaction read only").ExecuteAsync(cancellation);
        await connection.Statement("set local statement_timeout = '60s'").ExecuteAsync(cancellation);
        // Values come as the server's text. These settings make the text the same on every server.
        await connection.Statement("select set_config('datestyle', 'iso, ymd', true), set_config('bytea_output', 'hex', true)")
            .ExecuteAsync(cancellation);
        await connection.Statement(
            "select set_config('role', rolname, true) from pg_roles where rolname = 'sweep_reader' and pg_has_role(oid, 'usage')")
            .ExecuteAsync(cancellation);
        var notices = new List<string>();
        connection.Notice += (_, received) => notices.Add($"{received.Notice.Severity}: {received.Notice.MessageText}");
        // Npgsql splits a command without parameters at its semicolons, and a commit among the parts would end the read-only transaction.
        // A command with a parameter, which the query does not use, is sent whole, and the server refuses a second statement in it.
        await using var command = new NpgsqlCommand(sql, connection)
        {
            AllResultTypesAreUnknown = true,
            Parameters = { new NpgsqlParameter<bool> { TypedValue = true } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var columns = Enumerable.Range(0, reader.FieldCount)
            .Select(index => new QueryColumn(reader.GetName(index), Kind(reader.GetDataTypeOID(index))))
            .ToList();
        var rows = new List<IReadOnlyList<string?>>();
        while (await reader.ReadAsync(cancellation))
            rows.Add([.. Enumerable.Range(0, columns.Count).Select(column => reader.IsDBNull(column) ? null : reader.GetString(column))]);
        return new(columns, rows, notices);
    }

    /// <summary>
    /// The kind of a type by its number. Source: PostgreSQL's pg_type.dat, whose numbers for built-in types never change.
    /// </summary>
    private static QueryValue Kind(uint type) => type switch
    {
        16 => QueryValue.Truth,
        // The types are int8, int2, int4, oid, float4, float8 and numeric.
        20 or 21 or 23 or 26 or 700 or 701 or 1700 => QueryValue.Number,
        // The types are json and jsonb.
        114 or 3802 => QueryValue.Document,
        _ => QueryValue.Text,
    };
}

/// <summary>
/// What the text of a value may be. A text is any text, a number also NaN or Infinity, a truth value <c>t</c> or <c>f</c>, a document JSON.
/// </summary>
public enum QueryValue { Text, Number, Truth, Document }

public sealed record QueryColumn(string Name, QueryValue Kind);

/// <param name="Rows">One value for each column, in the server's text form, as psql shows it; null for null.</param>
/// <param name="Notices">The server's notices, such as those of <c>raise notice</c>.</param>
public sealed record QueryResult(
    IReadOnlyList<QueryColumn> Columns, IReadOnlyList<IReadOnlyList<string?>> Rows, IReadOnlyList<string> Notices);
