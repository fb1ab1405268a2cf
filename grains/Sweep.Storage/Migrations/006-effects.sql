-- What a report says of each parameter that varies, by the same rules (Sweep.Domain's ReportEffect.cs). All partitions and groups have the
-- sweep's id and name, so that a query for one sweep reads the trials of that one only.
create view parameter_effects as
with valued as (
  select
    s.id as sweep_id,
    s.name as sweep,
    s.metric,
    v.parameter,
    t.number,
    t.params -> v.parameter as value,
    case when jsonb_typeof(t.params -> v.parameter) = 'number' then (t.params ->> v.parameter)::double precision end as amount,
    -- NaN is above infinity.
    t.state = 'succeeded' and coalesce(t.best_value > '-infinity' and t.best_value < 'infinity', false) as succeeded,
    t.best_value,
    t.train_seconds,
    t.parameters,
    t.model_bytes
  from sweeps s
  cross join lateral unnest(s.varying) v(parameter)
  join trials t on t.sweep_id = s.id and t.state in ('succeeded', 'failed')
), ranked as (
  select
    *,
    dense_rank() over (partition by sweep_id, sweep, parameter order by value) as rank,
    row_number() over (partition by sweep_id, sweep, parameter order by amount, number) as place,
    count(*) over (partition by sweep_id, sweep, parameter) as trials,
    bool_and(amount is not null) over (partition by sweep_id, sweep, parameter) as is_numeric
  from valued
), divided as (
  select
    *,
    max(rank) over (partition by sweep_id, sweep, parameter) as different,
    -- Drawn from a range almost every value is its own: quarters of the trials can be compared.
    case when is_numeric and max(rank) over (partition by sweep_id, sweep, parameter) > 8 then (place - 1) / ((trials + 3) / 4) end as quarter
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
    count(*) filter (where succeeded) as succeeded,
    count(*) filter (where not succeeded) as failed,
    avg(best_value) filter (where succeeded) as mean,
    stddev_samp(best_value) filter (where succeeded) as deviation,
    coalesce(var_pop(best_value) filter (where succeeded), 0) * count(*) filter (where succeeded) as within,
    avg(train_seconds) filter (where succeeded) as mean_train_seconds,
    avg(parameters) filter (where succeeded) as mean_parameters,
    avg(model_bytes) filter (where succeeded) as mean_model_bytes
  from divided
  where different > 1
  group by sweep_id, sweep, metric, parameter, quarter, case when quarter is null then value #>> '{}' end
), centred as (
  select
    *,
    sum(succeeded * mean) over (partition by sweep_id, sweep, parameter) / nullif(sum(succeeded) over (partition by sweep_id, sweep, parameter), 0) as grand_mean,
    count(mean) over (partition by sweep_id, sweep, parameter) as filled,
    sum(succeeded) over (partition by sweep_id, sweep, parameter) as all_succeeded,
    sum(within) over (partition by sweep_id, sweep, parameter) as all_within
  from grouped
), spread as (
  select *, coalesce(sum(succeeded * (mean - grand_mean) ^ 2) over (partition by sweep_id, sweep, parameter), 0) as between_values
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
  case when filled > 1 and all_succeeded > filled and between_values + all_within > 0 then least(1, between_values / (between_values + all_within)) end as explained
from spread;

comment on view parameter_effects is
  'One row a value of each parameter that varies: mean and spread of the trials that have it, averaged over everything else that varies.';
comment on column parameter_effects.sweep_id is 'sweeps.id.';
comment on column parameter_effects.sweep is 'The sweep''s name.';
comment on column parameter_effects.parameter is 'Name of a parameter that takes more than one value.';
comment on column parameter_effects.value is 'The value; of more than eight numbers a quarter of the trials each, as lowest … highest.';
comment on column parameter_effects.value_from is 'The value, or the lowest of the quarter; null when it is no number.';
comment on column parameter_effects.value_to is 'The value, or the highest of the quarter; null when it is no number.';
comment on column parameter_effects.position is 'Place among the parameter''s values, from 1: numbers ascending, others in the order of the trials.';
comment on column parameter_effects.succeeded is 'Trials that trained to their end with a finite objective; means and spread are theirs.';
comment on column parameter_effects.failed is 'Trials that failed.';
comment on column parameter_effects.metric is 'What mean and deviation are of: val_loss and train_loss in nats a character, val_accuracy from 0 to 1, or perplexity.';
comment on column parameter_effects.mean is 'Mean of the objective''s metric at each trial''s best epoch, in the metric''s unit.';
comment on column parameter_effects.deviation is 'Sample standard deviation of the same, in the metric''s unit; null of a single trial.';
comment on column parameter_effects.mean_train_seconds is 'Mean training time, s.';
comment on column parameter_effects.mean_parameters is 'Mean count of trainable numbers.';
comment on column parameter_effects.mean_model_bytes is 'Mean size of the parameters as float32, bytes.';
comment on column parameter_effects.explained is
  'Share of the objective''s variance between trials that the parameter''s values explain (correlation ratio η², Fisher 1925), 0 to 1, the same in each of its rows; null when it would say nothing.';

-- Counts the trials of a sweep before it is joined with anything: on 50,000 trials half the time.
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
  n.epochs_total,
  best.best_value,
  best.number as best_trial,
  s.created_at,
  s.ended_at
from sweeps s
cross join lateral (
  select
    count(*) filter (where t.state = 'queued') as queued,
    count(*) filter (where t.state = 'running') as running,
    count(*) filter (where t.state = 'succeeded') as succeeded,
    count(*) filter (where t.state = 'failed') as failed,
    count(*) filter (where t.state = 'cancelled') as cancelled,
    coalesce(sum(t.epochs_done), 0)::bigint as epochs_done,
    coalesce(sum(case when t.state in ('queued', 'running') then (t.params ->> 'epochs')::integer else t.epochs_done end), 0)::bigint as epochs_total
  from trials t
  where t.sweep_id = s.id
) n
left join lateral (
  select b.best_value, b.number from trials b where b.sweep_id = s.id and b.best_score is not null order by b.best_score, b.number limit 1
) best on true;

-- A trial's sample is read one at a time: out of line, so that what counts all trials of a sweep passes over half as many pages.
alter table trials set (toast_tuple_target = 512);
