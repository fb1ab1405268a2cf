using System.Diagnostics;
using Npgsql;
using Sweep.Client.Clusters;
using Sweep.Client.Errors;
using Sweep.Domain.Sweeps;
using Sweep.Storage.Reading;

namespace Sweep.Client.Live;

/// <summary>Reads a sweep from the database again and again, and shows it, until it stops.</summary>
internal sealed class SweepWatch(Cluster cluster, IProgressView view)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);
    // When every epoch is done, only the short measurements after the training are left.
    private static readonly TimeSpan LastPause = TimeSpan.FromMilliseconds(30);
    // Training goes on for a while when the database does not answer, so the watch goes on too.
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromMinutes(10);

    /// <summary>Shows the sweep until it is completed, cancelled or paused, and nothing of it runs.</summary>
    /// <exception cref="SiloEndedException">The silo of the private cluster that this process owns has ended.</exception>
    public async Task<SweepOverview> UntilOverAsync(string name, CancellationToken cancellation)
    {
        var reader = new SnapshotReader(cluster, view, name);
        SweepOverview? end = null;
        await view.ShowAsync(async show =>
        {
            var lastAnswer = Stopwatch.GetTimestamp();
            var isTrained = false;
            while (end is null)
            {
                try
                {
                    var snapshot = await reader.ReadAsync(cancellation);
                    lastAnswer = Stopwatch.GetTimestamp();
                    show(snapshot);
                    isTrained = snapshot.Sweep.Spec.HasEpochLimit && snapshot.Sweep.EpochsDone == snapshot.Sweep.EpochsTotal;
                    if (snapshot.Sweep.State != SweepState.Running && snapshot.Sweep.Running == 0)
                        end = snapshot.Sweep;
                }
                catch (NpgsqlException error) when (
                    error is not PostgresException { IsTransient: false } && Stopwatch.GetElapsedTime(lastAnswer) < SilenceLimit)
                {
                    // The database is read again after the pause.
                }

                cluster.Private?.Silo?.ThrowIfEnded();
                if (end is null)
                    await Task.Delay(isTrained ? LastPause : Pause, cancellation);
            }
        });
        return end!;
    }
}
