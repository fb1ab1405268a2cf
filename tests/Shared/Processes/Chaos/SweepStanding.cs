using Npgsql;

namespace Sweep.Processes.Chaos;

/// <summary>The present state of a sweep and of its trials.</summary>
/// <param name="Unfinished">Numbers of the trials that wait or run.</param>
/// <param name="Ended">Numbers of the trials that failed or were cancelled.</param>
public sealed record SweepStanding(string State, IReadOnlyList<int> Unfinished, IReadOnlyList<int> Ended)
{
    /// <summary>Reads the state; null when there is no such sweep, or when the database is away.</summary>
    public static async Task<SweepStanding?> ReadAsync(RealDatabase database, int sweep)
    {
        try
        {
            return (await database.RowsAsync(
                row => new SweepStanding(row.GetString(0), row.GetFieldValue<int[]>(1), row.GetFieldValue<int[]>(2)),
                """
                select
                  s.state, coalesce(array_agg(t.number) filter (where t.state in ('queued', 'running')), '{}'),
                  coalesce(array_agg(t.number order by t.number) filter (where t.state in ('failed', 'cancelled')), '{}')
                from sweeps s join trials t on t.sweep_id = s.id where s.id = $1 group by s.state
                """,
                sweep)).SingleOrDefault();
        }
        catch (NpgsqlException)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether this state, read after an order, agrees with the order's answer. Only one user sends orders to the sweep, so nothing but the
    /// sweep's own end can have changed the state in between.
    /// </summary>
    public bool Fits(UserOrder order) => (order.Deed, order.Accepted) switch
    {
        (UserDeed.Pause, true) => State is "paused" or "completed",
        (UserDeed.Resume, true) => State is "running" or "completed",
        (UserDeed.Cancel, true) => State is "cancelled" or "completed",
        (UserDeed.Pause or UserDeed.Resume, false) => State is "completed" or "cancelled",
        (UserDeed.Cancel, false) => State is "completed",
        (UserDeed.CancelTrial, false) => !Unfinished.Contains(order.Trial!.Value),
        (UserDeed.Retry, false) => Ended.Count == 0,
        (UserDeed.RetryTrial, false) => !Ended.Contains(order.Trial!.Value),
        _ => true,
    };
}
