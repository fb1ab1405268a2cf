using Sweep.Storage;
using Sweep.Storage.Connections;

namespace Sweep.Processes.Chaos;

/// <summary>
/// A time under a killer and users, which lasts as long as a sweep to which users give no orders. Then the disturbances end, the users'
/// sweeps come to their end, and the tables are checked against what was promised and answered.
/// </summary>
/// <param name="undisturbed">Results of the same sweep, and of grids like those of the users, without disturbances.</param>
public sealed class ChaosRound(
    RealCluster cluster, ChaosSilos silos, TrainerDeeds trainers, ChaosKiller killer, ChaosJournal journal,
    IReadOnlyList<string> undisturbed)
{
    /// <summary>Submits the sweep and lets the killer and the users act until it is over.</summary>
    /// <returns>The violations.</returns>
    public async Task<IReadOnlyList<Violation>> RunAsync(
        IDisturbedSweep disturbed, string sweep, int stallLimit, IReadOnlyList<ChaosUser> users, TimeSpan limit)
    {
        await disturbed.SubmitAsync(cluster, sweep, stallLimit);
        var acted = await ActAsync(sweep, users, limit);
        foreach (var user in users)
            await user.LeaveAsync();
        var (judged, lost) = await HistoriesAsync(sweep, users);
        UserOrder[] orders = [.. users.SelectMany(user => user.Orders)];
        HashSet<string> known = [.. undisturbed];
        HashSet<int> greedy = [.. users.SelectMany(user => user.Greedy)];
        // Users give no orders to the round's own sweep, so it must have the results of an undisturbed one.
        var ofSweep = await disturbed.ViolationsAsync(cluster.Database, sweep, undisturbed);
        foreach (var user in users)
            await user.ClearAsync();
        return
        [
            .. acted, .. lost,
            .. ofSweep.Concat(silos.TakeComplaints()).Concat(trainers.TakeComplaints()).Select(text => new Violation(null, text)),
            .. judged.SelectMany(item => new HistoryProof(item.History, known).Violations()),
            .. judged.SelectMany(item => new OrderProof(item.History, orders, journal, item.IsOver).Violations()),
            .. new CauseProof([.. judged.Select(item => item.History)], orders, greedy, journal).Violations(),
            .. users.SelectMany(user => user.Violations), .. await LeftOverAsync(users),
        ];
    }

    /// <summary>
    /// Loads the histories to judge: of the round's own sweep, of the users' sweeps, and of the deleted ones as they were. Sweeps that are
    /// missing are violations.
    /// </summary>
    private async Task<(List<(SweepHistory History, bool IsOver)> Judged, List<Violation> Lost)> HistoriesAsync(
        string sweep, IReadOnlyList<ChaosUser> users)
    {
        var id = await cluster.Database.ValueAsync<int>("select id from sweeps where name = $1", sweep);
        var killed = await SweepHistory.LoadAsync(cluster.Database, id)
            ?? throw new InvalidOperationException($"The sweep {sweep}, which nobody deleted, is not there.");
        var judged = new List<(SweepHistory, bool)> { (killed, true) };
        var lost = new List<Violation>();
        foreach (var user in users)
        {
            judged.AddRange(user.Deleted.Select(history => (history, false)));
            foreach (var left in user.Sweeps)
            {
                if (await SweepHistory.LoadAsync(cluster.Database, left.Id) is { } history)
                    judged.Add((history, true));
                else if (user.Has(left))
                    lost.Add(new(journal.Now, $"{left.Name} was submitted and is not there"));
            }
        }

        return (judged, lost);
    }

    private async Task<IReadOnlyList<Violation>> ActAsync(string sweep, IReadOnlyList<ChaosUser> users, TimeSpan limit)
    {
        using var over = new CancellationTokenSource();
        Task[] acting = [killer.RunAsync(over.Token), .. users.Select(user => user.RunAsync(over.Token))];
        try
        {
            var ended = cluster.SweepIsOverAsync(sweep, limit);
            // The error of a killer or user that failed is thrown first, since it explains more than the sweep's time-out.
            if (await Task.WhenAny([ended, .. acting]) is var first && first != ended)
                await first;
            await ended;
            return [];
        }
        catch (TimeoutException error)
        {
            return [new(journal.Now, error.Message)];
        }
        finally
        {
            await over.CancelAsync();
            await Task.WhenAll(acting);
            await silos.AllBackAsync();
            journal.Say("nobody is disturbed any more");
        }
    }

    /// <summary>Erases deleted sweeps as the command does after the answer. When the command is interrupted, silos do it later.</summary>
    private async Task EraseAsync(IReadOnlyList<int> deleted)
    {
        await using var source = Database.Open(cluster.Database.ConnectionString);
        var sweeps = new DeletedSweeps(source);
        foreach (var sweep in deleted)
        {
            while (await sweeps.EraseAsync(sweep) > 0)
            {
            }
        }
    }

    /// <summary>Finds rows of deleted sweeps in every table that has a column for a sweep or a trial.</summary>
    private async Task<IReadOnlyList<Violation>> LeftOverAsync(IReadOnlyList<ChaosUser> users)
    {
        int[] deleted = [.. users.SelectMany(user => user.Deleted.Select(history => history.Id))];
        await EraseAsync(deleted);
        var tables = await cluster.Database.RowsAsync(
            row => (Table: row.GetString(0), Column: row.GetString(1)),
            """
            select c.table_name, c.column_name
            from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
            where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.column_name in ('sweep_id', 'trial_id')
            """);
        var left = new List<Violation>();
        foreach (var (table, column) in tables.Append(("sweeps", "id")))
        {
            var sweep = column == "trial_id" ? "trial_id / 1000000" : column;
            left.AddRange((await cluster.Database.LinesAsync(
                $"""
                select format('{table} has %s rows of the deleted sweep %s', count(*), {sweep})
                from {table} where {sweep} = any($1) group by {sweep}
                """,
                deleted)).Select(line => new Violation(null, line)));
        }

        return left;
    }
}
