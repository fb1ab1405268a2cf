-- The parameters of a trial as columns, in the order of the catalog (BuiltInParameters.cs of Sweep.Domain): the views take them all from
-- here. A function that is one query becomes a part of the query that calls it: a view reads only the parameters that are asked for.
create function trial_parameters(params jsonb)
returns table (
  cell text,
  sequence_length integer,
  hidden_size integer,
  layers integer,
  fully_connected text,
  learning_rate double precision,
  batch_size integer,
  dropout double precision,
  epochs integer,
  optimizer text,
  weight_decay double precision,
  gradient_clipping double precision,
  seed bigint
)
language sql immutable parallel safe
as $$
  select
    params ->> 'cell',
    (params ->> 'sequence_length')::integer,
    (params ->> 'hidden_size')::integer,
    (params ->> 'layers')::integer,
    params ->> 'fully_connected',
    (params ->> 'learning_rate')::double precision,
    nullif(params ->> 'batch_size', 'full')::integer,
    (params ->> 'dropout')::double precision,
    (params ->> 'epochs')::integer,
    params ->> 'optimizer',
    (params ->> 'weight_decay')::double precision,
    (params ->> 'gradient_clipping')::double precision,
    (params ->> 'seed')::bigint
$$;

comment on function trial_parameters(jsonb) is 'The parameters in trials.params as one row of columns.';

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
  t.ended_at
from trials t
join sweeps s on s.id = t.sweep_id
cross join lateral trial_parameters(t.params) p
left join epochs best on best.trial_id = t.id and best.epoch = t.best_epoch
left join epochs last on last.trial_id = t.id and last.epoch = t.epochs_done;

-- Ordered by best_score for one sweep_id it is read from the index trials_by_score.
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
  t.macs
from trials t
join sweeps s on s.id = t.sweep_id
cross join lateral trial_parameters(t.params) p
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
  e.at
from epochs e
join trials t on t.id = e.trial_id
join sweeps s on s.id = t.sweep_id
cross join lateral trial_parameters(t.params) p;
