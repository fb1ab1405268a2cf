using Sweep.Storage;
using Sweep.Storage.Connections;

namespace Sweep.Processes.Chaos;

/// <summary>
/// Some time under a killer and users: as long as one sweep takes that is only killed. Then nobody is disturbed any more, the users' sweeps come to
/// their end, and what was promised and answered is held against the rows.
/// </summary>
/// <param name="undisturbed">What <see cref="SweepProof.LossesAsync"/> says of the sweep, trained in peace.</param>
public sealed class ChaosRound(
    RealCluster cluster, ChaosSilos silos, TrainerDeeds trainers, ChaosKiller killer, ChaosJournal journal, IReadOnlyList<string> undisturbed)
{
    /// <summary>Submits the sweep and lets the killer and the users act until it is over.</summary>
    /// <returns>What was broken.</returns>
    public async Task<IReadOnlyList<Violation>> RunAsync(TrainingGrid grid, string sweep, IReadOnlyList<ChaosUser> users, TimeSpan limit)
    {
        await grid.SubmitAsync(cluster, sweep);
        var acted = await ActAsync(sweep, users, limit);
        foreach (var user in users)
            await user.LeaveAsync();
        var (judged, lost) = await HistoriesAsync(sweep, users);
        UserOrder[] orders = [.. users.SelectMany(user => user.Orders)];
        HashSet<string> known = [.. undisturbed];
        HashSet<int> greedy = [.. users.SelectMany(user => user.Greedy)];
        var ofSweep = await OfSweepAsync(grid, sweep);
        foreach (var user in users)
            await user.ClearAsync();
        return
        [
            .. acted, .. lost, .. ofSweep.Concat(silos.TakeComplaints()).Concat(trainers.TakeComplaints()).Select(text => new Violation(null, text)),
            .. judged.SelectMany(item => new HistoryProof(item.History, known).Violations()),
            .. judged.SelectMany(item => new OrderProof(item.History, orders, journal, item.IsOver).Violations()),
            .. new CauseProof([.. judged.Select(item => item.History)], orders, greedy, journal).Violations(),
            .. users.SelectMany(user => user.Violations), .. await LeftOverAsync(users),
        ];
    }

    /// <summary>What is judged: the sweep that was only killed, those of the users, and what the deleted ones were; and those that are gone.</summary>
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

    /// <summary>What is promised to a sweep that nobody gives orders to: it succeeds, with the table of an undisturbed one.</summary>
    private async Task<IReadOnlyList<string>> OfSweepAsync(TrainingGrid grid, string sweep)
    {
        var proof = new SweepProof(cluster.Database, sweep);
        return
        [
            .. await proof.TrialsThatDidNotSucceedAsync(), .. await proof.EpochsMissingOrTwiceAsync(grid.Epochs), .. await proof.StaleWritesAsync(),
            // Of the trials and epochs that this sweep has, out of all that were trained in peace.
            .. await proof.LossesThatDifferAsync([.. undisturbed.Where(grid.Has)]),
        ];
    }

    private async Task<IReadOnlyList<Violation>> ActAsync(string sweep, IReadOnlyList<ChaosUser> users, TimeSpan limit)
    {
        using var over = new CancellationTokenSource();
        Task[] acting = [killer.RunAsync(over.Token), .. users.Select(user => user.RunAsync(over.Token))];
        try
        {
            var ended = cluster.SweepIsOverAsync(sweep, limit);
            // One that broke says more than the sweep that it left behind.
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

    /// <summary>As the command does after the answer; where it is cut off, silos do it later.</summary>
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

    /// <summary>Rows of sweeps that were deleted, in any table that names a sweep or a trial.</summary>
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
                select format('{table} has %s rows of the deleted sweep %s', count(*), {sweep}) from {table} where {sweep} = any($1) group by {sweep}
                """,
                deleted)).Select(line => new Violation(null, line)));
        }

        return left;
    }
}
