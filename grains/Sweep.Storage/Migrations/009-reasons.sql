comment on column trial_events.reason is
  'Why an attempt ended without a result: diverged, trainer_error, trainer_died, out_of_memory, stalled, storage_refused, worker_lost, lease_lost or worker_unfit.';
