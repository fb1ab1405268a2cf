-- Why a sweep whose method learns gets no further trials although their outcomes are there.
alter table sweeps add column proposal_refused text;
comment on column sweeps.proposal_refused is
  'Why the next trial that its method proposes is not stored: the number and the words of PostgreSQL, which is asked again; null where nothing is refused.';

do $$
begin
  if exists (select from pg_roles where rolname = 'sweep_worker') then
    grant update (proposal_refused) on sweeps to sweep_worker;
  end if;
end
$$;
