using System.Collections.Concurrent;
using System.Data;
using System.Runtime.CompilerServices;
using Npgsql;

namespace Sweep.Storage.Connections;

/// <summary>SQL with its values (<c>$1</c>, <c>$2</c>, …), and the ways to read its result.</summary>
internal static class Statements
{
    /// <summary>
    /// The server processes that have refused a statement; their connections forget what they have prepared before the next use. Where the
    /// server refuses just the use at which Npgsql prepares a statement, Npgsql takes it for prepared without its columns, and every later
    /// use on that connection fails.
    /// </summary>
    private static readonly ConcurrentDictionary<int, bool> Refused = new();

    public static NpgsqlCommand Statement(this NpgsqlDataSource source, string sql, params ReadOnlySpan<object?> values) =>
        new NpgsqlCommand(sql, source.CreateConnection()).With(values);

    /// <summary>A statement on a connection that is open already, in its transaction.</summary>
    public static NpgsqlCommand Statement(this NpgsqlConnection connection, string sql, params ReadOnlySpan<object?> values) =>
        new NpgsqlCommand(sql, connection).With(values);

    /// <summary>Opens a connection as soon as the server has one.</summary>
    public static async Task<NpgsqlConnection> ConnectAsync(this NpgsqlDataSource source, CancellationToken cancellation)
    {
        var connection = source.CreateConnection();
        await OpenAsync(connection, cancellation);
        return connection;
    }

    public static async Task<int> ExecuteAsync(this NpgsqlCommand command, CancellationToken cancellation)
    {
        await using (command)
        await using (await command.ConnectAsync(cancellation))
            return await SafelyAsync(command, command.ExecuteNonQueryAsync(cancellation));
    }

    /// <summary>The first value of the first row; default when there is no row, or the value is null.</summary>
    public static async Task<T?> ValueAsync<T>(this NpgsqlCommand command, CancellationToken cancellation)
    {
        await using (command)
        await using (await command.ConnectAsync(cancellation))
            return await SafelyAsync(command, command.ExecuteScalarAsync(cancellation)) is T value ? value : default;
    }

    public static async Task<IReadOnlyList<T>> RowsAsync<T>(
        this NpgsqlCommand command, Func<NpgsqlDataReader, T> row, CancellationToken cancellation) =>
        await command.StreamAsync(row, cancellation).ToListAsync(cancellation);

    public static async IAsyncEnumerable<T> StreamAsync<T>(
        this NpgsqlCommand command, Func<NpgsqlDataReader, T> row, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using (command)
        await using (await command.ConnectAsync(cancellation))
        {
            await using var reader = await SafelyAsync(command, command.ExecuteReaderAsync(cancellation));
            while (await SafelyAsync(command, reader.ReadAsync(cancellation)))
                yield return row(reader);
        }
    }

    /// <summary>The column's value; null when the column is null.</summary>
    public static T? Maybe<T>(this NpgsqlDataReader reader, int column)
        where T : struct => reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);

    public static string? MaybeText(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static DateTimeOffset Time(this NpgsqlDataReader reader, int column) => reader.GetFieldValue<DateTimeOffset>(column);

    /// <summary>Opens the connection of a statement, unless it is open already.</summary>
    /// <returns>The connection to close after the statement; null when it was open already and must stay so.</returns>
    private static async Task<NpgsqlConnection?> ConnectAsync(this NpgsqlCommand command, CancellationToken cancellation)
    {
        if (command.Connection!.State != ConnectionState.Closed)
            return null;
        await OpenAsync(command.Connection, cancellation);
        return command.Connection;
    }

    private static async Task OpenAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await FullServer.OpenAsync(connection, cancellation);
        if (Refused.TryRemove(connection.ProcessID, out _))
            connection.UnprepareAll();
    }

    private static async Task<T> SafelyAsync<T>(NpgsqlCommand command, Task<T> running)
    {
        try
        {
            return await running;
        }
        catch (PostgresException) when (command.Connection is { State: ConnectionState.Open } connection)
        {
            Refused[connection.ProcessID] = true;
            throw;
        }
    }

    private static NpgsqlCommand With(this NpgsqlCommand command, ReadOnlySpan<object?> values)
    {
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        return command;
    }
}
