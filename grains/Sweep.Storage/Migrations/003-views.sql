create view trial_summary as
select
  t.sweep_id,
  s.name as sweep,
  t.id as trial_id,
  t.number,
  t.state,
  t.attempt,
  t.params ->> 'cell' as cell,
  (t.params ->> 'sequence_length')::integer as sequence_length,
  (t.params ->> 'hidden_size')::integer as hidden_size,
  (t.params ->> 'layers')::integer as layers,
  t.params ->> 'fully_connected' as fully_connected,
  (t.params ->> 'learning_rate')::double precision as learning_rate,
  nullif(t.params ->> 'batch_size', 'full')::integer as batch_size,
  (t.params ->> 'dropout')::double precision as dropout,
  (t.params ->> 'epochs')::integer as epochs,
  t.params ->> 'optimizer' as optimizer,
  (t.params ->> 'weight_decay')::double precision as weight_decay,
  (t.params ->> 'gradient_clipping')::double precision as gradient_clipping,
  (t.params ->> 'seed')::bigint as seed,
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
left join epochs best on best.trial_id = t.id and best.epoch = t.best_epoch
left join epochs last on last.trial_id = t.id and last.epoch = t.epochs_done;

comment on view trial_summary is 'One row a trial: parameters, best and last epoch, measurements.';
comment on column trial_summary.sweep is 'The sweep''s name.';
comment on column trial_summary.trial_id is 'trials.id.';
comment on column trial_summary.cell is 'Kind of recurrent layer: rnn, lstm or gru.';
comment on column trial_summary.sequence_length is 'Characters in a window.';
comment on column trial_summary.hidden_size is 'Width of the embedding and of each recurrent layer.';
comment on column trial_summary.layers is 'Recurrent layers.';
comment on column trial_summary.fully_connected is 'Widths of the hidden layers between the last state and the logits: [64, 32].';
comment on column trial_summary.learning_rate is 'Step size of the optimizer.';
comment on column trial_summary.batch_size is 'Windows in a step; null for the whole training set.';
comment on column trial_summary.dropout is 'Share of states dropped between recurrent layers, 0 to 1.';
comment on column trial_summary.epochs is 'Passes over the training windows that are asked for.';
comment on column trial_summary.optimizer is 'adam, sgd or adamw.';
comment on column trial_summary.weight_decay is 'L2 penalty, or decoupled decay.';
comment on column trial_summary.gradient_clipping is 'Largest norm of the gradients; 0 is no limit.';
comment on column trial_summary.seed is 'Of weights, split, order and dropout.';
comment on column trial_summary.train_loss is 'Training loss of the best epoch, nats a character.';
comment on column trial_summary.val_loss is 'Validation loss of the best epoch, nats a character.';
comment on column trial_summary.val_accuracy is 'Validation accuracy of the best epoch, 0 to 1.';
comment on column trial_summary.perplexity is 'Perplexity of the best epoch.';
comment on column trial_summary.last_train_loss is 'Training loss of the last epoch, nats a character.';
comment on column trial_summary.last_val_loss is 'Validation loss of the last epoch, nats a character.';
comment on column trial_summary.last_val_accuracy is 'Validation accuracy of the last epoch, 0 to 1.';
comment on column trial_summary.last_perplexity is 'Perplexity of the last epoch.';
comment on column trial_summary.samples_per_second is 'Training windows a second in the last epoch, 1/s.';

-- Ordered by best_score for one sweep_id it is read from the index trials_by_score.
create view leaderboard as
select
  sweep_id, sweep, trial_id, number, state, metric, best_value, best_score, best_epoch,
  cell, sequence_length, hidden_size, layers, fully_connected, learning_rate, batch_size, dropout, epochs, optimizer, weight_decay,
  gradient_clipping, seed,
  train_loss, val_loss, val_accuracy, perplexity,
  train_seconds, inference_ms, inference_windows_per_second, parameters, model_bytes, macs
from trial_summary
where best_score is not null;

comment on view leaderboard is 'Trials that have a best epoch: order by best_score, the winner comes first.';

create view learning_curves as
select
  t.sweep_id, t.sweep, t.trial_id, t.number, t.state,
  t.cell, t.sequence_length, t.hidden_size, t.layers, t.fully_connected, t.learning_rate, t.batch_size, t.dropout, t.epochs, t.optimizer,
  t.weight_decay, t.gradient_clipping, t.seed,
  e.epoch, e.attempt, e.train_loss, e.val_loss, e.val_accuracy, e.perplexity, e.learning_rate as epoch_learning_rate, e.seconds,
  e.samples_per_second, e.at
from epochs e
join trial_summary t on t.trial_id = e.trial_id;

comment on view learning_curves is 'One row an epoch, with the parameters of its trial.';
comment on column learning_curves.attempt is 'The attempt that trained the epoch.';
comment on column learning_curves.train_loss is 'Mean cross-entropy of the training windows as trained, nats a character.';
comment on column learning_curves.val_loss is 'Mean cross-entropy of the validation windows after the epoch, nats a character.';
comment on column learning_curves.val_accuracy is 'Share of validation windows whose most likely next character is right, 0 to 1.';
comment on column learning_curves.perplexity is 'Exponential of val_loss.';
comment on column learning_curves.epoch_learning_rate is 'Step size of the optimizer in this epoch.';
comment on column learning_curves.samples_per_second is 'Training windows over the seconds spent on training, 1/s.';

create view sweep_progress as
select
  s.id as sweep_id,
  s.name as sweep,
  s.state,
  s.metric,
  s.goal,
  s.trial_count,
  count(*) filter (where t.state = 'queued') as queued,
  count(*) filter (where t.state = 'running') as running,
  count(*) filter (where t.state = 'succeeded') as succeeded,
  count(*) filter (where t.state = 'failed') as failed,
  count(*) filter (where t.state = 'cancelled') as cancelled,
  coalesce(sum(t.epochs_done), 0)::bigint as epochs_done,
  coalesce(sum(case when t.state in ('queued', 'running') then (t.params ->> 'epochs')::integer else t.epochs_done end), 0)::bigint as epochs_total,
  best.best_value,
  best.number as best_trial,
  s.created_at,
  s.ended_at
from sweeps s
left join trials t on t.sweep_id = s.id
left join lateral (
  select b.best_value, b.number from trials b where b.sweep_id = s.id and b.best_score is not null order by b.best_score, b.number limit 1
) best on true
group by s.id, best.best_value, best.number;

comment on view sweep_progress is 'One row a sweep: how far it is.';
comment on column sweep_progress.sweep_id is 'sweeps.id.';
comment on column sweep_progress.state is 'running, paused, completed or cancelled.';
comment on column sweep_progress.queued is 'Trials that wait.';
comment on column sweep_progress.running is 'Trials that a worker trains.';
comment on column sweep_progress.succeeded is 'Trials that trained to their last epoch.';
comment on column sweep_progress.failed is 'Trials that failed with no try left.';
comment on column sweep_progress.cancelled is 'Trials that were cancelled.';
comment on column sweep_progress.epochs_done is 'Epochs of all its trials that are stored.';
comment on column sweep_progress.epochs_total is 'Epochs of all its trials that are asked for; a trial that is over counts what it did.';
comment on column sweep_progress.best_value is 'The objective''s metric at the best epoch of its best trial.';
comment on column sweep_progress.best_trial is 'Number of its best trial.';
comment on column sweep_progress.created_at is 'When it was submitted.';
comment on column sweep_progress.ended_at is 'When it was completed or cancelled; null while neither.';

-- A column of a view that has no comment of its own means what the column of the same name means where it comes from.
do $$
declare
  missing record;
begin
  for missing in
    select distinct on (v.ordinal, c.relname, a.attname) c.relname, a.attname, d.description
    from (values ('trial_summary', 1), ('leaderboard', 2), ('learning_curves', 3), ('sweep_progress', 4)) v(name, ordinal)
    join pg_class c on c.oid = v.name::regclass
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
    join (values ('trial_summary', 1), ('trials', 2), ('epochs', 3), ('sweeps', 4)) f(name, preference) on f.name <> v.name
    join pg_attribute o on o.attrelid = f.name::regclass and o.attname = a.attname
    join pg_description d on d.objoid = o.attrelid and d.objsubid = o.attnum and d.classoid = 'pg_class'::regclass
    where col_description(c.oid, a.attnum) is null
    order by v.ordinal, c.relname, a.attname, f.preference
  loop
    execute format('comment on column %I.%I is %L', missing.relname, missing.attname, missing.description);
  end loop;
end
$$;
