-- Stopping rules: a trial may end before its last epoch, and may wait at the end of an epoch until others have got there.
alter table trials drop constraint trials_state_check;
alter table trials add constraint trials_state_check
  check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'stopped'));
alter table trials
  add column held_at integer,
  add column trains_on boolean not null default false;
create index trials_held on trials (sweep_id, number) where held_at is not null;

comment on column trials.state is 'queued, running, succeeded, failed, cancelled or stopped.';
comment on column trials.reason is 'Why it failed, was cancelled or was stopped, in words.';
comment on column trials.ended_at is 'When it succeeded, failed, was cancelled or was stopped; null while it waits or runs.';
comment on column trials.held_at is
  'The epoch at whose end it waits to be judged by a stopping rule, until the trials that it is compared with have got there or are over; null when it does not.';
comment on column trials.trains_on is
  'Whether a user has it trained on to its last epoch after a rule stopped it: no rule judges it any more.';
comment on column trial_events.event is
  'leased, succeeded, failed, requeued, given back, lost, paused, cancelled, retried, stopped, held, judged or resumed.';

-- As epochs, without a foreign key to trials.
create table judgements (
  trial_id bigint not null,
  epoch    integer not null,
  stops    boolean not null,
  value    double precision,
  bound    double precision,
  reason   text not null,
  at       timestamptz not null default clock_timestamp(),
  primary key (trial_id, epoch)
);
create index judgements_that_stop on judgements (trial_id, epoch) where stops;

comment on table judgements is 'What stopping rules decided of each trial at the ends of certain epochs. A row is stored before the trial follows it, and never changes.';
comment on column judgements.trial_id is 'trials.id.';
comment on column judgements.epoch is 'The epoch at whose end the trial was judged.';
comment on column judgements.stops is 'Whether the trial was stopped there; otherwise it went on.';
comment on column judgements.value is 'The best value of the objective up to that epoch; null when none was a number.';
comment on column judgements.bound is 'The value that it was held against; null when there was none.';
comment on column judgements.reason is 'What was compared and what follows, in words.';
comment on column judgements.at is 'When it was stored.';

create or replace view sweep_progress as
select
  s.id as sweep_id,
  s.name as sweep,
  s.state,
  s.metric,
  s.goal,
  s.trial_count,
  n.queued,
  n.running,
  n.succeeded,
  n.failed,
  n.cancelled,
  n.epochs_done,
  (n.epochs_total + greatest(0, s.trial_count - n.proposed) * n.most_epochs)::bigint as epochs_total,
  best.best_value,
  best.number as best_trial,
  s.created_at,
  s.ended_at,
  n.proposed,
  s.ended_by,
  s.not_reproducible,
  case when b.epochs is not null then greatest(0, b.epochs - n.epochs_done) end as budget_epochs_left,
  case when b.seconds is not null
    then greatest(0, b.seconds - extract(epoch from coalesce(s.ended_at, clock_timestamp()) - s.created_at)::double precision)
  end as budget_seconds_left,
  case when b.failures is not null then greatest(0, b.failures - n.failed) end as budget_failures_left,
  b.target as budget_target,
  n.stopped,
  n.held
from sweeps s
cross join lateral (
  select
    (s.spec #>> '{budget,epochs}')::bigint as epochs,
    (s.spec #>> '{budget,time}')::double precision as seconds,
    (s.spec #>> '{budget,failures}')::bigint as failures,
    (s.spec #>> '{budget,target}')::double precision as target
) b
cross join lateral (
  select
    count(*) as proposed,
    count(*) filter (where t.state = 'queued') as queued,
    count(*) filter (where t.state = 'running') as running,
    count(*) filter (where t.state = 'succeeded') as succeeded,
    count(*) filter (where t.state = 'failed') as failed,
    count(*) filter (where t.state = 'cancelled') as cancelled,
    count(*) filter (where t.state = 'stopped') as stopped,
    count(*) filter (where t.state = 'queued' and t.held_at is not null) as held,
    coalesce(sum(t.epochs_done), 0)::bigint as epochs_done,
    coalesce(sum(case when t.state in ('queued', 'running') then (t.params ->> 'epochs')::integer else t.epochs_done end), 0)::bigint as epochs_total,
    coalesce(max((t.params ->> 'epochs')::integer), 0) as most_epochs
  from trials t
  where t.sweep_id = s.id
) n
left join lateral (
  select b.best_value, b.number from trials b where b.sweep_id = s.id and b.best_score is not null order by b.best_score, b.number limit 1
) best on true;

comment on column sweep_progress.stopped is 'Trials that a stopping rule ended before their last epochs.';
comment on column sweep_progress.held is 'Trials that wait to be judged by a stopping rule; they are among the queued ones.';
comment on column trial_summary.state is 'queued, running, succeeded, failed, cancelled or stopped.';
comment on column trial_summary.reason is 'Why it failed, was cancelled or was stopped, in words.';
comment on column trial_summary.ended_at is 'When it succeeded, failed, was cancelled or was stopped; null while it waits or runs.';
comment on column leaderboard.state is 'queued, running, succeeded, failed, cancelled or stopped.';
comment on column learning_curves.state is 'queued, running, succeeded, failed, cancelled or stopped.';

do $$
begin
  if exists (select from pg_roles where rolname = 'sweep_reader') then
    grant select on judgements to sweep_reader;
  end if;
  if exists (select from pg_roles where rolname = 'sweep_worker') then
    -- A column is enough to have the row returned that is there already.
    grant select, insert, delete, update (at) on judgements to sweep_worker;
    grant update (held_at, trains_on) on trials to sweep_worker;
  end if;
end
$$;
