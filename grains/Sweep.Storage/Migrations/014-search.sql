-- Search methods that learn propose trials while the sweep runs, so that it may have fewer rows than trials.
alter table sweeps add column proposed_from integer not null default 0;
alter table sweeps add column not_reproducible text;
alter table sweeps add column ended_by text;

comment on column sweeps.trial_count is
  'How many trials it has at the most. With a method that learns some may not be proposed yet; when its budget ends a sweep, it is the number of those that were.';
comment on column sweeps.proposed_from is 'The highest number of a trial from whose outcome others were proposed; 0 for none.';
comment on column sweeps.not_reproducible is 'Why the same sweep file may give other trials; null where it gives the same.';
comment on column sweeps.ended_by is 'What ended it of its budget; null where nothing did.';

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
  b.target as budget_target
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
    coalesce(sum(t.epochs_done), 0)::bigint as epochs_done,
    coalesce(sum(case when t.state in ('queued', 'running') then (t.params ->> 'epochs')::integer else t.epochs_done end), 0)::bigint as epochs_total,
    coalesce(max((t.params ->> 'epochs')::integer), 0) as most_epochs
  from trials t
  where t.sweep_id = s.id
) n
left join lateral (
  select b.best_value, b.number from trials b where b.sweep_id = s.id and b.best_score is not null order by b.best_score, b.number limit 1
) best on true;

comment on column sweep_progress.trial_count is 'How many trials it has at the most.';
comment on column sweep_progress.epochs_total is
  'Epochs of all its trials that are asked for; a trial that is over counts what it did, one that is not proposed yet as the longest so far.';
comment on column sweep_progress.proposed is 'Trials that are proposed: rows of trials.';
comment on column sweep_progress.ended_by is 'What ended it of its budget; null where nothing did.';
comment on column sweep_progress.not_reproducible is 'Why the same sweep file may give other trials; null where it gives the same.';
comment on column sweep_progress.budget_epochs_left is 'Epochs of its budget that its trials have not trained; null where it has no budget of epochs.';
comment on column sweep_progress.budget_seconds_left is 'Time of its budget that is left, s; null where it has no budget of time.';
comment on column sweep_progress.budget_failures_left is 'Failures of its budget that are left; null where it has no budget of failures.';
comment on column sweep_progress.budget_target is 'Value of the objective that ends it; null where it has no target.';

do $$
begin
  if exists (select from pg_roles where rolname = 'sweep_worker') then
    grant update (proposed_from, not_reproducible, ended_by, trial_count) on sweeps to sweep_worker;
  end if;
end
$$;
