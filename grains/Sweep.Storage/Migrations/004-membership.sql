-- Who is in the cluster, for Microsoft.Orleans.Clustering.AdoNet 10: it runs the queries that it finds in OrleansQuery.
create table orleans_versions (
  deployment_id text primary key,
  version       integer not null default 0,
  changed_at    timestamptz not null default clock_timestamp()
) with (fillfactor = 50);

comment on table orleans_versions is 'The version of each cluster''s table of members; it grows with each change of a member.';
comment on column orleans_versions.deployment_id is 'The cluster''s id.';
comment on column orleans_versions.version is 'What a change must name as the current one, from 0.';
comment on column orleans_versions.changed_at is 'When it last grew.';

create table orleans_members (
  deployment_id text not null references orleans_versions,
  address       text not null,
  port          integer not null,
  generation    integer not null,
  silo_name     text not null,
  host_name     text not null,
  status        integer not null,
  proxy_port    integer,
  suspect_times text,
  start_time    timestamptz not null,
  alive_time    timestamptz not null,
  primary key (deployment_id, address, port, generation)
) with (fillfactor = 50);

comment on table orleans_members is 'Silos that are or were members of a cluster.';
comment on column orleans_members.deployment_id is 'The cluster''s id.';
comment on column orleans_members.address is 'IP address for other silos.';
comment on column orleans_members.port is 'TCP port for other silos.';
comment on column orleans_members.generation is 'Tells apart processes that had the same address, one after the other.';
comment on column orleans_members.silo_name is 'Name of the silo.';
comment on column orleans_members.host_name is 'Name of its machine.';
comment on column orleans_members.status is 'Orleans'' SiloStatus: 1 created, 2 joining, 3 active, 4 shutting down, 5 stopping, 6 dead.';
comment on column orleans_members.proxy_port is 'TCP port for clients; 0 or null when it takes none.';
comment on column orleans_members.suspect_times is 'Which silos suspected it, and when.';
comment on column orleans_members.start_time is 'When it started.';
comment on column orleans_members.alive_time is 'When it last said that it lives.';

-- A view of constants: silos execute this text, so nobody can write it but a migration.
-- Each change names the version that it has seen; raising that version first makes changes come one after the other, and fails the later one.
create view OrleansQuery(QueryKey, QueryText) as
values
(
  'InsertMembershipVersionKey',
  'with added as (
     insert into orleans_versions (deployment_id) values (@DeploymentId) on conflict do nothing returning 1
   )
   select exists (select from added)'
),
(
  'InsertMembershipKey',
  'with raised as (
     update orleans_versions v set version = v.version + 1, changed_at = clock_timestamp()
     where v.deployment_id = @DeploymentId and v.version = @Version
       and not exists (
         select from orleans_members m
         where m.deployment_id = @DeploymentId and m.address = @Address and m.port = @Port and m.generation = @Generation)
     returning v.deployment_id
   ), added as (
     insert into orleans_members (
       deployment_id, address, port, generation, silo_name, host_name, status, proxy_port, start_time, alive_time)
     select deployment_id, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime from raised
     returning 1
   )
   select exists (select from added)'
),
(
  'UpdateMembershipKey',
  'with raised as (
     update orleans_versions v set version = v.version + 1, changed_at = clock_timestamp()
     where v.deployment_id = @DeploymentId and v.version = @Version
       and exists (
         select from orleans_members m
         where m.deployment_id = @DeploymentId and m.address = @Address and m.port = @Port and m.generation = @Generation)
     returning v.deployment_id
   ), changed as (
     update orleans_members m set status = @Status, suspect_times = @SuspectTimes, alive_time = @IAmAliveTime
     from raised
     where m.deployment_id = raised.deployment_id and m.address = @Address and m.port = @Port and m.generation = @Generation
     returning 1
   )
   select exists (select from changed)'
),
(
  'UpdateIAmAlivetimeKey',
  'update orleans_members set alive_time = @IAmAliveTime
   where deployment_id = @DeploymentId and address = @Address and port = @Port and generation = @Generation'
),
(
  'MembershipReadRowKey',
  'select m.address as "Address", m.port as "Port", m.generation as "Generation", m.silo_name as "SiloName", m.host_name as "HostName",
     m.status as "Status", m.proxy_port as "ProxyPort", m.suspect_times as "SuspectTimes", m.start_time as "StartTime",
     m.alive_time as "IAmAliveTime", v.version as "Version"
   from orleans_versions v
   left join orleans_members m
     on m.deployment_id = v.deployment_id and m.address = @Address and m.port = @Port and m.generation = @Generation
   where v.deployment_id = @DeploymentId'
),
(
  'MembershipReadAllKey',
  'select m.address as "Address", m.port as "Port", m.generation as "Generation", m.silo_name as "SiloName", m.host_name as "HostName",
     m.status as "Status", m.proxy_port as "ProxyPort", m.suspect_times as "SuspectTimes", m.start_time as "StartTime",
     m.alive_time as "IAmAliveTime", v.version as "Version"
   from orleans_versions v
   left join orleans_members m on m.deployment_id = v.deployment_id
   where v.deployment_id = @DeploymentId'
),
(
  'GatewaysQueryKey',
  'select address as "Address", proxy_port as "ProxyPort", generation as "Generation"
   from orleans_members
   where deployment_id = @DeploymentId and status = @Status and proxy_port > 0'
),
(
  'DeleteMembershipTableEntriesKey',
  'with members as (delete from orleans_members where deployment_id = @DeploymentId)
   delete from orleans_versions where deployment_id = @DeploymentId'
),
(
  'CleanupDefunctSiloEntriesKey',
  'delete from orleans_members where deployment_id = @DeploymentId and alive_time < @IAmAliveTime and status <> 3'
);

comment on view OrleansQuery is 'The SQL that Orleans runs to find the silos of its cluster.';
comment on column OrleansQuery.QueryKey is 'The name by which Orleans asks for it.';
comment on column OrleansQuery.QueryText is 'The SQL.';
