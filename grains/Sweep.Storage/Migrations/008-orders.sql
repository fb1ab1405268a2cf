-- Orders that were answered are rows, so that they hold whatever dies: a sweep's pause and cancel are its state, the others are here.
alter table trials add column cancelling boolean not null default false;
alter table workers add column drain boolean not null default false;

comment on column trials.cancelling is 'A user cancelled it while it ran: however its attempt ends, it is cancelled then. Means nothing for a trial that does not run.';
comment on column workers.drain is 'A user wants it to take no more trials, to give back what it has, and to end.';

-- Few at any time, and asked for every second.
create index trials_cancelling on trials (id) where cancelling;

do $$
begin
  if exists (select from pg_roles where rolname = 'sweep_worker') then
    grant update (cancelling) on trials to sweep_worker;
  end if;
end
$$;
