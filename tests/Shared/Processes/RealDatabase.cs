using Npgsql;
using Sweep.Client.Local;

namespace Sweep.Processes;

/// <summary>
/// A private PostgreSQL that can be taken away and brought back. <c>synchronous_commit</c> is on, as it is for users, since what the server
/// has acknowledged must survive its death.
/// </summary>
public sealed class RealDatabase : IAsyncDisposable
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(20);
    private readonly string _folder;
    private PrivatePostgres? _server;
    private StandbyPostgres? _standby;
    private string _primary;

    private RealDatabase(string folder, PrivatePostgres server) =>
        (_folder, _server, _primary, ConnectionString) = (folder, server, server.ConnectionString, server.ConnectionString);

    /// <summary>The connection string for programs. With a standby it names both servers.</summary>
    public string ConnectionString { get; private set; }

    private string DataFolder => Path.Combine(_folder, "data");

    public static async Task<RealDatabase> StartAsync(string folder) => new(folder, await PrivatePostgres.StartAsync(folder));

    /// <summary>
    /// Ends the server with a signal, and waits until none of its processes is left. <see cref="ProcessSignal.Quit"/> is PostgreSQL's
    /// immediate stop.
    /// </summary>
    public async Task TakeAwayAsync(ProcessSignal signal)
    {
        var processes = ProcessTable.In(DataFolder);
        signal.Send(int.Parse(
            File.ReadLines(Path.Combine(DataFolder, "postmaster.pid")).First(), System.Globalization.CultureInfo.InvariantCulture));
        await Waiting.UntilAsync("PostgreSQL to end", EndLimit, () => Task.FromResult(!processes.Any(ProcessTable.IsAlive)));
        _server = null;
    }

    public async Task BringBackAsync() => _server = await PrivatePostgres.StartAsync(_folder);

    /// <summary>Adds a standby that follows this server.</summary>
    /// <param name="synchronous">Whether the server acknowledges a commit only after the standby has stored it.</param>
    public async Task AddStandbyAsync(bool synchronous)
    {
        _standby = await StandbyPostgres.StartAsync(Path.Combine(_folder, "standby"), _folder);
        ConnectionString = $"{_primary};Host={_folder},{_standby.Folder};Timeout=5";
        if (!synchronous)
            return;
        await ValueAsync<object>("alter system set synchronous_standby_names = '*'");
        await ValueAsync<object>("select pg_reload_conf()");
        await Waiting.UntilAsync(
            "the standby to be synchronous", EndLimit,
            async () => (0, await ValueAsync<bool>("select exists (select from pg_stat_replication where sync_state = 'sync')")));
    }

    /// <summary>Stops the replication to the standby.</summary>
    public async Task CutOffStandbyAsync()
    {
        await _standby!.CutOffAsync();
        await Waiting.UntilAsync(
            "the standby to be cut off", EndLimit,
            async () => (0, await ValueAsync<bool>("select not exists (select from pg_stat_replication)")));
    }

    /// <summary>Kills each process of the server, so that it can send nothing more, and makes the standby the primary.</summary>
    public async Task FailOverAsync()
    {
        var processes = ProcessTable.In(DataFolder);
        foreach (var process in processes)
            ProcessSignal.Kill.Send(process);
        await Waiting.UntilAsync("PostgreSQL to end", EndLimit, () => Task.FromResult(!processes.Any(ProcessTable.IsAlive)));
        _server = null;
        await _standby!.PromoteAsync();
        _primary = _standby.ConnectionString;
    }

    /// <summary>Returns the single value of a query to the first server, even after a standby has replaced it as primary.</summary>
    public async Task<T?> FirstValueAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(PrivatePostgres.ConnectionStringOf(_folder) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    /// <summary>Starts the server again if it ended by itself, as it does when its disk has no room for the write-ahead log.</summary>
    public async Task EnsureUpAsync()
    {
        if (!PrivatePostgres.IsRunning(_folder))
            await BringBackAsync();
    }

    /// <summary>Returns the rows of a query whose only column is text.</summary>
    public Task<IReadOnlyList<string>> LinesAsync(string sql, params object[] values) => RowsAsync(row => row.GetString(0), sql, values);

    /// <summary>Returns the rows of a query.</summary>
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

    /// <summary>Returns the single value of a query; null when there is no row.</summary>
    public async Task<T?> ValueAsync<T>(string sql, params object[] values)
    {
        await using var connection = await OpenAsync();
        await using var command = Command(connection, sql, values);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    public async ValueTask DisposeAsync()
    {
        if (_standby is not null)
            await _standby.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    // There is no pool, since its connections might lead to a server that is gone.
    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(_primary + ";Pooling=false;Timeout=5;Command Timeout=20");
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
