-- The times of a program that went on from a checkpoint are those of all its attempts.
comment on column trials.train_seconds is
  'Wall time of its training steps, s; that of the validations too for trials that have no validation_seconds; of a program the wall time of all attempts until the checkpoint from which the next one went on.';
comment on column trials.train_processor_seconds is
  'Processor time of its training steps, s; of all processes of a program in the times that train_seconds counts.';
