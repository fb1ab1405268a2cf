-- What was freed of old trials, and what each role may do, exactly. The first file gave workers every write on every table, those of later
-- files too: from here on each file grants what it adds.
alter table trials add column pruned_at timestamptz;

comment on column trials.pruned_at is
  'When its checkpoint, its log and its epochs but the best and the last were freed; null while they are kept.';

do $$
declare
  creator text;
  reader boolean := exists (select from pg_roles where rolname = 'sweep_reader');
  worker boolean := exists (select from pg_roles where rolname = 'sweep_worker');
begin
  for creator in select distinct pg_get_userbyid(defaclrole)::text from pg_default_acl where defaclnamespace = 'public'::regnamespace loop
    begin
      if reader then
        execute format('alter default privileges for role %I in schema public revoke all on tables from sweep_reader', creator);
      end if;
      if worker then
        execute format('alter default privileges for role %I in schema public revoke all on tables from sweep_worker', creator);
        execute format('alter default privileges for role %I in schema public revoke all on sequences from sweep_worker', creator);
      end if;
    exception
      when insufficient_privilege then raise notice '% may not change the default privileges of %.', current_user, creator;
    end;
  end loop;

  -- A backup reads sequences too, and may be made by whoever may read.
  if reader then
    revoke all on all tables in schema public from sweep_reader;
    revoke all on all sequences in schema public from sweep_reader;
    grant select on all tables in schema public to sweep_reader;
    grant select on all sequences in schema public to sweep_reader;
  end if;

  if worker then
    revoke all on all tables in schema public from sweep_worker;
    revoke all on all sequences in schema public from sweep_worker;
    grant select on all tables in schema public to sweep_worker;
    grant select on all sequences in schema public to sweep_worker;
    grant usage on sequence sweep_ids to sweep_worker;

    -- What is stored once is never changed: texts, specs, parameters, histories. A column is enough to lock a text's row.
    grant insert, delete, update (added_at) on datasets to sweep_worker;
    grant insert, delete, update (state, ended_at) on sweeps to sweep_worker;
    grant insert, delete, update (
      state, attempt, failures, losses, worker, epochs_done, best_value, best_score, best_epoch, reason, train_seconds, inference_ms,
      inference_windows_per_second, parameters, model_bytes, macs, training_windows, validation_windows, peak_memory_bytes, sample,
      started_at, ended_at, alone, pruned_at) on trials to sweep_worker;
    grant insert, update, delete on epochs, checkpoints to sweep_worker;
    grant insert, delete on trial_events, trial_logs to sweep_worker;
    grant insert, update on workers to sweep_worker;
    grant insert, update on orleans_versions to sweep_worker;
    grant insert, update, delete on orleans_members to sweep_worker;
  end if;
end
$$;
