-- Several objectives: what the trials of a sweep have reached in each of them, and the points that no other one beats. A sweep has at most
-- four objectives; with one it has no rows here.
create view objective_values as
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
    select case o.objective ->> 'metric'
      when 'val_loss' then e.val_loss
      when 'val_accuracy' then e.val_accuracy
      when 'train_loss' then e.train_loss
      when 'perplexity' then e.perplexity
      when 'train_seconds' then t.train_seconds
      when 'inference_ms' then t.inference_ms
      when 'model_parameters' then t.parameters
      when 'model_bytes' then t.model_bytes
      when 'macs' then t.macs
    end as value
  ) v
) measured
where is_whole;

comment on view objective_values is 'One row for each objective of each trial that has succeeded, of sweeps with several objectives. A trial that lacks one of them, or has one that is not finite, has no rows.';
comment on column objective_values.sweep_id is 'sweeps.id.';
comment on column objective_values.sweep is 'sweeps.name.';
comment on column objective_values.trial_id is 'trials.id.';
comment on column objective_values.number is 'Number of the trial within the sweep.';
comment on column objective_values.place is 'Place of the objective in the sweep file, from 1.';
comment on column objective_values.metric is 'The metric of the objective; one of an epoch is that of the trial''s best epoch.';
comment on column objective_values.goal is 'minimize or maximize.';
comment on column objective_values.value is 'Value of the metric, in its unit.';
comment on column objective_values.score is 'value with its sign set so that lower wins.';

create view fronts as
with points as not materialized (
  select
    sweep_id,
    sweep,
    min(first_trial) as first_trial,
    min(trials) as trials,
    array_agg(metric order by place) as metrics,
    array_agg(value order by place) as values,
    array_agg(score order by place) as scores
  from (
    -- A seed makes replicates of a point; the point has the means of its trials.
    select
      v.sweep_id, v.sweep, t.params - 'seed' as params, v.place, v.metric, min(v.number) as first_trial, count(*) as trials,
      avg(v.value) as value, avg(v.score) as score
    from objective_values v
    join trials t on t.id = v.trial_id
    group by v.sweep_id, v.sweep, t.params - 'seed', v.place, v.metric
  ) means
  group by sweep_id, sweep, params
)
select p.sweep_id, p.sweep, p.first_trial, p.trials, p.metrics, p.values, p.scores
from points p
where not exists (
  select from points o
  where o.sweep_id = p.sweep_id and o.sweep = p.sweep and o.scores <> p.scores
    and o.scores[1] <= p.scores[1] and o.scores[2] <= p.scores[2]
    and coalesce(o.scores[3] <= p.scores[3], true) and coalesce(o.scores[4] <= p.scores[4], true)
);

comment on view fronts is 'The points of each sweep with several objectives that no other point beats: none is at least as good in all of them and better in one.';
comment on column fronts.sweep_id is 'sweeps.id.';
comment on column fronts.sweep is 'sweeps.name.';
comment on column fronts.first_trial is 'Lowest number of the point''s trials that have all objectives.';
comment on column fronts.trials is 'How many trials of the point have all objectives; values are their means.';
comment on column fronts.metrics is 'Metrics of the objectives, in the order of the sweep file.';
comment on column fronts.values is 'Value of each of the metrics, in its unit.';
comment on column fronts.scores is 'values with their signs set so that lower wins.';

do $$
begin
  if exists (select from pg_roles where rolname = 'sweep_reader') then
    grant select on objective_values, fronts to sweep_reader;
  end if;
  if exists (select from pg_roles where rolname = 'sweep_worker') then
    grant select on objective_values, fronts to sweep_worker;
  end if;
end
$$;
