-- How far the running epochs are, for people who watch long ones; why a trial is not tried again; the precision of a GPU's products.
alter table workers
  add column trials bigint[] not null default '{}',
  add column trained double precision[] not null default '{}';
comment on column workers.trials is 'trials.id of the trials that train there.';
comment on column workers.trained is 'Epochs of each of these trials that are trained, with the part of the one that runs: 3.42.';
comment on column trial_events.reason is
  'Why an attempt ended without a result: diverged, impossible, trainer_error, trainer_died, out_of_memory, stalled, storage_refused, worker_lost, lease_lost or worker_unfit.';

alter table attempts add column precision text;
comment on column attempts.precision is 'Precision of the products on a GPU where it is not float32: tf32.';
