using System.Diagnostics;
using System.Globalization;

namespace Sweep.Processes;

/// <summary>
/// Silos as processes with a private PostgreSQL, in a separate folder under /tmp. Disposing of it ends the processes and deletes the
/// folder.
/// </summary>
public sealed class RealCluster : IAsyncDisposable
{
    private static readonly TimeSpan CommandLimit = TimeSpan.FromMinutes(3);
    private static int _clusters;
    private readonly List<RealSilo> _silos = [];
    private readonly string _folder;
    private readonly SmallDisk? _disk;
    private int _started;

    private RealCluster(string folder, SmallDisk? disk, RealDatabase database) => (_folder, _disk, Database) = (folder, disk, database);

    public RealDatabase Database { get; }

    /// <summary>The silos whose process has not ended, including frozen ones.</summary>
    public IReadOnlyList<RealSilo> Silos
    {
        get
        {
            lock (_silos)
                return [.. _silos.Where(silo => !silo.Ended.IsCompleted)];
        }
    }

    /// <summary>Returns the path of a file or folder of the cluster, which is deleted with the cluster.</summary>
    public string Join(string name) => Path.Combine(_folder, name);

    /// <summary>Starts PostgreSQL and this many silos of one slot each.</summary>
    /// <param name="disk">Disk of the cluster's folder; null for the machine's own disk.</param>
    public static async Task<RealCluster> StartAsync(int silos, SmallDisk? disk = null)
    {
        var folder = string.Create(
            CultureInfo.InvariantCulture, $"/tmp/sweep-real-{Environment.ProcessId}-{Interlocked.Increment(ref _clusters)}");
        Directory.CreateDirectory(folder);
        disk?.MountOn(folder);
        var cluster = new RealCluster(folder, disk, await RealDatabase.StartAsync(folder));
        try
        {
            for (var silo = 0; silo < silos; silo++)
                await cluster.AddSiloAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a silo with a new name, and waits until it is ready.</summary>
    public Task<RealSilo> AddSiloAsync(int slots = 1) => AddSiloAsync(slots, [], []);

    /// <param name="options">Additional options of the silo.</param>
    /// <param name="prefix">A command that runs the silo's command, or nothing.</param>
    public async Task<RealSilo> AddSiloAsync(int slots, IReadOnlyList<string> options, IReadOnlyList<string> prefix)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"silo-{Interlocked.Increment(ref _started)}");
        var silo = await RealSilo.StartAsync(
            name, _folder,
            [
                "--postgres", Database.ConnectionString, "--slots", slots.ToString(CultureInfo.InvariantCulture), "--programs", .. options,
            ],
            prefix);
        lock (_silos)
            _silos.Add(silo);
        return silo;
    }

    /// <summary>
    /// Returns the silo that hosts the scheduler, which is the only one with the metric of the queue; null while no silo hosts it.
    /// </summary>
    public async Task<RealSilo?> ControlAsync()
    {
        foreach (var silo in Silos.Where(silo => !silo.IsFrozen))
        {
            if (await silo.MetricAsync("sweep_queue") is not null)
                return silo;
        }

        return null;
    }

    /// <summary>Starts <c>sweep</c> with these arguments for this cluster.</summary>
    public RunningSweep Start(params string[] arguments) => Start([], arguments);

    /// <param name="prefix">A command that runs <c>sweep</c>, or nothing.</param>
    public RunningSweep Start(IReadOnlyList<string> prefix, IReadOnlyList<string> arguments)
    {
        string[] command = [.. prefix, "dotnet", BuiltPrograms.Client, .. arguments, "--postgres", Database.ConnectionString];
        return new(Process.Start(RunningSweep.StartInfo(command))!);
    }

    /// <summary>Runs a command that must succeed.</summary>
    /// <returns>What the command printed.</returns>
    public Task<string> OutputAsync(params string[] arguments) => OutputAsync([], arguments);

    /// <param name="prefix">A command that runs <c>sweep</c>, or nothing.</param>
    public async Task<string> OutputAsync(IReadOnlyList<string> prefix, IReadOnlyList<string> arguments)
    {
        using var sweep = Start(prefix, arguments);
        var (code, output, errors) = await sweep.EndAsync(CommandLimit);
        return code == 0
            ? output
            : throw new InvalidOperationException($"sweep {string.Join(' ', arguments)} ended with {code}: {errors}{output}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in Silos)
            silo.Dispose();
        await Database.DisposeAsync();
        _disk?.Unmount();
        Directory.Delete(_folder, recursive: true);
    }
}
