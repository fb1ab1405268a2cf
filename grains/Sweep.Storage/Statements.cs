using System.Runtime.CompilerServices;
using Npgsql;

namespace Sweep.Storage;

/// <summary>SQL with its values (<c>$1</c>, <c>$2</c>, …) beside it, and the rows that it answers.</summary>
internal static class Statements
{
    public static NpgsqlCommand Statement(this NpgsqlDataSource source, string sql, params ReadOnlySpan<object?> values) =>
        source.CreateCommand(sql).With(values);

    /// <summary>A statement of the transaction that is open on the connection.</summary>
    public static NpgsqlCommand Statement(this NpgsqlConnection connection, string sql, params ReadOnlySpan<object?> values) =>
        new NpgsqlCommand(sql, connection).With(values);

    /// <summary>A connection of one's own, as soon as the server has one.</summary>
    public static async Task<NpgsqlConnection> ConnectAsync(this NpgsqlDataSource source, CancellationToken cancellation) =>
        await FullServer.WhenItHasRoomAsync(() => source.OpenConnectionAsync(cancellation).AsTask(), cancellation);

    public static async Task<int> ExecuteAsync(this NpgsqlCommand command, CancellationToken cancellation)
    {
        await using (command)
            return await FullServer.WhenItHasRoomAsync(() => command.ExecuteNonQueryAsync(cancellation), cancellation);
    }

    /// <summary>The first value of the first row; default when there is no row, or it is null.</summary>
    public static async Task<T?> ValueAsync<T>(this NpgsqlCommand command, CancellationToken cancellation)
    {
        await using (command)
            return await FullServer.WhenItHasRoomAsync(() => command.ExecuteScalarAsync(cancellation), cancellation) is T value ? value : default;
    }

    public static async Task<IReadOnlyList<T>> RowsAsync<T>(this NpgsqlCommand command, Func<NpgsqlDataReader, T> row, CancellationToken cancellation) =>
        await command.StreamAsync(row, cancellation).ToListAsync(cancellation);

    public static async IAsyncEnumerable<T> StreamAsync<T>(
        this NpgsqlCommand command, Func<NpgsqlDataReader, T> row, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using (command)
        {
            await using var reader = await FullServer.WhenItHasRoomAsync(() => command.ExecuteReaderAsync(cancellation), cancellation);
            while (await reader.ReadAsync(cancellation))
                yield return row(reader);
        }
    }

    /// <summary>The column's value, or null.</summary>
    public static T? Maybe<T>(this NpgsqlDataReader reader, int column) where T : struct => reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);

    public static string? MaybeText(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static DateTimeOffset Time(this NpgsqlDataReader reader, int column) => reader.GetFieldValue<DateTimeOffset>(column);

    private static NpgsqlCommand With(this NpgsqlCommand command, ReadOnlySpan<object?> values)
    {
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        return command;
    }
}
