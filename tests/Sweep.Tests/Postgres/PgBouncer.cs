using System.Diagnostics;
using System.Net.Sockets;
using Npgsql;
using Sweep.Tests.Cluster;

namespace Sweep.Tests.Postgres;

/// <summary>A pgbouncer before the tests' server. It lends its few connections to many clients, for one transaction at a time.</summary>
internal sealed class PgBouncer : IAsyncDisposable
{
    private const string Account = "postgres";
    private const int Port = 6432;

    private readonly string _folder;
    private readonly Process _process;

    private PgBouncer(string folder, Process process, string database) =>
        (_folder, _process, ConnectionString) = (folder, process, database);

    /// <summary>Leads to the database through pgbouncer.</summary>
    public string ConnectionString { get; }

    /// <summary>Starts pgbouncer. Skips the test where it is not installed.</summary>
    /// <param name="connectionString">A database whose server listens on a unix socket.</param>
    public static async Task<PgBouncer> StartAsync(string connectionString)
    {
        var program = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Append("/usr/sbin")
            .Select(path => Path.Combine(path, "pgbouncer"))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, "pgbouncer is not installed: apt-get install pgbouncer");
        var server = new NpgsqlConnectionStringBuilder(connectionString);
        var folder = Directory.CreateTempSubdirectory("sweep-pgbouncer-").FullName;
        var settings = Path.Combine(folder, "pgbouncer.ini");
        await File.WriteAllTextAsync(settings, $"""
            [databases]
            * = host={server.Host} user={server.Username}
            [pgbouncer]
            listen_addr =
            listen_port = {Port}
            unix_socket_dir = {folder}
            auth_type = any
            pool_mode = transaction
            default_pool_size = 3
            """);
        // pgbouncer refuses to run as root, as PostgreSQL does.
        string[] command = Environment.IsPrivilegedProcess
            ? ["setpriv", "--reuid", Account, "--regid", Account, "--init-groups", program!, settings]
            : [program!, settings];
        if (Environment.IsPrivilegedProcess)
        {
            using var owner = Process.Start("chown", ["-R", Account, folder]);
            await owner.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        await Poll.UntilAsync(() => ListensAsync(Path.Combine(folder, $".s.PGSQL.{Port}")), "pgbouncer to listen");
        return new(folder, process, new NpgsqlConnectionStringBuilder
        {
            Host = folder,
            Port = Port,
            Username = server.Username,
            Database = server.Database,
        }.ConnectionString);
    }

    /// <summary>Whether pgbouncer accepts connections, which it does some time after it has created its socket.</summary>
    private static async Task<bool> ListensAsync(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), TestContext.Current.CancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
