namespace Sweep.Processes;

/// <summary>
/// Waits of tests and measurements for events in a cluster of real processes. Most of them return how long the wait took.
/// </summary>
public static class ClusterWaits
{
    private const int Dead = 6;

    /// <summary>Waits until a sweep is completed or cancelled.</summary>
    public static async Task SweepIsOverAsync(this RealCluster cluster, string sweep, TimeSpan limit) =>
        await Waiting.UntilAsync($"{sweep} to be over", limit, async () =>
        {
            var found = await cluster.Database.ValueAsync<string>(
                """
                select concat(
                  p.state, ', epoch ', p.epochs_done, ' of ', p.epochs_total, ', ',
                  p.running, ' running, ', p.queued, ' queued, ', p.failed, ' failed')
                from sweep_progress p where p.sweep = $1
                """,
                sweep);
            return (
                found,
                found?.StartsWith("completed", StringComparison.Ordinal) == true
                    || found?.StartsWith("cancelled", StringComparison.Ordinal) == true);
        });

    /// <summary>Waits until the number that a query returns is at least <paramref name="atLeast"/>.</summary>
    public static async Task<TimeSpan> CountsAsync(
        this RealCluster cluster, string what, long atLeast, TimeSpan limit, string sql, params object[] values) =>
        (await Waiting.UntilAsync(what, limit, async () =>
        {
            var found = await cluster.Database.ValueAsync<long>(sql, values);
            return (found, found >= atLeast);
        })).After;

    /// <summary>Waits until this many epochs are stored in all.</summary>
    public static Task<TimeSpan> EpochsAsync(this RealCluster cluster, long count, TimeSpan limit) =>
        cluster.CountsAsync($"{count} epochs", count, limit, "select count(*) from epochs");

    /// <summary>Waits until this many trials run on a silo.</summary>
    public static Task<TimeSpan> TrialsRunOnAsync(this RealCluster cluster, RealSilo silo, long count, TimeSpan limit) =>
        cluster.CountsAsync(
            $"{silo.Name} to train {count} trials", count, limit, "select count(*) from trials where state = 'running' and worker = $1",
            silo.Name);

    /// <summary>Waits until each trial that runs on a silo has stored this many epochs of its present attempt.</summary>
    public static async Task TrialsAdvanceOnAsync(this RealCluster cluster, RealSilo silo, int epochs, TimeSpan limit) =>
        await cluster.CountsAsync(
            $"a trial on {silo.Name} to store {epochs} epochs", epochs, limit,
            "select coalesce(min(n), 0) from (" +
            "select count(e.epoch) as n from trials t left join epochs e on e.trial_id = t.id and e.attempt = t.attempt " +
            "where t.state = 'running' and t.worker = $1 group by t.id) c",
            silo.Name);

    /// <summary>Waits until the table of members has a silo as dead.</summary>
    public static async Task<TimeSpan> DeclaredDeadAsync(this RealCluster cluster, RealSilo silo, TimeSpan limit) =>
        (await Waiting.UntilAsync($"{silo.Name} to be declared dead (status {Dead})", limit, async () =>
        {
            var found = await cluster.StatusAsync(silo);
            return (found, found == Dead);
        })).After;

    /// <summary>Returns the silo's Orleans status: 3 for active, 6 for dead, 0 when the silo is not a member.</summary>
    public static Task<int> StatusAsync(this RealCluster cluster, RealSilo silo) =>
        cluster.Database.ValueAsync<int>("select status from orleans_members where silo_name = $1", silo.Name);

    public static async Task<bool> IsDeclaredDeadAsync(this RealCluster cluster, RealSilo silo) => await cluster.StatusAsync(silo) == Dead;

    /// <summary>Returns the ids of the trials that run on a silo.</summary>
    public static async Task<IReadOnlyList<long>> TrialsOnAsync(this RealCluster cluster, RealSilo silo) =>
    [
        .. (await cluster.Database.LinesAsync(
            "select id::text from trials where state = 'running' and worker = $1 order by id", silo.Name)).Select(long.Parse),
    ];

    /// <summary>Waits until all of these trials run on another silo.</summary>
    public static Task<TimeSpan> LeasedElsewhereAsync(
        this RealCluster cluster, IReadOnlyList<long> trials, RealSilo than, TimeSpan limit) =>
        cluster.CountsAsync(
            $"{trials.Count} trials of {than.Name} to be leased elsewhere", trials.Count, limit,
            "select count(*) from trials where id = any($1) and state = 'running' and worker <> $2", trials.ToArray(), than.Name);
}
