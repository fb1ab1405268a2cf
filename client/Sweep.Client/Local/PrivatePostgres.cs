using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Sweep.Storage.Connections;

namespace Sweep.Client.Local;

/// <summary>A PostgreSQL server in a folder of its own. It listens on a unix socket only, and ends with this process.</summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The number, from 0, of the line of postmaster.pid that has the server's state. Source: LOCK_FILE_LINE_PM_STATUS of PostgreSQL's
    /// miscadmin.h.
    /// </summary>
    private const int StatusLine = 7;

    private readonly string _binaries;
    private readonly string _folder;
    private Task _ended = Task.CompletedTask;

    private PrivatePostgres(string binaries, string folder) => (_binaries, _folder) = (binaries, folder);

    private string DataFolder => Path.Combine(_folder, "data");

    /// <summary>The connection string of the database that holds the cluster's tables.</summary>
    public string ConnectionString => ConnectionStringOf(_folder);

    /// <summary>The connection string of the server in a folder, whether it runs or not.</summary>
    public static string ConnectionStringOf(string folder) =>
        PostgresAddress.WithUtf8(
            new() { Host = folder, Username = PostgresAccount.Name, Database = "sweep", ApplicationName = "sweep" }).ConnectionString;

    /// <summary>Whether a server runs on this folder.</summary>
    public static bool IsRunning(string folder) => ServerOf(folder) is not null;

    private static int? ServerOf(string folder)
    {
        try
        {
            return int.TryParse(PidFile(folder).FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && File.ReadAllText($"/proc/{id}/comm").StartsWith("postgres", StringComparison.Ordinal) ? id : null;
        }
        catch (IOException)
        {
            // The process does not exist, or it ended while its name was read.
            return null;
        }
    }

    /// <summary>The lines of postmaster.pid, which a running server writes; none when there is no such file.</summary>
    private static string[] PidFile(string folder)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(folder, "data", "postmaster.pid"));
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>
    /// Makes the data folder if it is missing, starts the server and waits until it answers. Two callers must not do so in the same folder
    /// at once.
    /// </summary>
    /// <param name="folder">A folder that <see cref="HomeFolder"/> accepts.</param>
    /// <param name="durable">Whether the server uses fsync. Only tests switch it off.</param>
    /// <exception cref="LocalClusterException">The server cannot be started; the message says why.</exception>
    public static async Task<PrivatePostgres> StartAsync(string folder, bool durable = true, CancellationToken cancellation = default)
    {
        var server = new PrivatePostgres(PostgresBinaries.Find(), folder);
        Directory.CreateDirectory(folder);
        PostgresAccount.Here?.Take(folder);
        // A server that runs already was left by a process that was killed. It may be about to end, so it cannot be used.
        await server.DisposeAsync();
        if (!File.Exists(Path.Combine(server.DataFolder, "PG_VERSION")))
            await server.InitializeAsync(cancellation);
        server.Launch(durable);
        try
        {
            await server.WaitForAnswerAsync(cancellation);
        }
        catch (Exception)
        {
            await server.DisposeAsync();
            throw;
        }

        return server;
    }

    /// <summary>Stops the server. Open transactions are rolled back.</summary>
    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (ServerOf(_folder) is not { } server)
            return;
        // This is what pg_ctl does for a fast stop, but pg_ctl looks only ten times a second whether the server has ended.
        Signals.SendInterrupt(server);
        var started = Stopwatch.GetTimestamp();
        while (IsRunning(_folder) && Stopwatch.GetElapsedTime(started) < StopLimit)
            await Task.Delay(5);
    }

    private async Task InitializeAsync(CancellationToken cancellation)
    {
        if (Path.Exists(DataFolder))
        {
            throw new LocalClusterException(
                $"SWEEP_HOME: found {DataFolder}, which is no data folder of PostgreSQL; move it away, or choose another folder.");
        }
        // Rename last: a start that is interrupted leaves an incomplete folder under another name, which the next start deletes.
        var made = DataFolder + ".new";
        if (Directory.Exists(made))
            Directory.Delete(made, recursive: true);
        var (code, output) = await RunAsync(
            "initdb",
            [
                "-D", made, "-U", PostgresAccount.Name, "--auth=peer", "--auth-local=trust",
                "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions",
            ],
            cancellation);
        if (code != 0)
            throw new LocalClusterException($"PostgreSQL's initdb failed in {_folder}: {Reason(output)}");
        Directory.Move(made, DataFolder);
    }

    private void Launch(bool durable)
    {
        string[] settings =
        [
            // The quotes are needed for a folder whose name begins or ends with a space.
            $"unix_socket_directories=\"{_folder.Replace("\"", "\"\"", StringComparison.Ordinal)}\"",
            "port=5432", "listen_addresses=", "unix_socket_permissions=0700", "max_connections=200",
            "shared_buffers=128MB", "wal_compression=on", "max_wal_size=1GB", "logging_collector=off", "log_min_messages=warning",
            // Frequent vacuuming makes the room of deleted checkpoints free again soon; otherwise the file grows for a minute.
            "autovacuum_naptime=10s",
            .. durable ? Array.Empty<string>() : ["fsync=off", "synchronous_commit=off", "full_page_writes=off"],
        ];
        // A shell opens the log, so that the server does not depend on pipes of this process.
        var line = $"exec {Quote(Path.Combine(_binaries, "postgres"))} -D {Quote(DataFolder)} " +
            $"{string.Join(' ', settings.Select(setting => "-c " + Quote(setting)))} >>{Quote(LogFile)} 2>&1 </dev/null";
        // In a session of its own the server does not receive Ctrl-C from the terminal. This program receives it, and stops the server.
        var start = SystemCommand.Of("setsid", ["setpriv", .. PostgresAccount.OptionsHere, "--pdeathsig", "INT", "sh", "-c", line]);
        start.WorkingDirectory = _folder;
        ChildEnvironment.OfPostgres(start.Environment);
        _ended = StartOnOwnThread(start);
    }

    private async Task WaitForAnswerAsync(CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await IsAnsweringAsync(cancellation))
        {
            if (_ended.IsCompleted || Stopwatch.GetElapsedTime(started) > StartLimit)
                throw new LocalClusterException($"PostgreSQL in {_folder} does not answer: {LastLine(Log())}");
            await Task.Delay(10, cancellation);
        }
    }

    /// <summary>Whether the server takes connections. If it does, the database is created unless it exists.</summary>
    private async Task<bool> IsAnsweringAsync(CancellationToken cancellation)
    {
        // Reading the file is cheaper than a connection that is refused.
        if (!(PidFile(_folder) is { Length: > StatusLine } lines && lines[StatusLine].StartsWith("ready", StringComparison.Ordinal)))
            return false;
        try
        {
            await using var connection = await ConnectAsync("sweep", cancellation);
            return true;
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            await using var connection = await ConnectAsync("postgres", cancellation);
            await using var create = new NpgsqlCommand("create database sweep", connection);
            await create.ExecuteNonQueryAsync(cancellation);
            return true;
        }
        catch (NpgsqlException error) when (error is not PostgresException { SqlState: not PostgresErrorCodes.CannotConnectNow })
        {
            // The file was left by a server that was killed.
            return false;
        }
    }

    private async Task<NpgsqlConnection> ConnectAsync(string database, CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(ConnectionString) { Database = database, Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellation);
        return connection;
    }

    private string LogFile => Path.Combine(_folder, "postgres.log");

    private string Log() => File.Exists(LogFile) ? File.ReadAllText(LogFile) : "it wrote no log.";

    private async Task<(int Code, string Output)> RunAsync(string program, string[] arguments, CancellationToken cancellation)
    {
        // Without options setpriv changes nothing.
        var start = SystemCommand.Of("setpriv", [.. PostgresAccount.OptionsHere, "--", Path.Combine(_binaries, program), .. arguments]);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.WorkingDirectory = _folder;
        ChildEnvironment.OfPostgres(start.Environment);
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var error = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return (process.ExitCode, await output + await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>
    /// Starts a child on a thread that lives as long as the child, since the system sends the death signal when the thread that started
    /// the child ends.
    /// </summary>
    /// <returns>A task that completes when the child ends.</returns>
    private static Task StartOnOwnThread(ProcessStartInfo start)
    {
        var (started, ended) = (new TaskCompletionSource(), new TaskCompletionSource());
        new Thread(() =>
        {
            try
            {
                using var process = Process.Start(start)!;
                started.SetResult();
                process.WaitForExit();
                ended.SetResult();
            }
            catch (Exception error) when (!started.Task.IsCompleted)
            {
                started.SetException(error);
            }
        })
        { IsBackground = true, Name = "postgres" }.Start();
        started.Task.GetAwaiter().GetResult();
        return ended.Task;
    }

    private static string Quote(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    /// <summary>The first error in the output of initdb; the other lines only show its progress. Without an error, the last line.</summary>
    private static string Reason(string output) =>
        output.Split('\n').FirstOrDefault(line =>
            line.Contains("FATAL:", StringComparison.Ordinal)
            || line.Contains("PANIC:", StringComparison.Ordinal)
            || line.Contains("error:", StringComparison.Ordinal))?.Trim()
        ?? LastLine(output);

    private static string LastLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault()?.Trim() ?? "no output.";
}
