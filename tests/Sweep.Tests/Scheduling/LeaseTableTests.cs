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

    private IEnumerable<TrialId> Grant(string worker, int slots, double at = 0) => _table.Grant(worker, slots, Start.AddSeconds(at)).Select(grant => grant.Trial);

    [Fact]
    public void Trials_are_granted_in_the_order_of_their_numbers_up_to_the_free_slots()
    {
        _table.Admit(1, new(), [3, 1, 2]);
        Assert.Equal([Trial(1, 1), Trial(1, 2)], Grant("a", 2));
        Assert.Equal([Trial(1, 3)], Grant("b", 2));
        Assert.Empty(Grant("b", 1));
    }

    [Fact]
    public void The_sweep_of_higher_priority_goes_first()
    {
        _table.Admit(1, new(), [1, 2]);
        _table.Admit(2, new(Priority: 5), [1]);
        Assert.Equal([Trial(2, 1), Trial(1, 1)], Grant("a", 2));
    }

    [Fact]
    public void Sweeps_of_equal_priority_share_the_slots_equally()
    {
        _table.Admit(1, new(), Enumerable.Range(1, 10));
        _table.Admit(2, new(), Enumerable.Range(1, 10));
        var granted = Grant("a", 6).ToList();
        Assert.Equal(3, granted.Count(trial => trial.Sweep == 1));
        Assert.Equal(3, granted.Count(trial => trial.Sweep == 2));
    }

    [Fact]
    public void Fair_shares_count_slots_and_not_trials()
    {
        _table.Admit(1, new(Slots: 3), Enumerable.Range(1, 10));
        _table.Admit(2, new(), Enumerable.Range(1, 10));
        var granted = Grant("a", 6).ToList();
        Assert.Equal(1, granted.Count(trial => trial.Sweep == 1));
        Assert.Equal(3, granted.Count(trial => trial.Sweep == 2));
    }

    [Fact]
    public void Max_concurrent_holds()
    {
        _table.Admit(1, new(MaxConcurrent: 2), Enumerable.Range(1, 10));
        Assert.Equal(2, Grant("a", 5).Count());
        _table.Ended(Trial(1, 1), "a", requeue: false);
        Assert.Equal([Trial(1, 3)], Grant("a", 5));
    }

    [Fact]
    public void A_trial_waits_again_only_when_it_is_to_be_tried_again()
    {
        _table.Admit(1, new(), [1, 2]);
        Assert.Equal(2, Grant("a", 2).Count());
        _table.Ended(Trial(1, 1), "a", requeue: true);
        _table.Ended(Trial(1, 2), "a", requeue: false);
        Assert.Equal([Trial(1, 1)], Grant("b", 2));
    }

    [Fact]
    public void A_withdrawn_sweep_starts_nothing_and_orders_its_workers_to_stop()
    {
        _table.Admit(1, new(), [1, 2]);
        Assert.Single(Grant("a", 1));
        _table.Withdraw(1, LeaseOrder.Pause);
        Assert.Empty(Grant("b", 1));
        Assert.Equal([(Trial(1, 1), LeaseOrder.Pause)], _table.Renew("a", [Trial(1, 1)], Start).Orders);
        _table.Ended(Trial(1, 1), "a", requeue: true);
        Assert.Equal(0, _table.Waiting);
    }

    [Fact]
    public void A_sweep_that_is_resumed_does_not_queue_what_still_runs()
    {
        _table.Admit(1, new(), [1]);
        Assert.Single(Grant("a", 1));
        _table.Admit(1, new(), [1]);
        Assert.Empty(Grant("b", 1));
    }

    [Fact]
    public void A_cancelled_trial_leaves_the_queue_or_its_worker()
    {
        _table.Admit(1, new(), [1, 2]);
        Assert.Single(Grant("a", 1));
        _table.Cancel(Trial(1, 1));
        _table.Cancel(Trial(1, 2));
        Assert.Equal([(Trial(1, 1), LeaseOrder.Cancel)], _table.Renew("a", [Trial(1, 1)], Start).Orders);
        Assert.Equal(0, _table.Waiting);
    }

    [Fact]
    public void A_worker_that_holds_what_it_has_no_lease_for_is_told_to_drop_it()
    {
        _table.Admit(1, new(), [1]);
        Assert.Single(Grant("a", 1));
        Assert.Equal([(Trial(1, 1), LeaseOrder.Drop)], _table.Renew("b", [Trial(1, 1)], Start).Orders);
        Assert.Equal([(Trial(1, 9), LeaseOrder.Drop)], _table.Renew("a", [Trial(1, 1), Trial(1, 9)], Start).Orders);
    }

    [Fact]
    public void A_lease_that_its_worker_does_not_name_is_missing_once_it_is_old_enough_to_have_arrived()
    {
        _table.Admit(1, new(), [1]);
        Assert.Single(Grant("a", 1));
        Assert.Empty(_table.Renew("a", [], Start.AddSeconds(7)).Missing);
        Assert.Equal([Trial(1, 1)], _table.Renew("a", [], Start.AddSeconds(8)).Missing);
    }

    [Fact]
    public void Leases_that_are_not_renewed_expire()
    {
        _table.Admit(1, new(), [1, 2]);
        Assert.Equal(2, Grant("a", 2).Count());
        _table.Renew("a", [Trial(1, 2)], Start.AddSeconds(10));
        Assert.Equal([Trial(1, 1)], _table.Expired(Start.AddSeconds(16)));
        Assert.Equal([Trial(1, 1), Trial(1, 2)], _table.Expired(Start.AddSeconds(26)).Order(Comparer<TrialId>.Create((x, y) => x.Value.CompareTo(y.Value))));
    }

    [Fact]
    public void The_end_of_an_old_lease_leaves_the_new_one_alone()
    {
        _table.Admit(1, new(), [1]);
        Assert.Single(Grant("a", 1));
        _table.Ended(Trial(1, 1), "a", requeue: true);
        Assert.Single(Grant("b", 1));
        _table.Ended(Trial(1, 1), "a", requeue: true);
        Assert.Equal("b", _table.WorkerOf(Trial(1, 1)));
        Assert.Empty(Grant("c", 1));
    }

    [Fact]
    public void A_sweep_with_nothing_left_is_idle()
    {
        _table.Admit(1, new(), [1]);
        Assert.Empty(_table.Idle);
        Assert.Single(Grant("a", 1));
        Assert.Empty(_table.Idle);
        _table.Ended(Trial(1, 1), "a", requeue: false);
        Assert.Equal([1], _table.Idle);
    }

    /// <summary>Random orders of everything that can happen, against a second, naive account of who holds what.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Whatever_happens_a_trial_is_in_one_place_and_no_slot_is_used_twice(int seed)
    {
        const int Workers = 3;
        const int SlotsEach = 4;
        var chance = new Random(seed);
        var now = Start;
        var held = Enumerable.Range(0, Workers).Select(_ => new Dictionary<TrialId, int>()).ToArray();
        var over = new HashSet<TrialId>();
        var resources = new Dictionary<int, ResourceSpec> { [1] = new(1, 3, 0), [2] = new(2, null, 1), [3] = new(1, null, 0) };
        foreach (var sweep in resources.Keys)
            _table.Admit(sweep, resources[sweep], Enumerable.Range(1, 20));
        for (var step = 0; step < 2_000; step++)
        {
            now += TimeSpan.FromSeconds(chance.NextDouble());
            var worker = chance.Next(Workers);
            var name = $"w{worker}";
            switch (chance.Next(6))
            {
                case 0 or 1:
                    foreach (var (trial, slots) in _table.Grant(name, SlotsEach - held[worker].Values.Sum(), now))
                    {
                        Assert.DoesNotContain(trial, over);
                        Assert.All(held, others => Assert.DoesNotContain(trial, others.Keys));
                        held[worker].Add(trial, slots);
                    }

                    break;
                case 2 when held[worker].Count > 0:
                    var ended = held[worker].Keys.ElementAt(chance.Next(held[worker].Count));
                    var again = chance.Next(2) == 0;
                    held[worker].Remove(ended);
                    if (!again)
                        over.Add(ended);
                    _table.Ended(ended, name, again);
                    break;
                case 3:
                    var (orders, _) = _table.Renew(name, held[worker].Keys, now);
                    foreach (var (trial, _) in orders)
                    {
                        held[worker].Remove(trial);
                        _table.Ended(trial, name, requeue: true);
                    }

                    break;
                case 4:
                    var paused = chance.Next(1, 4);
                    _table.Withdraw(paused, LeaseOrder.Pause);
                    break;
                default:
                    var resumed = chance.Next(1, 4);
                    _table.Admit(resumed, resources[resumed], Enumerable.Range(1, 20).Where(number => !over.Contains(Trial(resumed, number))));
                    break;
            }

            Assert.All(held, trials => Assert.True(trials.Values.Sum() <= SlotsEach));
            Assert.True(held.Sum(trials => trials.Keys.Count(trial => trial.Sweep == 1)) <= 3);
            Assert.Equal(held.Sum(trials => trials.Count), _table.Leased);
        }
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 25)];
}
