-- How far the running epochs are, for people who watch long ones.
alter table workers
  add column trials bigint[] not null default '{}',
  add column trained double precision[] not null default '{}';
comment on column workers.trials is 'trials.id of the trials that train there.';
comment on column workers.trained is 'Epochs of each of these trials that are trained, with the part of the one that runs: 3.42.';
