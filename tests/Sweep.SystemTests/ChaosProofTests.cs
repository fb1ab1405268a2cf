using Sweep.Processes.Chaos;

namespace Sweep.SystemTests;

/// <summary>Tests of the checks that judge chaos rounds, with made-up histories that each break one rule.</summary>
public sealed class ChaosProofTests : IAsyncDisposable
{
    private const long Trial = 1_000_001;
    private readonly HandClock _clock = new();
    private readonly ChaosJournal _journal;

    public ChaosProofTests() => _journal = new(_ => { }, _clock);

    public ValueTask DisposeAsync() => _journal.DisposeAsync();

    [Theory]
    [InlineData(UserDeed.Cancel)]
    [InlineData(UserDeed.CancelTrial)]
    [InlineData(UserDeed.Pause)]
    public void A_lease_after_the_answer_is_found(UserDeed deed)
    {
        var history = History(Leased(1, 0), Event(1, 2, "given back"), Leased(2, 3));
        Assert.Contains(
            "attempt 2 was leased to a 1.00 s after", Assert.Single(Orders(history, Order(deed, 1, 2))).Text, StringComparison.Ordinal);
        Assert.Empty(Orders(history, Order(deed, 1, 2), Order(UserDeed.Retry, 2.5, 2.6)));
    }

    [Fact]
    public void An_order_without_an_answer_may_have_reversed_the_order_before_it()
    {
        var history = History(Leased(1, 0), Event(1, 2, "given back"), Leased(2, 3));
        Assert.Empty(Orders(history, Order(UserDeed.Pause, 1, 2), Order(UserDeed.Resume, 2.5, answered: null)));
        Assert.NotEmpty(Orders(history, Order(UserDeed.Pause, 1, 2), Order(UserDeed.Resume, 2.5, 2.6, accepted: false)));
        var missed = Order(UserDeed.Resume, 2.5, 2.6, accepted: false);
        missed.Miss();
        Assert.Empty(Orders(history, Order(UserDeed.Pause, 1, 2), missed));
    }

    [Fact]
    public void An_epoch_that_begins_after_the_order_must_have_arrived_is_found()
    {
        var history = History(Leased(1, 0), Event(1, 30, "succeeded")) with
        {
            Epochs = [Epoch(1, 1, from: 1, to: 6), Epoch(1, 2, from: 6, to: 9), Epoch(1, 3, from: 9, to: 12)],
        };
        Assert.Contains(
            "epoch 3 of attempt 1", Assert.Single(Orders(history, Order(UserDeed.Cancel, 1, 2))).Text, StringComparison.Ordinal);
        // When PostgreSQL was away in the meantime, the order may arrive later.
        using (Disturb(ChaosVictim.Database, null, at: 4))
            _clock.Now = At(7);
        Assert.Empty(Orders(history, Order(UserDeed.Cancel, 1, 2)));
    }

    [Fact]
    public void A_step_that_is_trained_again_after_a_pause_is_found()
    {
        var history = History(Leased(1, 0), Event(1, 2, "given back"), Leased(2, 3)) with
        {
            Marks = [new(Trial, 1, At(2), Resumed: false, Epoch: 4, Step: 7), new(Trial, 2, At(3), Resumed: true, Epoch: 4, Step: 0)],
        };
        Assert.Contains(
            "after epoch 4 and step 7, and the next one began after epoch 4 and step 0", Assert.Single(Orders(history)).Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_lease_to_a_drained_worker_is_found()
    {
        _clock.Now = At(1);
        _journal.Begin(new(ChaosVictim.Worker, ChaosDeed.Drain), "a", "");
        var drain = new UserOrder(UserDeed.Drain, "a", 0, null, At(1));
        drain.Answer(At(2), accepted: true);
        Assert.Contains("after it was drained", Assert.Single(Orders(History(Leased(1, 7)), drain)).Text, StringComparison.Ordinal);
        Assert.Empty(Orders(History(Leased(1, 3)), drain));
    }

    [Fact]
    public void A_trial_that_waits_for_ever_is_found()
    {
        var history = History(Leased(1, 0), Event(1, 1, "cancelled"), Event(1, 3, "retried")) with
        {
            State = "completed",
            Trials = [new(Trial, 1, "queued", 0, 0, 5)],
        };
        Assert.Collection(
            new OrderProof(history, [Order(UserDeed.RetryTrial, 2, 4)], _journal, isOver: true).Violations()
                .Select(violation => violation.Text),
            text => Assert.Contains("is queued and did not run after \"RetryTrial", text, StringComparison.Ordinal),
            text => Assert.Contains("is queued though", text, StringComparison.Ordinal));
    }

    [Fact]
    public void An_epoch_that_a_later_attempt_ended_began_there_with_the_lease()
    {
        // The seconds of epoch 3 include those of attempt 1, which was paused within it. Attempt 2 began after the resume.
        var history = History(Leased(1, 0), Event(1, 10.5, "given back"), Leased(2, 40)) with { Epochs = [Epoch(2, 3, 30, 41)] };
        var (pause, resume) = (Order(UserDeed.Pause, 10, 10.1), Order(UserDeed.Resume, 39.5, 39.6));
        Assert.Empty(Orders(history, pause, resume));
        Assert.NotEmpty(Orders(history with { Epochs = [Epoch(1, 3, 30, 41)] }, pause, resume));
    }

    [Fact]
    public void A_loss_without_a_cause_is_found()
    {
        var history = History(Leased(1, 0), Event(1, 20, "lost", "lease_lost")) with { Trials = [new(Trial, 1, "queued", 0, 1, 5)] };
        Assert.Contains("nobody had done anything to a", Assert.Single(Causes(history)).Text, StringComparison.Ordinal);
        Disturb(ChaosVictim.Trainer, "a", at: 18).Dispose();
        Disturb(ChaosVictim.Worker, "b", at: 18).Dispose();
        Assert.NotEmpty(Causes(history));
        Disturb(ChaosVictim.Worker, "a", at: 18).Dispose();
        Assert.Empty(Causes(history));
    }

    [Fact]
    public void A_failure_without_a_cause_and_one_that_is_not_counted_are_found()
    {
        var history = History(
            Leased(1, 0), Event(1, 5, "requeued", "trainer_died"), Leased(2, 6), Event(2, 8, "requeued", "trainer_died")) with
        {
            Trials = [new(Trial, 1, "queued", 0, 0, 5)],
        };
        Disturb(ChaosVictim.Trainer, "a", at: 4).Dispose();
        Assert.Collection(
            Causes(history).Select(violation => violation.Text),
            text => Assert.Contains("attempt 2, was requeued because of trainer_died", text, StringComparison.Ordinal),
            text => Assert.Contains("counts 0 failures and 0 losses; its history has 2 and 0", text, StringComparison.Ordinal));
    }

    [Fact]
    public void A_hang_explains_a_stall_also_when_another_trainer_of_its_silo_was_killed_later()
    {
        var history = History(
            Leased(1, 0), Event(1, 6, "requeued", "trainer_died"), Leased(2, 7), Event(2, 20, "requeued", "stalled")) with
        {
            Trials = [new(Trial, 1, "queued", 2, 0, 5)],
        };
        Disturb(ChaosVictim.Trainer, "a", at: 4, ChaosDeed.Hang).Dispose();
        Disturb(ChaosVictim.Trainer, "a", at: 5).Dispose();
        Assert.Empty(Causes(history));
    }

    [Fact]
    public void Moves_and_epochs_that_are_not_allowed_in_a_history_are_found()
    {
        var twice = History(Leased(1, 0), Leased(2, 1));
        Assert.Contains(
            "leased of attempt 2 follows leased", Assert.Single(new HistoryProof(twice, new HashSet<string>()).Violations()).Text,
            StringComparison.Ordinal);
        var late = History(Leased(1, 0), Event(1, 5, "cancelled")) with { Epochs = [Epoch(1, 1, 1, 2), Epoch(1, 3, 3, 7)] };
        Assert.Collection(
            new HistoryProof(late, new HashSet<string> { "rnn 10, epoch 1: losses 0 0" }).Violations().Select(violation => violation.Text),
            text => Assert.Contains("has 2 epochs, the last one of them 3", text, StringComparison.Ordinal),
            text => Assert.Contains("epoch 3 of attempt 1", text, StringComparison.Ordinal),
            text => Assert.Contains("losses 1 1, not so undisturbed", text, StringComparison.Ordinal));
    }

    [Fact]
    public void A_lease_of_a_trial_that_waits_to_be_judged_or_was_stopped_is_found()
    {
        Assert.Empty(Moves(Leased(1, 0), Event(1, 1, "held"), Event(1, 2, "judged"), Leased(2, 3), Event(2, 4, "stopped")));
        Assert.Empty(Moves(Leased(1, 0), Event(1, 1, "held"), Event(1, 2, "stopped"), Event(1, 3, "resumed"), Leased(2, 4)));
        Assert.Contains("leased of attempt 2 follows held", Assert.Single(Moves(Leased(1, 0), Event(1, 1, "held"), Leased(2, 2))));
        Assert.Contains("follows stopped", Assert.Single(Moves(Leased(1, 0), Event(1, 1, "stopped"), Leased(2, 2))));

        static IEnumerable<string> Moves(params EventFact[] events) =>
            new HistoryProof(History(events), new HashSet<string>()).Violations().Select(violation => violation.Text);
    }

    private static DateTimeOffset At(double seconds) => DateTimeOffset.UnixEpoch.AddSeconds(seconds);

    private static EventFact Leased(int attempt, double at) => Event(attempt, at, "leased");

    private static EventFact Event(int attempt, double at, string what, string? reason = null) =>
        new(Trial, attempt, At(at), what, "a", reason, null);

    private static EpochFact Epoch(int attempt, int epoch, double from, double to) =>
        new(Trial, attempt, epoch, At(to), to - from, $"rnn 10, epoch {epoch}: losses 1 1", At(to));

    private static SweepHistory History(params EventFact[] events) =>
        new(1, "s", "running", [new(Trial, 1, "running", 0, 0, 5)], events, [], []);

    private static UserOrder Order(UserDeed deed, double sent, double? answered, bool accepted = true)
    {
        var order = new UserOrder(deed, "s", 1, deed is UserDeed.CancelTrial or UserDeed.RetryTrial ? 1 : null, At(sent));
        if (answered is { } at)
            order.Answer(At(at), accepted);
        return order;
    }

    private IReadOnlyList<Violation> Orders(SweepHistory history, params UserOrder[] orders) =>
        [.. new OrderProof(history, orders, _journal, isOver: false).Violations()];

    private IReadOnlyList<Violation> Causes(SweepHistory history) =>
        [.. new CauseProof([history], [], new HashSet<int>(), _journal).Violations()];

    private Disturbance Disturb(ChaosVictim victim, string? silo, double at, ChaosDeed deed = ChaosDeed.Kill)
    {
        _clock.Now = At(at);
        return _journal.Begin(new(victim, deed), silo, "");
    }

    private sealed class HandClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
