create table datasets (
  sha256     text primary key,
  name       text not null,
  bytes      bytea not null,
  characters integer not null,
  vocabulary integer not null,
  added_at   timestamptz not null default clock_timestamp()
);
create index datasets_by_name on datasets (name, added_at desc);

comment on table datasets is 'Texts to train on, each stored once.';
comment on column datasets.sha256 is 'SHA-256 of the bytes, lower-case hexadecimal.';
comment on column datasets.name is 'The name under which it was first stored.';
comment on column datasets.bytes is 'The text, UTF-8.';
comment on column datasets.characters is 'Length in characters (Unicode code points).';
comment on column datasets.vocabulary is 'Distinct characters.';
comment on column datasets.added_at is 'When it was stored.';

create sequence sweep_ids as integer;

create table sweeps (
  id          integer primary key,
  name        text not null unique,
  state       text not null check (state in ('running', 'paused', 'completed', 'cancelled')),
  spec        jsonb not null,
  dataset     text not null references datasets,
  retries     integer not null,
  metric      text not null check (metric in ('val_loss', 'val_accuracy', 'train_loss', 'perplexity')),
  goal        text not null check (goal in ('minimize', 'maximize')),
  varying     text[] not null,
  trial_count integer not null,
  created_at  timestamptz not null default clock_timestamp(),
  ended_at    timestamptz
);
create index sweeps_by_dataset on sweeps (dataset);

comment on table sweeps is 'Sweeps: one row for each that was submitted.';
comment on column sweeps.id is 'From the sequence sweep_ids.';
comment on column sweeps.name is 'As in the sweep file, with -2, -3, … where the name was taken.';
comment on column sweeps.state is 'running, paused, completed or cancelled.';
comment on column sweeps.spec is 'The whole sweep file, checked and with its defaults filled in.';
comment on column sweeps.dataset is 'SHA-256 of the text: datasets.sha256.';
comment on column sweeps.retries is 'How often a trial that failed by itself is tried again.';
comment on column sweeps.metric is 'What is optimised: val_loss, val_accuracy, train_loss or perplexity.';
comment on column sweeps.goal is 'minimize or maximize.';
comment on column sweeps.varying is 'Names of the parameters that take more than one value, in the order of the file.';
comment on column sweeps.trial_count is 'How many trials it has.';
comment on column sweeps.created_at is 'When it was submitted.';
comment on column sweeps.ended_at is 'When it was completed or cancelled; null while neither.';

-- Room in each page lets most updates (an epoch more) stay in it without touching an index.
create table trials (
  id                           bigint primary key,
  sweep_id                     integer not null references sweeps,
  number                       integer not null,
  params                       jsonb not null,
  state                        text not null default 'queued' check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  attempt                      integer not null default 0,
  failures                     integer not null default 0,
  losses                       integer not null default 0,
  worker                       text,
  epochs_done                  integer not null default 0,
  best_value                   double precision,
  best_score                   double precision check (best_score > '-infinity' and best_score < 'infinity'),
  best_epoch                   integer,
  reason                       text,
  train_seconds                double precision,
  inference_ms                 double precision,
  inference_windows_per_second double precision,
  parameters                   bigint,
  model_bytes                  bigint,
  macs                         bigint,
  training_windows             integer,
  validation_windows           integer,
  peak_memory_bytes            bigint,
  sample                       text,
  started_at                   timestamptz,
  ended_at                     timestamptz
) with (fillfactor = 70);
create index trials_by_score on trials (sweep_id, best_score);
create index trials_queued on trials (sweep_id, number) where state = 'queued';
create index trials_running on trials (sweep_id, number) where state = 'running';

comment on table trials is 'Trials: one point of a sweep''s search space each.';
comment on column trials.id is 'sweep_id · 1,000,000 + number.';
comment on column trials.sweep_id is 'sweeps.id.';
comment on column trials.number is 'Number within the sweep, from 1.';
comment on column trials.params is 'Everything that decides what is trained, besides the text.';
comment on column trials.state is 'queued, running, succeeded, failed or cancelled.';
comment on column trials.attempt is 'Number of the newest attempt, 0 before the first: what an older one writes is refused.';
comment on column trials.failures is 'Attempts that failed by themselves since it was submitted or retried by a user.';
comment on column trials.losses is 'Attempts that ended with their worker since it was submitted or retried by a user.';
comment on column trials.worker is 'workers.name of the running attempt.';
comment on column trials.epochs_done is 'The last epoch that is stored; 0 before the first.';
comment on column trials.best_value is 'The objective''s metric at the best epoch.';
comment on column trials.best_score is 'best_value with its sign set so that lower wins; never NaN or infinite.';
comment on column trials.best_epoch is 'The epoch with the lowest score, the earliest of equals.';
comment on column trials.reason is 'Why it failed or was cancelled, in words.';
comment on column trials.train_seconds is 'Sum of the seconds of its epochs, s.';
comment on column trials.inference_ms is 'Median time of a forward pass for one window, ms.';
comment on column trials.inference_windows_per_second is 'Windows a second in a batch of 256, 1/s.';
comment on column trials.parameters is 'Trainable numbers of the model.';
comment on column trials.model_bytes is 'Size of the parameters as float32, bytes.';
comment on column trials.macs is 'Multiply-accumulates of a forward pass for one window.';
comment on column trials.training_windows is 'Windows trained on in an epoch.';
comment on column trials.validation_windows is 'Windows held out.';
comment on column trials.peak_memory_bytes is 'Largest resident memory of the trainer, bytes.';
comment on column trials.sample is 'Text generated by the best weights.';
comment on column trials.started_at is 'When its first attempt began.';
comment on column trials.ended_at is 'When it succeeded, failed or was cancelled; null while it waits or runs.';

-- The tables below have no foreign key to trials: the statement that inserts holds a lock on the trial's row, and deleting a sweep
-- takes that lock first and these rows last. A key would check each of millions of epochs a second time, with a lock of another mode,
-- which can deadlock with the updates of the row.
create table epochs (
  trial_id           bigint not null,
  epoch              integer not null,
  attempt            integer not null,
  train_loss         double precision not null,
  val_loss           double precision not null,
  val_accuracy       double precision not null,
  perplexity         double precision not null,
  learning_rate      double precision not null,
  seconds            double precision not null,
  samples_per_second double precision not null,
  at                 timestamptz not null default clock_timestamp(),
  primary key (trial_id, epoch)
);
create index epochs_by_time on epochs using brin (at) with (pages_per_range = 32);

comment on table epochs is 'What each epoch of each trial measured; an attempt that repeats an epoch replaces it.';
comment on column epochs.trial_id is 'trials.id.';
comment on column epochs.epoch is 'Number of the epoch, from 1.';
comment on column epochs.attempt is 'The attempt that trained it.';
comment on column epochs.train_loss is 'Mean cross-entropy of the training windows as trained, nats a character.';
comment on column epochs.val_loss is 'Mean cross-entropy of the validation windows after the epoch, nats a character.';
comment on column epochs.val_accuracy is 'Share of validation windows whose most likely next character is right, 0 to 1.';
comment on column epochs.perplexity is 'Exponential of val_loss.';
comment on column epochs.learning_rate is 'Step size of the optimizer in this epoch.';
comment on column epochs.seconds is 'Wall time of training and validation, s.';
comment on column epochs.samples_per_second is 'Training windows over the seconds spent on training, 1/s.';
comment on column epochs.at is 'When it was stored.';

create table trial_events (
  id       bigint generated always as identity primary key,
  trial_id bigint not null,
  attempt  integer not null,
  at       timestamptz not null default clock_timestamp(),
  event    text not null,
  worker   text,
  reason   text,
  detail   text
);
create index trial_events_by_trial on trial_events (trial_id, id);

comment on table trial_events is 'The history of each trial: one row for each move. Rows are only added.';
comment on column trial_events.id is 'Ascends with time for the events of one trial.';
comment on column trial_events.trial_id is 'trials.id.';
comment on column trial_events.attempt is 'The attempt that it is about; 0 before the first.';
comment on column trial_events.at is 'When it was stored.';
comment on column trial_events.event is 'leased, succeeded, failed, requeued, lost, paused, cancelled or retried.';
comment on column trial_events.worker is 'workers.name of the attempt.';
comment on column trial_events.reason is 'Why an attempt ended without a result: diverged, trainer_error, trainer_died, out_of_memory, worker_lost or lease_lost.';
comment on column trial_events.detail is 'What happened, in words.';

create table trial_logs (
  trial_id bigint not null,
  attempt  integer not null,
  line     integer not null,
  position bigint generated always as identity,
  at       timestamptz not null,
  text     text not null,
  primary key (trial_id, attempt, line)
);
create index trial_logs_by_position on trial_logs (trial_id, position);

comment on table trial_logs is 'What trainers wrote to standard error.';
comment on column trial_logs.trial_id is 'trials.id.';
comment on column trial_logs.attempt is 'The attempt that wrote it.';
comment on column trial_logs.line is 'Number of the line within the attempt, from 1.';
comment on column trial_logs.position is 'Ascends as lines of a trial are stored: read on from the last one to follow.';
comment on column trial_logs.at is 'When the trainer wrote it, by the worker''s clock.';
comment on column trial_logs.text is 'The line.';

-- Weights do not compress, and each checkpoint replaces one of megabytes.
create table checkpoints (
  trial_id bigint primary key,
  attempt  integer not null,
  epoch    integer not null,
  step     integer not null,
  sha256   text not null,
  data     bytea not null,
  at       timestamptz not null default clock_timestamp()
) with (toast.autovacuum_vacuum_scale_factor = 0.05);
alter table checkpoints alter column data set storage external;

comment on table checkpoints is 'The newest checkpoint of each trial; when a sweep is over, of its best ones.';
comment on column checkpoints.trial_id is 'trials.id.';
comment on column checkpoints.attempt is 'The attempt that wrote it.';
comment on column checkpoints.epoch is 'Whole epochs behind it.';
comment on column checkpoints.step is 'Steps of the next epoch behind it.';
comment on column checkpoints.sha256 is 'SHA-256 of the data, lower-case hexadecimal.';
comment on column checkpoints.data is 'Model, optimizer, random state and data order.';
comment on column checkpoints.at is 'When it was stored.';

create table workers (
  name       text primary key,
  host       text not null,
  process_id integer not null,
  devices    text[] not null,
  busy       integer not null,
  started_at timestamptz not null default clock_timestamp(),
  seen_at    timestamptz not null default clock_timestamp(),
  gone_at    timestamptz
) with (fillfactor = 50);

comment on table workers is 'Workers that are or were part of the cluster; no decision reads them.';
comment on column workers.name is 'Name of the silo, new for each start of a process.';
comment on column workers.host is 'Name of its machine.';
comment on column workers.process_id is 'Its process on that machine.';
comment on column workers.devices is 'The device of each slot: cpu, cuda:0, …';
comment on column workers.busy is 'Slots that train.';
comment on column workers.started_at is 'When it was first heard of.';
comment on column workers.seen_at is 'When it was last heard of.';
comment on column workers.gone_at is 'When it ended or was found dead; null while it lives.';
