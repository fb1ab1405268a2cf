using Sweep.Domain.Scheduling;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Tests.Scheduling;

public sealed class LeaseTableTests
{
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(15);
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    private readonly LeaseTable _table = new(LeaseTime);

    private static TrialId Trial(int sweep, int number) => new(sweep, number);

    private void Admit(int sweep, ResourceSpec resources, IEnumerable<int> numbers)
    {
        _table.Admit(sweep, resources);
        foreach (var number in numbers)
            _table.Requeue(Trial(sweep, number), attempt: 0);
    }

    private IEnumerable<TrialId> Grant(string worker, int slots, double at = 0) =>
        _table.Grant(new(worker, slots, Math.Max(slots, 3), []), Start.AddSeconds(at)).Select(grant => grant.Attempt.Trial);

    /// <summary>Ends an attempt. The trial waits again if <paramref name="requeue"/> is set.</summary>
    private void Ended(TrialId trial, string worker, bool requeue, int attempt = 1) =>
        _table.Ended(new(trial, attempt), worker, requeue ? attempt : null);

    private static AttemptId First(TrialId trial) => new(trial, 1);

    [Fact]
    public void Trials_are_granted_in_the_order_of_their_numbers_up_to_the_free_slots()
    {
        Admit(1, new(), [3, 1, 2]);
        Assert.Equal([Trial(1, 1), Trial(1, 2)], Grant("a", 2));
        Assert.Equal([Trial(1, 3)], Grant("b", 2));
        Assert.Empty(Grant("b", 1));
    }

    [Fact]
    public void The_sweep_of_higher_priority_goes_first()
    {
        Admit(1, new(), [1, 2]);
        Admit(2, new(Priority: 5), [1]);
        Assert.Equal([Trial(2, 1), Trial(1, 1)], Grant("a", 2));
    }

    [Fact]
    public void Sweeps_of_equal_priority_share_the_slots_equally()
    {
        Admit(1, new(), Enumerable.Range(1, 10));
        Admit(2, new(), Enumerable.Range(1, 10));
        var granted = Grant("a", 6).ToList();
        Assert.Equal(3, granted.Count(trial => trial.Sweep == 1));
        Assert.Equal(3, granted.Count(trial => trial.Sweep == 2));
    }

    [Fact]
    public void Fair_shares_count_slots_and_not_trials()
    {
        Admit(1, new(Slots: 3), Enumerable.Range(1, 10));
        Admit(2, new(), Enumerable.Range(1, 10));
        var granted = Grant("a", 6).ToList();
        Assert.Equal(1, granted.Count(trial => trial.Sweep == 1));
        Assert.Equal(3, granted.Count(trial => trial.Sweep == 2));
    }

    [Fact]
    public void Max_concurrent_holds()
    {
        Admit(1, new(MaxConcurrent: 2), Enumerable.Range(1, 10));
        Assert.Equal(2, Grant("a", 5).Count());
        Ended(Trial(1, 1), "a", requeue: false);
        Assert.Equal([Trial(1, 3)], Grant("a", 5));
    }

    [Fact]
    public void A_trial_waits_again_only_when_it_is_to_be_tried_again()
    {
        Admit(1, new(), [1, 2]);
        Assert.Equal(2, Grant("a", 2).Count());
        Ended(Trial(1, 1), "a", requeue: true);
        Ended(Trial(1, 2), "a", requeue: false);
        Assert.Equal([Trial(1, 1)], Grant("b", 2));
    }

    [Fact]
    public void A_withdrawn_sweep_starts_nothing_and_orders_its_workers_to_stop()
    {
        Admit(1, new(), [1, 2]);
        Assert.Single(Grant("a", 1));
        _table.Withdraw(1, LeaseOrder.Pause);
        Assert.Empty(Grant("b", 1));
        Assert.Equal([(First(Trial(1, 1)), LeaseOrder.Pause)], _table.Renew("a", [First(Trial(1, 1))], Start).Orders);
        Ended(Trial(1, 1), "a", requeue: true);
        Assert.Equal(0, _table.Waiting);
    }

    [Fact]
    public void A_sweep_that_is_resumed_does_not_queue_what_still_runs()
    {
        Admit(1, new(), [1]);
        Assert.Single(Grant("a", 1));
        Admit(1, new(), [1]);
        Assert.Empty(Grant("b", 1));
    }

    [Fact]
    public void A_cancelled_trial_leaves_the_queue_or_is_stopped_by_its_worker()
    {
        Admit(1, new(), [1, 2]);
        Assert.Single(Grant("a", 1));
        _table.Cancel(Trial(1, 1));
        _table.Cancel(Trial(1, 2));
        Assert.Equal([(First(Trial(1, 1)), LeaseOrder.Cancel)], _table.Renew("a", [First(Trial(1, 1))], Start).Orders);
        Assert.Equal(0, _table.Waiting);
    }

    [Fact]
    public void An_attempt_that_a_worker_holds_without_a_lease_is_reported_as_unknown()
    {
        Admit(1, new(), [1]);
        Assert.Single(Grant("a", 1));
        Assert.Equal([First(Trial(1, 1))], _table.Renew("b", [First(Trial(1, 1))], Start).Unknown);
        var renewal = _table.Renew("a", [First(Trial(1, 1)), First(Trial(1, 9))], Start);
        Assert.Empty(renewal.Orders);
        Assert.Equal([First(Trial(1, 9))], renewal.Unknown);
    }

    [Fact]
    public void A_new_table_takes_over_a_lease_that_its_worker_renews()
    {
        Admit(1, new(), [1]);
        var renewal = _table.Renew("a", [First(Trial(1, 1))], Start);
        Assert.Empty(renewal.Orders);
        Assert.Empty(renewal.Unknown);
        Assert.Equal("a", _table.WorkerOf(Trial(1, 1)));
        Assert.Empty(Grant("b", 1));
    }

    [Fact]
    public void A_lease_that_its_worker_does_not_renew_is_missing_after_half_the_lease_time()
    {
        Admit(1, new(), [1]);
        Assert.Single(Grant("a", 1));
        Assert.Empty(_table.Renew("a", [], Start.AddSeconds(7)).Missing);
        Assert.Equal([First(Trial(1, 1))], _table.Renew("a", [], Start.AddSeconds(8)).Missing);
    }

    [Fact]
    public void Leases_that_are_not_renewed_expire()
    {
        Admit(1, new(), [1, 2]);
        Assert.Equal(2, Grant("a", 2).Count());
        _table.Renew("a", [First(Trial(1, 2))], Start.AddSeconds(10));
        Assert.Equal([(First(Trial(1, 1)), "a")], _table.Expired(Start.AddSeconds(16)));
        Assert.Equal(
            [Trial(1, 1), Trial(1, 2)],
            _table.Expired(Start.AddSeconds(26)).Select(lost => lost.Attempt.Trial).OrderBy(trial => trial.Value));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    public void The_end_of_an_old_attempt_does_not_end_the_new_one_on_any_worker(string second)
    {
        Admit(1, new(), [1]);
        Assert.Single(Grant("a", 1));
        Ended(Trial(1, 1), "a", requeue: true);
        Assert.Equal(new AttemptId(Trial(1, 1), 2), Assert.Single(_table.Grant(new(second, 1, 1, []), Start)).Attempt);
        Ended(Trial(1, 1), "a", requeue: true);
        Assert.Equal(second, _table.WorkerOf(Trial(1, 1)));
        Assert.Empty(Grant("c", 1));
        // The old attempt is not renewed in place of the new one either.
        Assert.Equal([First(Trial(1, 1))], _table.Renew(second, [First(Trial(1, 1))], Start).Unknown);
    }

    [Fact]
    public void A_table_that_is_restored_from_the_rows_has_their_orders()
    {
        _table.Restore(First(Trial(1, 1)), "a", LeaseOrder.Pause, Start);
        Assert.Equal([(First(Trial(1, 1)), LeaseOrder.Pause)], _table.Renew("a", [First(Trial(1, 1))], Start).Orders);
        // The row of the same lease has lost its order in the meantime.
        _table.Restore(First(Trial(1, 1)), "a", LeaseOrder.Continue, Start);
        Assert.Empty(_table.Renew("a", [First(Trial(1, 1))], Start).Orders);
        // A row that is older than the lease does not change it.
        _table.Restore(new(Trial(1, 1), 0), "b", LeaseOrder.Cancel, Start);
        Assert.Equal("a", _table.WorkerOf(Trial(1, 1)));
        // The row shows that another worker opened the granted attempt.
        _table.Restore(First(Trial(1, 1)), "b", LeaseOrder.Continue, Start);
        Assert.Equal("b", _table.WorkerOf(Trial(1, 1)));
    }

    [Fact]
    public void A_sweep_with_nothing_left_is_idle()
    {
        Admit(1, new(), [1]);
        Assert.Empty(_table.Idle);
        Assert.Single(Grant("a", 1));
        Assert.Empty(_table.Idle);
        Ended(Trial(1, 1), "a", requeue: false);
        Assert.Equal([1], _table.Idle);
    }

    [Fact]
    public void A_trial_of_several_slots_is_not_starved_by_smaller_ones()
    {
        Admit(1, new(Slots: 2), [1]);
        Admit(2, new(), Enumerable.Range(1, 10));
        // Each worker has one free slot at a time. The first worker keeps its slot for the trial of two slots, whose turn it is. The second
        // worker goes on with the small trials.
        Assert.Empty(_table.Grant(new("a", 1, 2, []), Start));
        Assert.Equal([Trial(2, 1)], _table.Grant(new("b", 1, 2, []), Start).Select(grant => grant.Attempt.Trial));
        Assert.Empty(_table.Grant(new("a", 1, 2, []), Start));
        Assert.Equal([Trial(1, 1)], _table.Grant(new("a", 2, 2, []), Start).Select(grant => grant.Attempt.Trial));
        Assert.Single(_table.Grant(new("a", 1, 2, []), Start));
    }

    [Fact]
    public void A_slot_that_a_lost_worker_kept_for_a_trial_is_no_longer_kept()
    {
        Admit(1, new(Slots: 2), [1]);
        Admit(2, new(), Enumerable.Range(1, 10));
        Assert.Empty(_table.Grant(new("a", 1, 2, []), Start));
        Assert.Empty(_table.LeasedBy(worker => worker == "a"));
        Assert.Empty(_table.Grant(new("b", 1, 2, []), Start));
        Assert.Equal([Trial(1, 1)], _table.Grant(new("b", 2, 2, []), Start).Select(grant => grant.Attempt.Trial));
    }

    [Fact]
    public void Labels_choose_the_workers()
    {
        Admit(1, new(Require: ["gpu=h200", "rack=3"]), [1, 2]);
        Assert.Equal([1], _table.Unplaceable);
        Assert.Empty(_table.Grant(new("a", 2, 2, ["gpu=h200"]), Start));
        Assert.Equal([1], _table.Unplaceable);
        Assert.Equal(2, _table.Grant(new("b", 2, 2, ["rack=3", "gpu=h200", "x"]), Start).Count);
        Assert.Empty(_table.Unplaceable);
    }

    [Fact]
    public void A_trial_with_more_slots_than_any_worker_has_waits_and_delays_no_other_trial()
    {
        Admit(1, new(Slots: 8), [1]);
        Admit(2, new(), [1]);
        Assert.Equal([Trial(2, 1)], _table.Grant(new("a", 2, 2, []), Start).Select(grant => grant.Attempt.Trial));
        Assert.Equal([1], _table.Unplaceable);
    }

    [Fact]
    public void A_draining_worker_gets_no_trials_and_has_the_order_to_drain_until_it_is_gone()
    {
        Admit(1, new(), [1, 2]);
        Assert.Single(Grant("a", 1));
        _table.Drain("a");
        Assert.Empty(Grant("a", 1));
        Assert.True(_table.Renew("a", [First(Trial(1, 1))], Start).Drain);
        Assert.False(_table.Renew("b", [], Start).Drain);
        Assert.Equal([(First(Trial(1, 1)), "a")], _table.LeasedBy(worker => worker == "a"));
        Assert.False(_table.Renew("a", [], Start).Drain);
    }

    [Fact]
    public void A_restored_lease_belongs_to_its_worker_and_counts()
    {
        _table.Restore(First(Trial(1, 1)), "a", LeaseOrder.Continue, Start);
        Admit(1, new(MaxConcurrent: 1), [1, 2]);
        Assert.Equal("a", _table.WorkerOf(Trial(1, 1)));
        Assert.Empty(Grant("b", 2));
        Assert.Equal([(First(Trial(1, 1)), "a")], _table.LeasedBy(worker => worker == "a"));
        Ended(Trial(1, 1), "a", requeue: true);
        Assert.Equal([Trial(1, 1)], Grant("b", 2));
    }

    /// <summary>Does random steps, and compares the table with a second, naive record of the leases.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Under_random_steps_a_trial_is_in_one_place_and_no_slot_is_used_twice(int seed)
    {
        const int Workers = 3;
        const int SlotsEach = 4;
        var chance = new Random(seed);
        var now = Start;
        var held = Enumerable.Range(0, Workers).Select(_ => new Dictionary<AttemptId, int>()).ToArray();
        var over = new HashSet<TrialId>();
        var attempts = new Dictionary<TrialId, int>();
        string[][] labels = [[], ["x"], []];
        var cancelled = new HashSet<TrialId>();
        var resources = new Dictionary<int, ResourceSpec> { [1] = new(1, 3, 0), [2] = new(2, null, 1), [3] = new(1, null, 0, ["x"]) };
        foreach (var sweep in resources.Keys)
            Admit(sweep, resources[sweep], Enumerable.Range(1, 20));
        for (var step = 0; step < 2_000; step++)
        {
            now += TimeSpan.FromSeconds(chance.NextDouble());
            var worker = chance.Next(Workers);
            var name = $"w{worker}";
            switch (chance.Next(9))
            {
                case 0 or 1:
                    var free = SlotsEach - held[worker].Values.Sum();
                    foreach (var (attempt, slots) in _table.Grant(new(name, free, SlotsEach, labels[worker]), now))
                    {
                        var trial = attempt.Trial;
                        Assert.True(trial.Sweep != 3 || worker == 1);
                        Assert.DoesNotContain(trial, cancelled);
                        Assert.DoesNotContain(trial, over);
                        Assert.All(held, others => Assert.DoesNotContain(trial, others.Keys.Select(other => other.Trial)));
                        Assert.Equal(attempts.GetValueOrDefault(trial) + 1, attempt.Attempt);
                        attempts[trial] = attempt.Attempt;
                        held[worker].Add(attempt, slots);
                    }

                    break;
                case 2 when held[worker].Count > 0:
                    var ended = held[worker].Keys.ElementAt(chance.Next(held[worker].Count));
                    var again = chance.Next(2) == 0;
                    held[worker].Remove(ended);
                    if (!again)
                        over.Add(ended.Trial);
                    _table.Ended(ended, name, again ? ended.Attempt : null);
                    break;
                case 3:
                    var renewal = _table.Renew(name, held[worker].Keys, now);
                    Assert.Empty(renewal.Unknown);
                    var orders = renewal.Orders;
                    foreach (var (attempt, _) in orders)
                    {
                        held[worker].Remove(attempt);
                        _table.Ended(attempt, name, attempt.Attempt);
                    }

                    break;
                case 4 when chance.Next(4) == 0:
                    // The worker dies. Exactly the trials that it held wait again.
                    var lost = _table.LeasedBy(gone => gone == name).Select(lease => lease.Attempt).ToHashSet();
                    Assert.Equal(held[worker].Keys.ToHashSet(), lost);
                    foreach (var attempt in held[worker].Keys)
                        _table.Ended(attempt, name, attempt.Attempt);
                    held[worker].Clear();
                    break;
                case 5 when chance.Next(4) == 0:
                    var unwanted = new TrialId(chance.Next(1, 4), chance.Next(1, 21));
                    _table.Cancel(unwanted);
                    var holder = Array.FindIndex(held, trials => trials.Keys.Any(attempt => attempt.Trial == unwanted));
                    if (holder >= 0)
                    {
                        var cancel = (new AttemptId(unwanted, attempts[unwanted]), LeaseOrder.Cancel);
                        Assert.Contains(cancel, _table.Renew($"w{holder}", held[holder].Keys, now).Orders);
                    }
                    else if (!over.Contains(unwanted))
                    {
                        cancelled.Add(unwanted);
                    }

                    break;
                case 6:
                    var paused = chance.Next(1, 4);
                    _table.Withdraw(paused, LeaseOrder.Pause);
                    break;
                default:
                    var resumed = chance.Next(1, 4);
                    _table.Admit(resumed, resources[resumed]);
                    var unfinished = Enumerable.Range(1, 20).Select(number => Trial(resumed, number)).Except(over).Except(cancelled);
                    foreach (var trial in unfinished)
                        _table.Requeue(trial, attempts.GetValueOrDefault(trial));
                    break;
            }

            Assert.All(held, trials => Assert.True(trials.Values.Sum() <= SlotsEach));
            Assert.True(held.Sum(trials => trials.Keys.Count(attempt => attempt.Trial.Sweep == 1)) <= 3);
            Assert.Equal(held.Sum(trials => trials.Count), _table.Leased);
            foreach (var (index, trials) in held.Index())
                Assert.All(trials.Keys, attempt => Assert.Equal($"w{index}", _table.WorkerOf(attempt.Trial)));
        }
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 25)];
}
