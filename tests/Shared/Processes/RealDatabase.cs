using Npgsql;
using Sweep.Client.Local;

namespace Sweep.Processes;

/// <summary>
/// A private PostgreSQL that can be taken away and brought back. It syncs as users have it: what it has acknowledged must survive its own death,
/// which it does not when <c>synchronous_commit</c> is off.
/// </summary>
public sealed class RealDatabase : IAsyncDisposable
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(20);
    private readonly string _folder;
    private PrivatePostgres? _server;

    private RealDatabase(string folder, PrivatePostgres server) =>
        (_folder, _server, ConnectionString) = (folder, server, server.ConnectionString);

    public string ConnectionString { get; }

    private string DataFolder => Path.Combine(_folder, "data");

    public static async Task<RealDatabase> StartAsync(string folder) => new(folder, await PrivatePostgres.StartAsync(folder));

    /// <summary>Ends it by a signal, and waits until none of its processes is left: <see cref="ProcessSignal.Quit"/> is PostgreSQL's immediate stop.</summary>
    public async Task TakeAwayAsync(ProcessSignal signal)
    {
        var processes = ProcessTable.In(DataFolder);
        signal.Send(int.Parse(File.ReadLines(Path.Combine(DataFolder, "postmaster.pid")).First(), System.Globalization.CultureInfo.InvariantCulture));
        await Waiting.UntilAsync("PostgreSQL to end", EndLimit, () => Task.FromResult(!processes.Any(ProcessTable.IsAlive)));
        _server = null;
    }

    public async Task BringBackAsync() => _server = await PrivatePostgres.StartAsync(_folder);

    /// <summary>Starts it again where it ended by itself, as it does when its log of changes has no room.</summary>
    public async Task EnsureUpAsync()
    {
        if (!PrivatePostgres.IsRunning(_folder))
            await BringBackAsync();
    }

    /// <summary>The rows of a query whose only column is text.</summary>
    public Task<IReadOnlyList<string>> LinesAsync(string sql, params object[] values) => RowsAsync(row => row.GetString(0), sql, values);

    /// <summary>The rows of a query.</summary>
    public async Task<IReadOnlyList<T>> RowsAsync<T>(Func<NpgsqlDataReader, T> read, string sql, params object[] values)
    {
        var rows = new List<T>();
        await using var connection = await OpenAsync();
        await using var command = Command(connection, sql, values);
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync())
            rows.Add(read(row));
        return rows;
    }

    /// <summary>The one value of a query; null where there is no row.</summary>
    public async Task<T?> ValueAsync<T>(string sql, params object[] values)
    {
        await using var connection = await OpenAsync();
        await using var command = Command(connection, sql, values);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }

    // No pool: its connections would be those of a server that is gone.
    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false;Timeout=5;Command Timeout=20");
        await connection.OpenAsync();
        return connection;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        return command;
    }
}
