using Npgsql;
using Sweep.Client.Errors;
using Sweep.Client.Local;
using Sweep.Domain.Models;
using Sweep.Domain.Scheduling;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.Clusters;

/// <summary>How many slots a sweep could have, and how fast they train.</summary>
/// <param name="Slots">Slots of the workers that could take its trials; null where no cluster is up.</param>
/// <param name="Trials">How many trials the speed was measured of; 0 where it is estimated.</param>
internal sealed record ClusterSpeed(int? Slots, TrainingSpeed Speed, int Trials)
{
    /// <summary>The newest trials say how fast the cluster is now.</summary>
    private const int MostTrials = 500;

    /// <summary>A plan needs no cluster, so one that does not answer is not waited for.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Reads them from the cluster that is up. Nothing is started for it.</summary>
    public static async Task<ClusterSpeed> ReadAsync(ClusterChoice choice, ResourceSpec resources, CancellationToken cancellation)
    {
        try
        {
            if (!IsUp(choice))
                return new(null, TrainingSpeed.Typical, 0);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(Limit);
            await using var cluster = await Cluster.OpenAsync(choice, ClusterPurpose.Command, limit.Token);
            var workers = await cluster.Reader.WorkersAsync(limit.Token);
            var measured = await cluster.Search.SpeedsAsync(MostTrials, limit.Token);
            return new(
                workers.Where(worker => worker is { Alive: true, State: WorkerState.Active }
                    && (resources.Require ?? []).All(worker.Labels.Contains)).Sum(worker => worker.Devices.Count),
                TrainingSpeed.Fit(measured) ?? TrainingSpeed.Typical,
                measured.Count);
        }
        catch (Exception error) when (
            error is NpgsqlException or TimeoutException or LocalClusterException or RequestRefusedException
                || (error is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return new(null, TrainingSpeed.Typical, 0);
        }
    }

    private static bool IsUp(ClusterChoice choice) => choice.ConnectionString is not null
        || choice.Home.ReadOwner() is { IsAlive: true, DatabaseReady: true, Purpose: not ClusterPurpose.Command };
}
