using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Sweep.Client.Local;
using Sweep.Security;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Postgres;

/// <summary>
/// A PostgreSQL that deploy/postgres set up as it does in its container: the script runs on a server without a network, and the server is
/// then restarted with one.
/// </summary>
public sealed class DeployedPostgres : IAsyncLifetime
{
    private readonly string _folder = Path.Combine("/tmp", $"sweep-deployed-{Environment.ProcessId}");
    private readonly string _binaries = PostgresBinaries.Find();

    public int Port { get; } = FreePort();

    public string Socket => _folder;

    /// <summary>The file of the authority that issued the server's certificate.</summary>
    public string Authority => Path.Combine(_folder, "ca.crt");

    /// <summary>The file of an authority that did not issue the server's certificate.</summary>
    public string OtherAuthority => Path.Combine(_folder, "other", "ca.crt");

    /// <summary>The output of the script.</summary>
    public string Output { get; private set; } = "";

    public string Password(string role) => $"it's {role}";

    public string ConnectionString(string role, string more = "SSL Mode=VerifyFull") => new NpgsqlConnectionStringBuilder(more)
    {
        Host = "127.0.0.1",
        Port = Port,
        Username = role,
        Password = Password(role),
        Database = "sweep",
        RootCertificate = more.Contains("Root", StringComparison.Ordinal)
            ? new NpgsqlConnectionStringBuilder(more).RootCertificate
            : Authority,
    }.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_folder);
        foreach (var folder in (string[])[_folder, Path.Combine(_folder, "other")])
        {
            using var authority = CertificateAuthority.Create(
                Path.Combine(folder, "authority"), CertificateAuthority.DefaultLife, DateTimeOffset.UtcNow);
            authority.Issue(
                CertificateRole.Postgres, ["127.0.0.1", "db.example"], folder, CertificateAuthority.DefaultCertificateLife,
                DateTimeOffset.UtcNow);
        }

        foreach (var role in (string[])["owner", "worker", "reader"])
            await File.WriteAllTextAsync(Path.Combine(_folder, role), Password("sweep_" + role) + "\n");
        foreach (var file in (string[])["10-sweep.sh", "pg_hba.conf"])
            File.Copy(RepositoryFolder.Join("deploy", "postgres", file), Path.Combine(_folder, file));
        if (Environment.IsPrivilegedProcess)
            await RunAsync(["chown", "-R", "postgres", _folder], asServer: false);
        await RunAsync([Program("initdb"), "-D", "data", "-U", "postgres", "--auth=trust", "--no-sync", "--no-instructions"]);
        await RunAsync(
            [Program("pg_ctl"), "start", "-w", "-D", "data", "-l", "log", "-o", $"-k {_folder} -c listen_addresses= -c fsync=off"]);
        Output = await RunAsync(
            [
                "env", $"PATH={_binaries}:{Environment.GetEnvironmentVariable("PATH")}", $"PGHOST={_folder}", $"PGDATA={_folder}/data",
                $"SWEEP_CERTIFICATES={_folder}", $"SWEEP_HBA_FILE={_folder}/pg_hba.conf", $"SWEEP_OWNER_PASSWORD_FILE={_folder}/owner",
                $"SWEEP_WORKER_PASSWORD_FILE={_folder}/worker", $"SWEEP_READER_PASSWORD_FILE={_folder}/reader",
                Path.Combine(_folder, "10-sweep.sh"),
            ]);
        await RunAsync([Program("pg_ctl"), "restart", "-w", "-m", "fast", "-D", "data", "-l", "log", "-o",
            $"-k {_folder} -c listen_addresses=127.0.0.1 -c port={Port.ToString(CultureInfo.InvariantCulture)} -c fsync=off"]);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await RunAsync([Program("pg_ctl"), "stop", "-w", "-m", "immediate", "-D", "data"]);
        Directory.Delete(_folder, recursive: true);
    }

    private string Program(string name) => Path.Combine(_binaries, name);

    private async Task<string> RunAsync(string[] command, bool asServer = true)
    {
        if (asServer && Environment.IsPrivilegedProcess)
            command = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups", "--", .. command];
        // A started server keeps its starter's streams open, so the output goes to a file; a pipe would never end.
        var output = Path.Combine(_folder, $"output-{Guid.NewGuid():N}");
        using var process = Process.Start(new ProcessStartInfo(
            "sh", ["-c", "out=$1; shift; \"$@\" >\"$out\" 2>&1 </dev/null", "sh", output, .. command])
        { WorkingDirectory = _folder })!;
        await process.WaitForExitAsync();
        var text = await File.ReadAllTextAsync(output);
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', command)} ended with {process.ExitCode}: {text}");
        return text;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
