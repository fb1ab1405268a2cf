-- What several machines need: what a worker is good for and how it does, and trials that want a device for themselves.
alter table workers
  add column labels text[] not null default '{}',
  add column state text not null default 'active' check (state in ('active', 'draining', 'quarantined')),
  add column message text;

comment on column workers.labels is 'What sweeps may ask for in resources.require, such as gpu=h200.';
comment on column workers.state is 'active, draining (takes no more trials and ends) or quarantined (no slot can train; it tests them again).';
comment on column workers.message is 'What a person should know about it; null when all is well.';

alter table trials add column alone boolean not null default false;

comment on column trials.alone is 'An attempt ran out of memory beside others: the next ones have their device for themselves.';
comment on column trial_events.reason is
  'Why an attempt ended without a result: diverged, trainer_error, trainer_died, out_of_memory, worker_lost, lease_lost or worker_unfit.';
