using Sweep.Domain.Scheduling;
using Sweep.Domain.Trials;

namespace Sweep.Tests.Scheduling;

/// <summary>Trials end while the scheduler reads their rows, and the rows are then older than what it was told.</summary>
public sealed class RowReadsTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    private static readonly TrialId First = new(1, 1);
    private static readonly TrialId Second = new(1, 2);
    private readonly LeaseTable _table = new(TimeSpan.FromSeconds(15));

    [Fact]
    public void A_row_from_before_the_end_of_an_attempt_does_not_bring_its_lease_back()
    {
        _table.Admit(1, new(MaxConcurrent: 1));
        _table.Fill([Waits(First, 0), Waits(Second, 0)], Start);
        Assert.Equal([First], Grant());
        using (_table.Read())
        {
            UnfinishedTrial[] rows = [Runs(First, 1), Waits(Second, 0)];
            End(First, 1);
            _table.Fill(rows, Start);
        }

        Assert.Equal(0, _table.Leased);
        Assert.Equal([Second], Grant());
    }

    [Fact]
    public void A_row_from_before_the_only_attempt_of_a_trial_does_not_queue_it_again()
    {
        _table.Admit(1, new());
        _table.Fill([Waits(First, 0)], Start);
        using (_table.Read())
        {
            Assert.Single(Grant());
            End(First, 1);
            _table.Fill([Waits(First, 0)], Start);
        }

        Assert.Empty(Grant());
    }

    [Fact]
    public void A_trial_that_waits_again_after_a_failure_stays_in_the_queue()
    {
        _table.Admit(1, new());
        _table.Fill([Waits(First, 0)], Start);
        Assert.Single(Grant());
        using (_table.Read())
        {
            _table.Report(First, newest: 1, runs: false);
            _table.Ended(new(First, 1), "a", waitsAfter: 1);
            _table.Fill([Runs(First, 1)], Start);
        }

        Assert.Equal([First], Grant());
    }

    [Fact]
    public void Rows_that_are_as_new_as_the_report_count()
    {
        _table.Admit(1, new());
        using (_table.Read())
        {
            _table.Report(First, newest: 1, runs: false);
            _table.Report(Second, newest: 2, runs: true);
            _table.Fill([Waits(First, 1), Runs(Second, 2)], Start);
        }

        Assert.Equal("a", _table.WorkerOf(Second));
        Assert.Equal([First], Grant());
    }

    [Fact]
    public void A_read_that_begins_later_counts_whatever_was_reported_before()
    {
        // A standby that took over may lack the newest rows.
        _table.Admit(1, new());
        using (_table.Read())
            End(First, 3);
        using (_table.Read())
            _table.Fill([Runs(First, 2)], Start);
        Assert.Equal("a", _table.WorkerOf(First));
    }

    [Fact]
    public void Of_two_reads_at_a_time_the_longer_one_still_has_the_reports()
    {
        _table.Admit(1, new());
        using (_table.Read())
        {
            using (_table.Read())
                End(First, 1);
            _table.Fill([Runs(First, 1)], Start);
        }

        Assert.Equal(0, _table.Leased);
    }

    private static UnfinishedTrial Waits(TrialId trial, int attempt) => new(trial, attempt, null, LeaseOrder.Continue);

    private static UnfinishedTrial Runs(TrialId trial, int attempt) => new(trial, attempt, "a", LeaseOrder.Continue);

    private void End(TrialId trial, int attempt)
    {
        _table.Report(trial, newest: attempt, runs: false);
        _table.Ended(new(trial, attempt), "a", null);
    }

    private IReadOnlyList<TrialId> Grant() => [.. _table.Grant(new("a", 1, 3, []), Start).Select(grant => grant.Attempt.Trial)];
}
