-- Programs that train in place of the built-in model: their folders, and epochs with metrics of any name.
create table folders (
  sha256   text primary key,
  bytes    bytea not null,
  added_at timestamptz not null default clock_timestamp()
);
comment on table folders is 'The packed folders of programs, each stored once.';
comment on column folders.sha256 is 'SHA-256 of the bytes, lower-case hexadecimal.';
comment on column folders.bytes is 'A tar file of its files and folders.';
comment on column folders.added_at is 'When it was stored.';

alter table sweeps alter column dataset drop not null;
alter table sweeps drop constraint sweeps_metric_check;
alter table sweeps add column folder text references folders;
alter table sweeps add constraint sweeps_trains_one_kind check (num_nonnulls(dataset, folder) = 1);
create index sweeps_by_folder on sweeps (folder);
comment on column sweeps.dataset is 'SHA-256 of the text: datasets.sha256; null where a program trains.';
comment on column sweeps.folder is 'folders.sha256 of the program that trains; null where the built-in model trains.';
comment on column sweeps.metric is
  'What is optimised: val_loss, val_accuracy, train_loss or perplexity of the built-in model, or what the program calls it.';

alter table epochs
  alter column train_loss drop not null,
  alter column val_loss drop not null,
  alter column val_accuracy drop not null,
  alter column perplexity drop not null,
  alter column learning_rate drop not null,
  alter column samples_per_second drop not null,
  add column metrics jsonb,
  add constraint epochs_of_one_kind check (
    num_nonnulls(train_loss, val_loss, val_accuracy, perplexity, learning_rate, samples_per_second)
      = case when metrics is null then 6 else 0 end);
comment on column epochs.train_loss is 'Mean cross-entropy of the training windows as trained, nats a character; null of a program.';
comment on column epochs.val_loss is 'Mean cross-entropy of the validation windows after the epoch, nats a character; null of a program.';
comment on column epochs.val_accuracy is 'Share of validation windows whose most likely next character is right, 0 to 1; null of a program.';
comment on column epochs.perplexity is 'Exponential of val_loss; null of a program.';
comment on column epochs.learning_rate is 'Step size of the optimizer in this epoch; null of a program.';
comment on column epochs.seconds is 'Wall time of training and validation, s; of a program the time since the report before, or since its start.';
comment on column epochs.samples_per_second is 'Training windows over the seconds spent on training, 1/s; null of a program.';
comment on column epochs.metrics is 'What a program has reported: an object of numbers by name; null of the built-in model.';

comment on column trials.params is 'Everything that decides what is trained, besides the text or the folder.';
comment on column trials.train_seconds is
  'Wall time of its training steps, s; that of the validations too for trials that have no validation_seconds; of a program the wall time of its last attempt.';
comment on column trials.train_processor_seconds is 'Processor time of its training steps, s; of all processes of a program in its last attempt.';
comment on column trials.peak_memory_bytes is 'Largest resident memory of the trainer, or of all processes of the program, since its last attempt began, bytes.';
comment on column trials.inference_ms is
  'Median time of a forward pass for one window, ms: processor time where one thread of a CPU computes it, else wall time; null of a program.';
comment on column checkpoints.data is 'Model, optimizer, random state and data order; of a program the archive of its checkpoint folder.';
comment on column trial_events.reason is
  'Why an attempt ended without a result: diverged, impossible, trainer_error, trainer_died, out_of_memory, stalled, program_failed, time_limit, command_not_found, storage_refused, worker_lost, lease_lost or worker_unfit.';

alter table attempts
  alter column torch drop not null,
  alter column capability drop not null;
comment on column attempts.torch is 'Version of libtorch; null where a program trained.';
comment on column attempts.capability is 'Instructions that libtorch uses on this processor, such as AVX512; null where a program trained.';
comment on column attempts.threads is 'Threads of libtorch within the trial; where a program trained those that its variables name.';

-- The only place that knows which metric stands where. It is one expression, so that it becomes a part of the query that calls it.
create function epoch_metric(e epochs, metric text)
returns double precision
language sql immutable parallel safe
as $$
  select case
    when e.metrics is not null then (e.metrics ->> metric)::double precision
    else case metric
      when 'val_loss' then e.val_loss
      when 'val_accuracy' then e.val_accuracy
      when 'train_loss' then e.train_loss
      when 'perplexity' then e.perplexity
    end
  end
$$;
comment on function epoch_metric(epochs, text) is 'The value of a metric of an epoch by its name; null where the epoch has none of this name.';

-- The parameters of a program have their own types, so they are no columns: params has them.
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
  t.prompt,
  t.params,
  best.metrics,
  last.metrics as last_metrics
from trials t
join sweeps s on s.id = t.sweep_id
cross join lateral trial_parameters(case when s.folder is null then t.params end) p
left join epochs best on best.trial_id = t.id and best.epoch = t.best_epoch
left join epochs last on last.trial_id = t.id and last.epoch = t.epochs_done;

create or replace view leaderboard as
select
  t.sweep_id,
  s.name as sweep,
  t.id as trial_id,
  t.number,
  t.state,
  s.metric,
  t.best_value,
  t.best_score,
  t.best_epoch,
  p.*,
  best.train_loss,
  best.val_loss,
  best.val_accuracy,
  best.perplexity,
  t.train_seconds,
  t.inference_ms,
  t.inference_windows_per_second,
  t.parameters,
  t.model_bytes,
  t.macs,
  t.params,
  best.metrics
from trials t
join sweeps s on s.id = t.sweep_id
cross join lateral trial_parameters(case when s.folder is null then t.params end) p
left join epochs best on best.trial_id = t.id and best.epoch = t.best_epoch
where t.best_score is not null;

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
  e.val_loss_error,
  s.metric,
  epoch_metric(e, s.metric) as value,
  t.params,
  e.metrics
from epochs e
join trials t on t.id = e.trial_id
join sweeps s on s.id = t.sweep_id
cross join lateral trial_parameters(case when s.folder is null then t.params end) p;

create or replace view configurations as
select
  g.sweep_id,
  g.sweep,
  g.first_trial,
  p.cell,
  p.sequence_length,
  p.hidden_size,
  p.layers,
  p.fully_connected,
  p.learning_rate,
  p.batch_size,
  p.dropout,
  p.epochs,
  p.optimizer,
  p.weight_decay,
  p.gradient_clipping,
  g.trials,
  g.succeeded,
  g.metric,
  g.mean,
  g.deviation,
  g.mean - student_t_975(g.succeeded - 1) * g.deviation / sqrt(g.succeeded) as low,
  g.mean + student_t_975(g.succeeded - 1) * g.deviation / sqrt(g.succeeded) as high,
  g.mean_score,
  g.mean_val_loss,
  g.mean_val_accuracy,
  g.mean_perplexity,
  g.mean_train_seconds,
  g.mean_inference_ms,
  g.parameters,
  g.model_bytes,
  g.macs,
  g.params
from (
  select
    t.sweep_id,
    s.name as sweep,
    s.metric,
    s.folder,
    t.params - 'seed' as params,
    min(t.number) as first_trial,
    count(*) as trials,
    count(*) filter (where f.finished) as succeeded,
    avg(t.best_value) filter (where f.finished) as mean,
    stddev_samp(t.best_value) filter (where f.finished) as deviation,
    avg(t.best_score) filter (where f.finished) as mean_score,
    avg(e.val_loss) filter (where f.finished) as mean_val_loss,
    avg(e.val_accuracy) filter (where f.finished) as mean_val_accuracy,
    avg(e.perplexity) filter (where f.finished) as mean_perplexity,
    avg(t.train_seconds) filter (where f.finished) as mean_train_seconds,
    avg(t.inference_ms) filter (where f.finished) as mean_inference_ms,
    max(t.parameters) as parameters,
    max(t.model_bytes) as model_bytes,
    max(t.macs) as macs
  from trials t
  join sweeps s on s.id = t.sweep_id
  left join epochs e on e.trial_id = t.id and e.epoch = t.best_epoch
  -- NaN is above infinity.
  cross join lateral (
    select t.state = 'succeeded' and coalesce(t.best_value > '-infinity' and t.best_value < 'infinity', false) as finished
  ) f
  group by t.sweep_id, s.name, s.metric, s.folder, t.params - 'seed'
) g
cross join lateral trial_parameters(case when g.folder is null then g.params end) p;

-- A program whose epochs have no limit asks for those that it has reported.
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
    coalesce(sum(
      case when t.state in ('queued', 'running') then coalesce((t.params ->> 'epochs')::integer, t.epochs_done) else t.epochs_done end),
      0)::bigint as epochs_total,
    coalesce(max((t.params ->> 'epochs')::integer), 0) as most_epochs
  from trials t
  where t.sweep_id = s.id
) n
left join lateral (
  select b.best_value, b.number from trials b where b.sweep_id = s.id and b.best_score is not null order by b.best_score, b.number limit 1
) best on true;

create or replace view objective_values as
select sweep_id, sweep, trial_id, number, place, metric, goal, value, case goal when 'maximize' then -value else value end as score
from (
  select
    s.id as sweep_id,
    s.name as sweep,
    t.id as trial_id,
    t.number,
    o.place::integer as place,
    o.objective ->> 'metric' as metric,
    o.objective ->> 'goal' as goal,
    v.value,
    -- NaN is above infinity. The name of the sweep is among the columns so that a condition on it comes before the windows.
    bool_and(coalesce(v.value > '-infinity' and v.value < 'infinity', false)) over (partition by s.id, s.name, t.id) as is_whole
  from sweeps s
  cross join lateral jsonb_array_elements(case jsonb_typeof(s.spec -> 'objectives') when 'array' then s.spec -> 'objectives' end)
    with ordinality o(objective, place)
  join trials t on t.sweep_id = s.id and t.state = 'succeeded'
  left join epochs e on e.trial_id = t.id and e.epoch = t.best_epoch
  cross join lateral (
    select coalesce(
      epoch_metric(e, o.objective ->> 'metric'),
      case o.objective ->> 'metric'
        when 'train_seconds' then t.train_seconds
        when 'inference_ms' then t.inference_ms
        when 'model_parameters' then t.parameters
        when 'model_bytes' then t.model_bytes
        when 'macs' then t.macs
      end) as value
  ) v
) measured
where is_whole;

comment on column trial_summary.params is 'Its parameters by name, in JSON. The columns of parameters are those of the built-in model, and null of a program.';
comment on column trial_summary.metrics is 'What a program reported at the best epoch, by name; null of the built-in model.';
comment on column trial_summary.last_metrics is 'What a program reported at the last epoch, by name; null of the built-in model.';
comment on column leaderboard.params is 'Its parameters by name, in JSON. The columns of parameters are those of the built-in model, and null of a program.';
comment on column leaderboard.metrics is 'What a program reported at the best epoch, by name; null of the built-in model.';
comment on column learning_curves.metric is 'The metric of the objective.';
comment on column learning_curves.value is 'Its value at the epoch.';
comment on column learning_curves.params is 'The trial''s parameters by name, in JSON. The columns of parameters are those of the built-in model, and null of a program.';
comment on column learning_curves.metrics is 'What a program reported at the epoch, by name; null of the built-in model.';
comment on column configurations.params is 'The parameters but the seed by name, in JSON. The columns of parameters are those of the built-in model, and null of a program.';

do $$
begin
  if exists (select from pg_roles where rolname = 'sweep_reader') then
    grant select on folders to sweep_reader;
  end if;
  if exists (select from pg_roles where rolname = 'sweep_worker') then
    -- A column is enough to lock a row.
    grant select, insert, delete, update (added_at) on folders to sweep_worker;
  end if;
end
$$;
