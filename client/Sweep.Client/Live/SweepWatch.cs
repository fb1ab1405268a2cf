using System.Diagnostics;
using Npgsql;
using Sweep.Client.Clusters;
using Sweep.Client.Errors;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Storage.Reading;

namespace Sweep.Client.Live;

/// <summary>Watches one sweep through the database until nothing more happens to it.</summary>
internal sealed class SweepWatch(Cluster cluster, IProgressView view)
{
    // Above this, the rows of all trials are too much to read again for each one that ends.
    private const int MostTrialsToList = 2_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);
    // Training goes on without the database for a while, and so does this.
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromMinutes(10);

    /// <summary>Shows the sweep until it is completed, cancelled or paused, and nothing of it runs.</summary>
    /// <exception cref="SiloEndedException">The silo of our private cluster is gone.</exception>
    public async Task<SweepOverview> UntilOverAsync(string name, CancellationToken cancellation)
    {
        SweepOverview? end = null;
        await view.ShowAsync(async show =>
        {
            var started = Stopwatch.GetTimestamp();
            var heard = started;
            var listed = -1;
            while (end is null)
            {
                try
                {
                    var sweep = await cluster.Reader.FindAsync(name, cancellation) ?? throw new RequestRefusedException($"The sweep {name} was deleted.");
                    var running = await cluster.Reader.RunningAsync(sweep.Id, cancellation);
                    var over = sweep.Succeeded + sweep.Failed + sweep.Cancelled;
                    var list = view.WantsFinished && over != listed && sweep.Trials <= MostTrialsToList;
                    var finished = list ? (await cluster.Reader.TrialsAsync(sweep.Id, cancellation)).Where(trial => trial.State.IsOver()).ToList() : null;
                    listed = list ? over : listed;
                    var stuck = sweep is { State: SweepState.Running, Queued: > 0 } && running.Count == 0;
                    var waiting = stuck ? WaitingReason.Of(sweep.Spec.Resources, await cluster.Reader.WorkersAsync(cancellation)) : null;
                    heard = Stopwatch.GetTimestamp();
                    show(new(Stopwatch.GetElapsedTime(started), sweep, running, finished, waiting));
                    if (sweep.State != SweepState.Running && sweep.Running == 0)
                        end = sweep;
                }
                catch (NpgsqlException error) when (error is not PostgresException { IsTransient: false } && Stopwatch.GetElapsedTime(heard) < SilenceLimit)
                {
                    // Asked again after the pause.
                }

                cluster.Private?.Silo?.ThrowIfEnded();
                if (end is null)
                    await Task.Delay(Pause, cancellation);
            }
        });
        return end!;
    }
}
