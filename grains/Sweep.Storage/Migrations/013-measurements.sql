-- What a trial measured and how far its numbers can be trusted: the noise of losses, processor time beside wall time, the spread of the
-- inference time, and a part of the text on which no epoch was chosen. All are null for trials of earlier versions.
alter table epochs add column val_loss_error double precision;
comment on column epochs.val_loss_error is 'Standard error of val_loss over its windows, nats a character.';

alter table trials
  add column validation_seconds double precision,
  add column train_processor_seconds double precision,
  add column validation_processor_seconds double precision,
  add column inference_ms_low double precision,
  add column inference_ms_high double precision,
  add column test_windows integer,
  add column test_loss double precision,
  add column test_loss_error double precision,
  add column test_accuracy double precision,
  add column prompt text;
comment on column trials.train_seconds is
  'Wall time of its training steps, s; that of the validations too for trials that have no validation_seconds.';
comment on column trials.inference_ms is
  'Median time of a forward pass for one window, ms: processor time where one thread of a CPU computes it, else wall time.';
comment on column trials.peak_memory_bytes is 'Largest resident memory of the trainer since its last attempt began, bytes.';
comment on column trials.validation_seconds is 'Wall time of its validations, s.';
comment on column trials.train_processor_seconds is 'Processor time of its training steps, s.';
comment on column trials.validation_processor_seconds is 'Processor time of its validations, s.';
comment on column trials.inference_ms_low is 'Lower end of the 95 % interval of inference_ms, ms.';
comment on column trials.inference_ms_high is 'Upper end of the 95 % interval of inference_ms, ms.';
comment on column trials.test_windows is 'Windows on which no epoch is chosen; null without dataset.test.';
comment on column trials.test_loss is 'Mean cross-entropy of the best weights over the test windows, nats a character.';
comment on column trials.test_loss_error is 'Standard error of test_loss over its windows, nats a character.';
comment on column trials.test_accuracy is 'Share of test windows whose most likely next character is right, 0 to 1.';
comment on column trials.prompt is 'The text from which the sample goes on.';

-- Where each attempt trained: what may change the bits of its results.
create table attempts (
  trial_id     bigint not null,
  attempt      integer not null,
  went_on_from integer,
  torch        text not null,
  processor    text not null,
  capability   text not null,
  threads      integer not null,
  device       text not null,
  gpu          text,
  driver       text,
  primary key (trial_id, attempt)
);
comment on table attempts is 'The environment of each attempt: what may change the bits of its results.';
comment on column attempts.trial_id is 'trials.id.';
comment on column attempts.attempt is 'The attempt.';
comment on column attempts.went_on_from is 'The attempt whose checkpoint it went on from; null where it began afresh.';
comment on column attempts.torch is 'Version of libtorch.';
comment on column attempts.processor is 'Model of the processor.';
comment on column attempts.capability is 'Instructions that libtorch uses on this processor, such as AVX512.';
comment on column attempts.threads is 'Threads of libtorch within the trial.';
comment on column attempts.device is 'cpu, cuda:0, …';
comment on column attempts.gpu is 'Model of the GPU; null on a CPU.';
comment on column attempts.driver is 'Version of the GPU''s driver; null on a CPU.';

create or replace view trial_summary as
select
  t.sweep_id,
  s.name as sweep,
  t.id as trial_id,
  t.number,
  t.state,
  t.attempt,
  p.*,
  t.epochs_done,
  s.metric,
  t.best_value,
  t.best_score,
  t.best_epoch,
  best.train_loss,
  best.val_loss,
  best.val_accuracy,
  best.perplexity,
  last.train_loss as last_train_loss,
  last.val_loss as last_val_loss,
  last.val_accuracy as last_val_accuracy,
  last.perplexity as last_perplexity,
  last.samples_per_second,
  t.train_seconds,
  t.inference_ms,
  t.inference_windows_per_second,
  t.parameters,
  t.model_bytes,
  t.macs,
  t.training_windows,
  t.validation_windows,
  t.peak_memory_bytes,
  t.failures,
  t.losses,
  t.worker,
  t.reason,
  t.sample,
  t.started_at,
  t.ended_at,
  best.val_loss_error,
  t.validation_seconds,
  t.train_processor_seconds,
  t.validation_processor_seconds,
  t.inference_ms_low,
  t.inference_ms_high,
  t.test_windows,
  t.test_loss,
  t.test_loss_error,
  t.test_accuracy,
  t.prompt
from trials t
join sweeps s on s.id = t.sweep_id
cross join lateral trial_parameters(t.params) p
left join epochs best on best.trial_id = t.id and best.epoch = t.best_epoch
left join epochs last on last.trial_id = t.id and last.epoch = t.epochs_done;

create or replace view learning_curves as
select
  t.sweep_id,
  s.name as sweep,
  t.id as trial_id,
  t.number,
  t.state,
  p.*,
  e.epoch,
  e.attempt,
  e.train_loss,
  e.val_loss,
  e.val_accuracy,
  e.perplexity,
  e.learning_rate as epoch_learning_rate,
  e.seconds,
  e.samples_per_second,
  e.at,
  e.val_loss_error
from epochs e
join trials t on t.id = e.trial_id
join sweeps s on s.id = t.sweep_id
cross join lateral trial_parameters(t.params) p;

comment on column trial_summary.val_loss_error is 'Standard error of val_loss at the best epoch, nats a character.';
comment on column learning_curves.val_loss_error is 'Standard error of val_loss over its windows, nats a character.';
comment on column trial_summary.validation_seconds is 'Wall time of its validations, s.';
comment on column trial_summary.train_processor_seconds is 'Processor time of its training steps, s.';
comment on column trial_summary.validation_processor_seconds is 'Processor time of its validations, s.';
comment on column trial_summary.inference_ms_low is 'Lower end of the 95 % interval of inference_ms, ms.';
comment on column trial_summary.inference_ms_high is 'Upper end of the 95 % interval of inference_ms, ms.';
comment on column trial_summary.test_windows is 'Windows on which no epoch is chosen; null without dataset.test.';
comment on column trial_summary.test_loss is 'Mean cross-entropy of the best weights over the test windows, nats a character.';
comment on column trial_summary.test_loss_error is 'Standard error of test_loss over its windows, nats a character.';
comment on column trial_summary.test_accuracy is 'Share of test windows whose most likely next character is right, 0 to 1.';
comment on column trial_summary.prompt is 'The text from which the sample goes on.';

do $$
begin
  if exists (select from pg_roles where rolname = 'sweep_reader') then
    grant select on attempts to sweep_reader;
  end if;
  if exists (select from pg_roles where rolname = 'sweep_worker') then
    grant select, insert, delete on attempts to sweep_worker;
    grant update (
      validation_seconds, train_processor_seconds, validation_processor_seconds, inference_ms_low, inference_ms_high,
      test_windows, test_loss, test_loss_error, test_accuracy, prompt) on trials to sweep_worker;
  end if;
end
$$;
