using System.Diagnostics;
using Npgsql;
using Sweep.Client.Local;

namespace Sweep.Processes;

/// <summary>
/// A PostgreSQL server that follows another one by streaming replication. It listens on a unix socket only, and ends when this process
/// ends, for whatever reason.
/// </summary>
public sealed class StandbyPostgres : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _id;

    private StandbyPostgres(string folder) => Folder = folder;

    /// <summary>Folder of the server's socket.</summary>
    public string Folder { get; }

    public string ConnectionString => PrivatePostgres.ConnectionStringOf(Folder);

    private string Data => Path.Combine(Folder, "data");

    /// <summary>Copies the primary whose socket is in the folder <paramref name="primary"/>, and follows it from then on.</summary>
    public static async Task<StandbyPostgres> StartAsync(string folder, string primary)
    {
        var standby = new StandbyPostgres(folder);
        Directory.CreateDirectory(folder);
        await RunAsync(["chown", "postgres", folder]);
        await RunAsync(
            [
                .. AsPostgres, Program("pg_basebackup"), "-h", primary, "-U", "postgres", "-D", standby.Data, "-R", "-X", "stream", "-c",
                "fast", "--no-sync",
            ]);
        standby.Launch();
        await Waiting.UntilAsync(
            "the standby to answer", Limit, async () => (0, await standby.ValueAsync<bool>("select pg_is_in_recovery()")));
        return standby;
    }

    /// <summary>Stops following the primary.</summary>
    public async Task CutOffAsync()
    {
        await ValueAsync<object>("alter system set primary_conninfo = ''");
        await ValueAsync<object>("select pg_reload_conf()");
    }

    public async Task PromoteAsync()
    {
        if (!await ValueAsync<bool>("select pg_promote()"))
            throw new InvalidOperationException("The standby was not promoted.");
    }

    public async ValueTask DisposeAsync()
    {
        ProcessSignal.Interrupt.Send(_id);
        await _ended.Task.WaitAsync(Limit);
    }

    private void Launch()
    {
        using var started = new ManualResetEventSlim();
        // The death signal follows the thread that started the server, so that thread waits for it.
        new Thread(() =>
        {
            using var process = Process.Start(new ProcessStartInfo("setpriv",
            [
                .. AsPostgres.Skip(1), "--pdeathsig", "INT", "sh", "-c", "exec \"$@\" >>\"$0\" 2>&1 </dev/null",
                Path.Combine(Folder, "postgres.log"),
                Program("postgres"), "-D", Data, "-c", $"unix_socket_directories={Folder}", "-c", "listen_addresses=", "-c",
                "unix_socket_permissions=0700", "-c", "max_connections=200",
            ])
            { WorkingDirectory = Folder })!;
            _id = process.Id;
            started.Set();
            process.WaitForExit();
            _ended.SetResult();
        })
        { IsBackground = true, Name = "standby" }.Start();
        started.Wait();
    }

    private async Task<T?> ValueAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(ConnectionString) { Database = "postgres", Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    private static string[] AsPostgres =>
        Environment.IsPrivilegedProcess ? ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups"] : ["setpriv"];

    private static string Program(string name) => Path.Combine(PostgresBinaries.Find(), name);

    private static async Task RunAsync(IReadOnlyList<string> command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardError = true })!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}: {errors}");
    }
}
