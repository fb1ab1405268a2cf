using Npgsql;
using Sweep.Storage.Connections;

namespace Sweep.Storage.Reading;

/// <summary>A query of the user's: one statement, read-only, as <c>sweep_reader</c> where this role exists.</summary>
internal static class UserQuery
{
    /// <exception cref="PostgresException">The query is wrong, tries to write, is more than one statement, or takes too long.</exception>
    /// <exception cref="NotSupportedException">It is a copy, whose rows come another way.</exception>
    public static async Task<QueryResult> RunAsync(NpgsqlDataSource source, string sql, CancellationToken cancellation)
    {
        await using var connection = await source.ConnectAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await connection.Statement("set transaction read only").ExecuteAsync(cancellation);
        await connection.Statement("set local statement_timeout = '60s'").ExecuteAsync(cancellation);
        // Values come as the server's text, which is to be the same on every server.
        await connection.Statement("select set_config('datestyle', 'iso, ymd', true), set_config('bytea_output', 'hex', true)").ExecuteAsync(cancellation);
        await connection.Statement(
            "select set_config('role', rolname, true) from pg_roles where rolname = 'sweep_reader' and pg_has_role(oid, 'usage')").ExecuteAsync(cancellation);
        var notices = new List<string>();
        connection.Notice += (_, heard) => notices.Add($"{heard.Notice.Severity}: {heard.Notice.MessageText}");
        // A command without parameters would be split at its semicolons, and one that begins with commit would end the transaction that guards the rest.
        // With a parameter, which the query does not use, it goes to the server as it is, and a second statement is refused there.
        await using var command = new NpgsqlCommand(sql, connection) { AllResultTypesAreUnknown = true, Parameters = { new NpgsqlParameter<bool> { TypedValue = true } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var columns = Enumerable.Range(0, reader.FieldCount).Select(index => new QueryColumn(reader.GetName(index), Kind(reader.GetDataTypeOID(index)))).ToList();
        var rows = new List<IReadOnlyList<string?>>();
        while (await reader.ReadAsync(cancellation))
            rows.Add([.. Enumerable.Range(0, columns.Count).Select(column => reader.IsDBNull(column) ? null : reader.GetString(column))]);
        return new(columns, rows, notices);
    }

    /// <summary>Source: PostgreSQL's catalog pg_type.dat, whose numbers for its own types never change.</summary>
    private static QueryValue Kind(uint type) => type switch
    {
        16 => QueryValue.Truth,
        // int8, int2, int4, oid, float4, float8, numeric.
        20 or 21 or 23 or 26 or 700 or 701 or 1700 => QueryValue.Number,
        // json, jsonb.
        114 or 3802 => QueryValue.Document,
        _ => QueryValue.Text,
    };
}

/// <summary>What the text of a value is: any, a number or NaN or Infinity, <c>t</c> or <c>f</c>, JSON.</summary>
public enum QueryValue { Text, Number, Truth, Document }

public sealed record QueryColumn(string Name, QueryValue Kind);

/// <param name="Rows">A value a column in the server's text form, as psql shows it; null for null.</param>
/// <param name="Notices">What the server said besides, such as by <c>raise notice</c>.</param>
public sealed record QueryResult(IReadOnlyList<QueryColumn> Columns, IReadOnlyList<IReadOnlyList<string?>> Rows, IReadOnlyList<string> Notices);
