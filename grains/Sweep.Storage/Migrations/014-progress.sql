-- How far the running epochs are, for people who watch long ones, and why a trial is not tried again.
alter table workers
  add column trials bigint[] not null default '{}',
  add column trained double precision[] not null default '{}';
comment on column workers.trials is 'trials.id of the trials that train there.';
comment on column workers.trained is 'Epochs of each of these trials that are trained, with the part of the one that runs: 3.42.';
comment on column trial_events.reason is
  'Why an attempt ended without a result: diverged, impossible, trainer_error, trainer_died, out_of_memory, stalled, storage_refused, worker_lost, lease_lost or worker_unfit.';
