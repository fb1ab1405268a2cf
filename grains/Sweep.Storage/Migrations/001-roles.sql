-- Three roles without login: grant one to a user. An owner may all that a worker may, a worker all that a reader may.
-- Roles belong to the server and not to this database: they may be there already, another database may be making them right now,
-- and the user who migrates may not be allowed to. Then everything works as that user.
do $$
declare
  role_name text;
begin
  foreach role_name in array array['sweep_owner', 'sweep_worker', 'sweep_reader'] loop
    begin
      if not exists (select from pg_roles where rolname = role_name) then
        execute format('create role %I nologin', role_name);
      end if;
    exception
      when duplicate_object or unique_violation then null;
      when insufficient_privilege then raise notice 'Role % is missing and % may not create it.', role_name, current_user;
    end;
  end loop;
end
$$;

do $$
declare
  pair text[];
begin
  foreach pair slice 1 in array array[['sweep_reader', 'sweep_worker'], ['sweep_worker', 'sweep_owner'], ['sweep_owner', current_user::text]] loop
    begin
      if exists (select from pg_roles r, pg_roles m where r.rolname = pair[1] and m.rolname = pair[2] and not pg_has_role(m.oid, r.oid, 'usage')) then
        execute format('grant %I to %I', pair[1], pair[2]);
      end if;
    exception
      when unique_violation then null;
      when insufficient_privilege or invalid_grant_operation then raise notice '% may not grant % to %.', current_user, pair[1], pair[2];
    end;
  end loop;
end
$$;

-- Later migrations run as sweep_owner where that is possible, so that every member may run the ones after them.
do $$
declare
  owner text := current_user;
begin
  if exists (select from pg_roles where rolname = 'sweep_owner' and pg_has_role(oid, 'usage')) then
    begin
      grant usage, create on schema public to sweep_owner;
      alter table schema_versions owner to sweep_owner;
      owner := 'sweep_owner';
    exception
      when insufficient_privilege then raise notice '% may not give the schema public to sweep_owner.', current_user;
    end;
  end if;

  if exists (select from pg_roles where rolname = 'sweep_reader') then
    execute format('alter default privileges for role %I in schema public grant select on tables to sweep_reader', owner);
    grant select on schema_versions to sweep_reader;
  end if;

  if exists (select from pg_roles where rolname = 'sweep_worker') then
    execute format('alter default privileges for role %I in schema public grant select, insert, update, delete on tables to sweep_worker', owner);
    execute format('alter default privileges for role %I in schema public grant usage on sequences to sweep_worker', owner);
    grant select on schema_versions to sweep_worker;
  end if;
end
$$;
