using System.Diagnostics;
using Sweep.Client.Errors;

namespace Sweep.Client.Local;

/// <summary>The private cluster that <c>sweep up</c> keeps: a process of this program in the background that owns it.</summary>
internal static class BackgroundCluster
{
    /// <summary>The hidden command that the background process runs.</summary>
    public const string KeepCommand = "keep";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>The owner of the background cluster; null unless it is alive and its silo takes work.</summary>
    public static ClusterOwner? Find(SweepHome home) =>
        home.ReadOwner() is { Purpose: ClusterPurpose.Up, IsAlive: true, SiloProcessId: not null } owner ? owner : null;

    /// <summary>Starts the background cluster and waits until its silo takes work.</summary>
    /// <param name="machine">The options for how much of the machine its silo uses.</param>
    /// <exception cref="LocalClusterException">The cluster cannot start. The message is the last line of its log.</exception>
    public static async Task<ClusterOwner> StartAsync(SweepHome home, IReadOnlyList<string> machine, CancellationToken cancellation)
    {
        // Taking the lock checks the folder. An error appears here on the terminal, and not only in the log of the background process.
        home.TryLock()?.Dispose();
        var program = Path.Combine(AppContext.BaseDirectory, "sweep.dll");
        var start = SystemCommand.Of(
            "setsid",
            [
                "sh", "-c", "log=$1; shift; exec \"$@\" >\"$log\" 2>&1 </dev/null", "sh", home.UpLog,
                DotnetProgram.Path, program, KeepCommand, .. machine,
            ]);
        (start.Environment["SWEEP_HOME"], start.Environment["SWEEP_POSTGRES"]) = (home.Folder, null);
        using var process = Process.Start(start)!;
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (Find(home) is { } owner && owner.ProcessId == process.Id)
                return owner;
            if (process.HasExited)
                throw new LocalClusterException(SweepHome.LastLine(home.UpLog).Replace("sweep: ", "", StringComparison.Ordinal));
            if (Stopwatch.GetElapsedTime(started) > StartLimit)
            {
                throw new LocalClusterException(
                    $"The cluster is not up after {StartLimit.TotalSeconds:0} s; see {home.UpLog} and {home.SiloLog}.");
            }
            await Task.Delay(Pause, cancellation);
        }
    }

    /// <summary>Stops the background cluster and waits for its end, since running trials write their checkpoints first.</summary>
    /// <returns>False when no cluster was up.</returns>
    /// <exception cref="RequestRefusedException">A process of <c>sweep run</c> owns the folder.</exception>
    /// <exception cref="LocalClusterException">The cluster does not stop within 90 seconds.</exception>
    public static async Task<bool> StopAsync(SweepHome home, CancellationToken cancellation)
    {
        if (home.ReadOwner() is not { IsAlive: true } owner || !Directory.Exists(home.Folder) || IsFree(home))
            return false;
        if (owner.Purpose != ClusterPurpose.Up)
        {
            throw new RequestRefusedException(
                $"No cluster is up; process {owner.ProcessId} runs a sweep in {home.Folder}. Ctrl-C there pauses it.");
        }
        Signals.SendTerminate(owner.ProcessId);
        var started = Stopwatch.GetTimestamp();
        while (!IsFree(home))
        {
            if (Stopwatch.GetElapsedTime(started) > StopLimit)
            {
                throw new LocalClusterException(
                    $"Process {owner.ProcessId} has not stopped within {StopLimit.TotalSeconds:0} s; see {home.SiloLog}.");
            }
            await Task.Delay(Pause, cancellation);
        }

        return true;
    }

    private static bool IsFree(SweepHome home)
    {
        using var @lock = home.TryLock();
        return @lock is not null;
    }
}
