using System.Diagnostics;
using Npgsql;
using Sweep.Client.Errors;
using Sweep.Storage.Connections;
using Sweep.Storage.Migrations;

namespace Sweep.Client.Local;

/// <summary>PostgreSQL and one silo in a folder of this machine. This process owns them, and they end with it.</summary>
internal sealed class PrivateCluster : IAsyncDisposable
{
    private static readonly TimeSpan LeftoverLimit = TimeSpan.FromSeconds(10);

    private readonly SweepHome _home;
    private readonly IReadOnlyList<string> _machine;
    private readonly FileStream _lock;
    private readonly PrivatePostgres _postgres;
    private readonly ClusterPurpose _purpose;

    private SiloProcess? _launched;

    private PrivateCluster(
        SweepHome home, IReadOnlyList<string> machine, FileStream @lock, PrivatePostgres postgres, SiloProcess? launched,
        ClusterPurpose purpose)
    {
        (_home, _machine, _lock, _postgres, _launched, _purpose) = (home, machine, @lock, postgres, launched, purpose);
        Source = Database.Open(postgres.ConnectionString);
    }

    public string ConnectionString => _postgres.ConnectionString;

    public NpgsqlDataSource Source { get; }

    public SiloProcess? Silo { get; private set; }

    /// <summary>Starts PostgreSQL and brings its tables up to date; <see cref="StartSiloAsync"/> lets a silo join.</summary>
    /// <param name="home">The folder of the cluster.</param>
    /// <param name="machine">The options for how much of the machine the silo uses.</param>
    /// <param name="lock">The lock of the folder. The cluster releases it when it ends.</param>
    /// <exception cref="LocalClusterException">The cluster cannot be started; the message says why.</exception>
    public static async Task<PrivateCluster> StartAsync(
        SweepHome home, IReadOnlyList<string> machine, FileStream @lock, ClusterPurpose purpose, CancellationToken cancellation)
    {
        SiloProcess? launched = null;
        try
        {
            await EndLeftoverSiloAsync(home);
            // The silo starts at the same time as PostgreSQL, which saves time. A short command mostly reads, and needs no silo yet.
            launched = purpose == ClusterPurpose.Command ? null : Launch(home, machine);
            home.WriteOwner(new(Environment.ProcessId, purpose, "", DatabaseReady: false, SiloProcessId: null));
            var postgres = await PrivatePostgres.StartAsync(home.Folder, cancellation: cancellation);
            var cluster = new PrivateCluster(home, machine, @lock, postgres, launched, purpose);
            try
            {
                await Migrator.MigrateAsync(cluster.Source, cancellation);
            }
            catch (Exception)
            {
                await cluster._postgres.DisposeAsync();
                throw;
            }

            cluster.WriteOwner();
            return cluster;
        }
        catch (Exception)
        {
            if (launched is not null)
                await launched.DisposeAsync();
            home.DeleteOwner();
            await @lock.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets the silo join the cluster, unless it has done so already, and returns it.</summary>
    /// <exception cref="LocalClusterException">The silo does not start; the message has the last line of its log.</exception>
    public async Task<SiloProcess> StartSiloAsync(CancellationToken cancellation)
    {
        if (Silo is not null)
            return Silo;
        // This process has the lock of the folder, so no other silo is alive. Without the rows of ended silos, the new one does not wait
        // for their heartbeats.
        await using (var clear = Source.CreateCommand("delete from orleans_members"))
            await clear.ExecuteNonQueryAsync(cancellation);
        _launched ??= Launch(_home, _machine);
        await _launched.JoinAsync(cancellation);
        Silo = _launched;
        WriteOwner();
        return Silo;
    }

    private static SiloProcess Launch(SweepHome home, IReadOnlyList<string> machine) =>
        // Its sweep files are those of whoever runs this program, with whose rights it runs.
        SiloProcess.Launch(
            [.. SiloProgram.Find(), "--programs", .. machine], PrivatePostgres.ConnectionStringOf(home.Folder), home.SiloLog);

    /// <summary>Starts the silo and waits until it ends by itself. The next call starts another one.</summary>
    /// <param name="shortLife">A silo that ended within this time is not replaced.</param>
    /// <exception cref="SiloEndedException">The silo ended within <paramref name="shortLife"/>.</exception>
    public async Task ReplaceSiloAsync(TimeSpan shortLife, Action<string> report, CancellationToken cancellation)
    {
        var silo = await StartSiloAsync(cancellation);
        var started = Stopwatch.GetTimestamp();
        await silo.Ended.WaitAsync(cancellation);
        if (Stopwatch.GetElapsedTime(started) < shortLife)
            silo.ThrowIfEnded();
        report($"The silo of process {silo.Id} ended by itself; starting another one.");
        await silo.DisposeAsync();
        (Silo, _launched) = (null, null);
    }

    /// <summary>Stops the silo, which lets running trials write their checkpoints, and then PostgreSQL.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_launched is not null)
            await _launched.DisposeAsync();
        await Source.DisposeAsync();
        await _postgres.DisposeAsync();
        _home.DeleteOwner();
        await _lock.DisposeAsync();
    }

    private void WriteOwner() => _home.WriteOwner(new(Environment.ProcessId, _purpose, ConnectionString, DatabaseReady: true, Silo?.Id));

    /// <summary>
    /// Waits for the silo of an owner that was killed, since two silos must not run at once. It drains at the end of its standard input.
    /// It is killed when its database is gone or when it takes longer than ten seconds.
    /// </summary>
    private static async Task EndLeftoverSiloAsync(SweepHome home)
    {
        if (home.ReadOwner()?.SiloProcessId is not { } id)
            return;
        var started = Stopwatch.GetTimestamp();
        while (IsSilo(id))
        {
            if (!PrivatePostgres.IsRunning(home.Folder) || Stopwatch.GetElapsedTime(started) > LeftoverLimit)
                Signals.SendKill(id);
            await Task.Delay(50);
        }
    }

    private static bool IsSilo(int processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/cmdline").Contains("Sweep.Silo", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
