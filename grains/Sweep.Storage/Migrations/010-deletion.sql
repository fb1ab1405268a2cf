-- A sweep is deleted by deleting its row, which takes an instant; its trials, of which there may be a million, go in batches afterwards. So trials
-- may outlive their sweep for a while: the views and all who decide join them with it, and see them no more.
create table deleted_sweeps (
  id         integer primary key,
  deleted_at timestamptz not null default clock_timestamp()
);

comment on table deleted_sweeps is 'Sweeps that were deleted, and whose trials, epochs, histories, logs and checkpoints are still being removed.';
comment on column deleted_sweeps.id is 'The sweep''s id; sweeps has it no more.';
comment on column deleted_sweeps.deleted_at is 'When it was deleted.';

alter table trials drop constraint trials_sweep_id_fkey;

do $$
begin
  if exists (select from pg_roles where rolname = 'sweep_reader') then
    grant select on deleted_sweeps to sweep_reader;
  end if;
  if exists (select from pg_roles where rolname = 'sweep_worker') then
    -- A column is enough to lock a row.
    grant select, insert, delete, update (deleted_at) on deleted_sweeps to sweep_worker;
  end if;
end
$$;
