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

-- A seed makes replicates of a point and no other point, so it is no parameter that explains anything, and means are over points. Equal
-- values stay in one quarter.
create or replace view parameter_effects as
with points as (
  select
    t.sweep_id,
    t.params - 'seed' as params,
    min(t.number) as number,
    count(*) filter (where f.finished) as succeeded,
    count(*) filter (where not f.finished) as failed,
    avg(t.best_value) filter (where f.finished) as best_value,
    avg(t.train_seconds) filter (where f.finished) as train_seconds,
    avg(t.parameters) filter (where f.finished) as parameters,
    avg(t.model_bytes) filter (where f.finished) as model_bytes
  from trials t
  -- NaN is above infinity.
  cross join lateral (
    select t.state = 'succeeded' and coalesce(t.best_value > '-infinity' and t.best_value < 'infinity', false) as finished
  ) f
  where t.state in ('succeeded', 'failed')
  group by t.sweep_id, t.params - 'seed'
), valued as (
  select
    s.id as sweep_id,
    s.name as sweep,
    s.metric,
    v.parameter,
    p.number,
    p.params -> v.parameter as value,
    case when jsonb_typeof(p.params -> v.parameter) = 'number' then (p.params ->> v.parameter)::double precision end as amount,
    p.succeeded,
    p.failed,
    p.best_value,
    p.train_seconds,
    p.parameters,
    p.model_bytes
  from sweeps s
  cross join lateral unnest(s.varying) v(parameter)
  join points p on p.sweep_id = s.id
  where v.parameter <> 'seed'
), ranked as (
  select
    *,
    dense_rank() over (partition by sweep_id, sweep, parameter order by value) as rank,
    rank() over (partition by sweep_id, sweep, parameter order by amount) as place,
    count(*) over (partition by sweep_id, sweep, parameter) as points,
    bool_and(amount is not null) over (partition by sweep_id, sweep, parameter) as is_numeric
  from valued
), divided as (
  select
    *,
    max(rank) over (partition by sweep_id, sweep, parameter) as different,
    -- Drawn from a range almost every value is its own: quarters of the points can be compared.
    case
      when is_numeric and max(rank) over (partition by sweep_id, sweep, parameter) > 8 then (place - 1) * 4 / points
    end as quarter
  from ranked
), grouped as (
  select
    sweep_id,
    sweep,
    metric,
    parameter,
    quarter,
    case when quarter is null then value #>> '{}' end as value,
    min(amount) as value_from,
    max(amount) as value_to,
    min(number) as first_trial,
    sum(succeeded)::bigint as succeeded,
    sum(failed)::bigint as failed,
    count(best_value) as points,
    avg(best_value) as mean,
    stddev_samp(best_value) as deviation,
    coalesce(var_pop(best_value), 0) * count(best_value) as within,
    avg(train_seconds) as mean_train_seconds,
    avg(parameters) as mean_parameters,
    avg(model_bytes) as mean_model_bytes
  from divided
  where different > 1
  group by sweep_id, sweep, metric, parameter, quarter, case when quarter is null then value #>> '{}' end
), centred as (
  select
    *,
    sum(points * mean) over (partition by sweep_id, sweep, parameter)
      / nullif(sum(points) over (partition by sweep_id, sweep, parameter), 0) as grand_mean,
    count(mean) over (partition by sweep_id, sweep, parameter) as filled,
    sum(points) over (partition by sweep_id, sweep, parameter) as all_points,
    sum(within) over (partition by sweep_id, sweep, parameter) as all_within
  from grouped
), spread as (
  select *, coalesce(sum(points * (mean - grand_mean) ^ 2) over (partition by sweep_id, sweep, parameter), 0) as between_values
  from centred
)
select
  sweep_id,
  sweep,
  parameter,
  coalesce(value, concat(round(value_from::numeric, 2 - floor(log(nullif(abs(value_from), 0)::numeric))::integer), ' … ',
    round(value_to::numeric, 2 - floor(log(nullif(abs(value_to), 0)::numeric))::integer))) as value,
  value_from,
  value_to,
  row_number() over (partition by sweep_id, sweep, parameter order by value_from, first_trial)::integer as position,
  succeeded,
  failed,
  metric,
  mean,
  deviation,
  mean_train_seconds,
  mean_parameters::double precision as mean_parameters,
  mean_model_bytes::double precision as mean_model_bytes,
  case
    when filled > 1 and all_points > filled and between_values + all_within > 0
    then least(1, between_values / (between_values + all_within))
  end as explained,
  (case
    when filled > 1 and all_points > filled and between_values + all_within > 0
    then (filled - 1.0) / (all_points - 1)
  end)::double precision as chance
from spread;

comment on column parameter_effects.explained is
  'Share of the variance of the objective between trials, as observed (correlation ratio η², Fisher 1925), 0 to 1, the same in each of its rows; null when it would say nothing. Hold it against chance; sweep report corrects for it.';
comment on column parameter_effects.chance is 'What explained is on average for a parameter without any effect: (values - 1) / (points - 1).';

-- The factor of 95 % intervals. Source of the expansion for large samples: Abramowitz and Stegun, 26.7.5.
create function student_t_975(freedom bigint)
returns double precision
language sql immutable parallel safe
as $$
  select case
    when freedom < 1 then null
    when freedom <= 30 then (array[
      12.706204736432095, 4.302652729696142, 3.182446305284263, 2.7764451051977987, 2.5705818366147395, 2.4469118511449692,
      2.3646242515927844, 2.306004135204166, 2.2621571628540993, 2.2281388519649385, 2.200985160082949, 2.1788128296634177,
      2.1603686564610127, 2.1447866879169273, 2.131449545559323, 2.1199052992210112, 2.1098155778331806, 2.10092204024096,
      2.093024054408263, 2.0859634472658364, 2.079613844727662, 2.0738730679040147, 2.0686576104190406, 2.0638985616280205,
      2.059538552753294, 2.055529438642871, 2.0518305164802833, 2.048407141795244, 2.045229642132703, 2.042272456301238])[freedom]
    else z + (z ^ 3 + z) / (4 * freedom) + (5 * z ^ 5 + 16 * z ^ 3 + 3 * z) / (96.0 * freedom ^ 2)
      + (3 * z ^ 7 + 19 * z ^ 5 + 17 * z ^ 3 - 15 * z) / (384.0 * freedom ^ 3)
  end
  from (values (1.959963984540054::double precision)) c(z)
$$;
comment on function student_t_975(bigint) is 'The 97.5 % quantile of the t distribution.';

-- One row for each point of a sweep: the trials that differ in nothing but their seed.
create view configurations as
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
  g.macs
from (
  select
    t.sweep_id,
    s.name as sweep,
    s.metric,
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
  group by t.sweep_id, s.name, s.metric, t.params - 'seed'
) g
cross join lateral trial_parameters(g.params) p;
comment on view configurations is 'One row a point of a sweep: the trials that differ in nothing but their seed. Order by mean_score, the best comes first.';
comment on column configurations.sweep_id is 'sweeps.id.';
comment on column configurations.sweep is 'The sweep''s name.';
comment on column configurations.first_trial is 'Number of its first trial.';
comment on column configurations.trials is 'Trials of the point, one a seed.';
comment on column configurations.succeeded is 'Trials that trained to their end with a finite objective; the means are over them.';
comment on column configurations.metric is 'What mean, deviation, low and high are of.';
comment on column configurations.mean is 'Mean of the objective''s metric at each trial''s best epoch.';
comment on column configurations.deviation is 'Sample standard deviation of the same; null of a single trial.';
comment on column configurations.low is 'Lower end of the 95 % interval of the mean (Student); null of a single trial.';
comment on column configurations.high is 'Upper end of the 95 % interval of the mean; null of a single trial.';
comment on column configurations.mean_score is 'Mean of best_score: lower wins.';
comment on column configurations.mean_val_loss is 'Mean validation loss of the best epochs, nats a character.';
comment on column configurations.mean_val_accuracy is 'Mean validation accuracy of the best epochs, 0 to 1.';
comment on column configurations.mean_perplexity is 'Mean perplexity of the best epochs.';
comment on column configurations.mean_train_seconds is 'Mean training time, s.';
comment on column configurations.mean_inference_ms is 'Mean time of a forward pass for one window, ms.';
comment on column configurations.parameters is 'Trainable numbers of the model.';
comment on column configurations.model_bytes is 'Size of the parameters as float32, bytes.';
comment on column configurations.macs is 'Multiply-accumulates of a forward pass for one window.';
comment on column configurations.cell is 'Kind of recurrent layer: rnn, lstm or gru.';
comment on column configurations.sequence_length is 'Characters in a window.';
comment on column configurations.hidden_size is 'Width of the embedding and of each recurrent layer.';
comment on column configurations.layers is 'Recurrent layers.';
comment on column configurations.fully_connected is 'Widths of the hidden layers between the last state and the logits: [64, 32].';
comment on column configurations.learning_rate is 'Step size of the optimizer.';
comment on column configurations.batch_size is 'Windows in a step; null for the whole training set.';
comment on column configurations.dropout is 'Share of states dropped between recurrent layers, 0 to 1.';
comment on column configurations.epochs is 'Passes over the training windows that are asked for.';
comment on column configurations.optimizer is 'adam, sgd or adamw.';
comment on column configurations.weight_decay is 'L2 penalty, or decoupled decay.';
comment on column configurations.gradient_clipping is 'Largest norm of the gradients; 0 is no limit.';

-- Weights from which the trials of a sweep begin. They are a copy, so that the trial that they come from may be pruned or deleted.
create table weights (
  sha256   text primary key,
  data     bytea not null,
  added_at timestamptz not null default clock_timestamp()
);
alter table weights alter column data set storage external;
comment on table weights is 'Weights of trials from which other trials begin, each stored once.';
comment on column weights.sha256 is 'SHA-256 of the data, lower-case hexadecimal.';
comment on column weights.data is 'A safetensors file, with the parameters and the vocabulary of the trial in its metadata.';
comment on column weights.added_at is 'When it was stored.';

alter table sweeps add column weights text references weights;
create index sweeps_by_weights on sweeps (weights);
comment on column sweeps.weights is 'weights.sha256 of what its trials begin from; null where they begin from random weights.';

do $$
begin
  if exists (select from pg_roles where rolname = 'sweep_reader') then
    grant select on attempts, configurations, weights to sweep_reader;
  end if;
  if exists (select from pg_roles where rolname = 'sweep_worker') then
    grant select, insert, delete on attempts to sweep_worker;
    grant select on configurations to sweep_worker;
    -- A column is enough to lock a row.
    grant select, insert, delete, update (added_at) on weights to sweep_worker;
    grant update (
      validation_seconds, train_processor_seconds, validation_processor_seconds, inference_ms_low, inference_ms_high,
      test_windows, test_loss, test_loss_error, test_accuracy, prompt) on trials to sweep_worker;
  end if;
end
$$;
