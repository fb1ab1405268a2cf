namespace Sweep.Processes;

/// <summary>
/// Checks what must hold for a finished sweep, whatever happened to its cluster. Each check returns the violations, and nothing when there
/// are none.
/// </summary>
public sealed class SweepProof(RealDatabase database, string sweep)
{
    private const string Trials = "(trials t join sweeps s on s.id = t.sweep_id and s.name = $1)";

    /// <summary>The lease of each attempt, which lasts from the event that opened it to the next event of the trial.</summary>
    private const string Leases =
        $"""
        with event as (
          select
            e.trial_id, e.attempt, e.event, e.at,
            lag(e.event) over history as event_before, lag(e.attempt) over history as attempt_before, lead(e.at) over history as next_at
          from trial_events e join {Trials} on t.id = e.trial_id
          window history as (partition by e.trial_id order by e.id)
        ), lease as (
          select trial_id, attempt, at as since, coalesce(next_at, 'infinity') as until from event where event = 'leased'
        )
        """;

    /// <summary>Returns the violations of all checks.</summary>
    /// <param name="undisturbed">The result of <see cref="LossesAsync"/> for the same sweep without disturbances.</param>
    public async Task<IReadOnlyList<string>> ViolationsAsync(int epochs, IReadOnlyList<string> undisturbed) =>
    [
        .. await TrialsThatDidNotSucceedAsync(), .. await EpochsMissingOrTwiceAsync(epochs), .. await LossesThatDifferAsync(undisturbed),
        .. await LeasesHeldTwiceAsync(), .. await StaleWritesAsync(), .. await RetriesUsedByLossesAsync(),
    ];

    public Task<IReadOnlyList<string>> TrialsThatDidNotSucceedAsync() => database.LinesAsync(
        $"""
        select format(
          'trial %s is %s: %s; its history: %s', t.number, t.state, t.reason,
          (select string_agg(
            format('%s attempt %s %s %s %s', to_char(e.at, 'HH24:MI:SS.MS'), e.attempt, e.event, e.worker, e.reason), ', ' order by e.id)
          from trial_events e where e.trial_id = t.id))
        from {Trials} where t.state <> 'succeeded' order by t.number
        """,
        sweep);

    public Task<IReadOnlyList<string>> EpochsMissingOrTwiceAsync(int epochs) => database.LinesAsync(
        $"""
        select format(
          'trial %s has %s epochs, %s different, from %s to %s',
          t.number, count(e.epoch), count(distinct e.epoch), min(e.epoch), max(e.epoch))
        from {Trials} left join epochs e on e.trial_id = t.id
        group by t.number
        having count(e.epoch) <> $2 or count(distinct e.epoch) <> $2 or min(e.epoch) <> 1 or max(e.epoch) <> $2
        order by t.number
        """,
        sweep, epochs);

    /// <summary>Returns a line for each epoch: the trial's parameters, the epoch, and the bits of its two losses.</summary>
    public Task<IReadOnlyList<string>> LossesAsync() => database.LinesAsync(
        $"""
        select format(
          '%s %s, epoch %s: losses %s %s', t.params ->> 'cell', t.params ->> 'sequence_length', e.epoch,
          encode(float8send(e.train_loss), 'hex'), encode(float8send(e.val_loss), 'hex'))
        from epochs e join {Trials} on t.id = e.trial_id order by t.number, e.epoch
        """,
        sweep);

    /// <summary>
    /// Returns the epochs whose losses differ in any bit from those of the same sweep without disturbances, and the epochs that only one of
    /// the two has.
    /// </summary>
    public async Task<IReadOnlyList<string>> LossesThatDifferAsync(IReadOnlyList<string> undisturbed)
    {
        var found = await LossesAsync();
        return
        [
            .. found.Except(undisturbed).Select(loss => $"{loss}, not so undisturbed"),
            .. undisturbed.Except(found).Select(loss => $"{loss} undisturbed, not so here"),
        ];
    }

    /// <summary>
    /// A lease must begin when none is held and must open the attempt after the last one. Every other event of a trial ends the lease that
    /// is held.
    /// </summary>
    public Task<IReadOnlyList<string>> LeasesHeldTwiceAsync() => database.LinesAsync(
        $"""
        {Leases}
        select format('trial %s: event %s of attempt %s follows %s of attempt %s', trial_id, event, attempt, event_before, attempt_before)
        from event
        where case when event = 'leased'
          then event_before = 'leased' or attempt <> coalesce(attempt_before, 0) + 1
          else event_before is distinct from 'leased' or attempt <> attempt_before end
        order by trial_id, at
        """,
        sweep);

    /// <summary>
    /// Returns epochs and checkpoints that were written outside the lease of their attempt, and epochs of an older attempt after those of a
    /// newer one.
    /// </summary>
    public Task<IReadOnlyList<string>> StaleWritesAsync() => database.LinesAsync(
        $"""
        {Leases}, epoch as (
          select e.*, lag(e.attempt) over (partition by e.trial_id order by e.epoch) as attempt_before
          from epochs e join {Trials} on t.id = e.trial_id
        )
        select format(
          'trial %s: epoch %s of attempt %s, stored at %s, is not of its lease from %s to %s',
          e.trial_id, e.epoch, e.attempt, e.at, l.since, l.until)
        from epoch e left join lease l using (trial_id, attempt)
        where l.attempt is null or e.at not between l.since and l.until
        union all
        select format('trial %s: epoch %s is of attempt %s, the one before it of attempt %s', trial_id, epoch, attempt, attempt_before)
        from epoch where attempt < attempt_before
        union all
        select format(
          'trial %s: the checkpoint of attempt %s, stored at %s, is not of its lease from %s to %s',
          c.trial_id, c.attempt, c.at, l.since, l.until)
        from checkpoints c join {Trials} on t.id = c.trial_id left join lease l on l.trial_id = c.trial_id and l.attempt = c.attempt
        where c.attempt > t.attempt or l.attempt is null or c.at not between l.since and l.until
        """,
        sweep);

    /// <summary>Retries are only for trainers that die. The loss of silos, leases or the database must not use them up.</summary>
    public Task<IReadOnlyList<string>> RetriesUsedByLossesAsync() => database.LinesAsync(
        $"""
        select format('trial %s, attempt %s: %s because of %s, which uses up a retry: %s', t.number, e.attempt, e.event, e.reason, e.detail)
        from trial_events e join {Trials} on t.id = e.trial_id
        where e.event in ('requeued', 'failed') and e.reason is distinct from 'trainer_died'
        union all
        select format('trial %s counts %s failures; %s of its trainers died', t.number, t.failures, count(e.id))
        from {Trials} left join trial_events e on e.trial_id = t.id and e.reason = 'trainer_died'
        group by t.number, t.failures
        having t.failures <> count(e.id)
        """,
        sweep);
}
