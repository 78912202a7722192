import type { Migration } from './migration.ts'

/**
 * The first schema.
 *
 * - Text columns that queries search by prefix or page by key have the collation "C", which is the byte order and the
 *   same on every machine.
 * - `namespace.path` contains the levels joined by U+001F, which no level may contain.
 * - `namespace.lineage` contains the ids of the parent namespaces, from the outermost one to the namespace itself.
 *   `owners` contains the owners of these namespaces. So an authorization decision needs only one row.
 * - A live relation refers to its namespace. A dropped relation has only the path of its former namespace, so a new
 *   relation can have its name, and the namespace can be deleted. Its locations remain claimed until its row is
 *   deleted.
 * - `body` is the current metadata file as raw deflate blocks that end on a byte boundary, so that the server can
 *   insert them into a gzip response. It is null for a file above the size limit, which the server reads from the
 *   storage. The columns `body_length` and `body_crc` are the length and checksum of the uncompressed text. The
 *   columns `refs_*` contain the metadata with referenced snapshots only, and are null when it is equal to `body`.
 */
export const init: Migration = {
  version: 1,
  name: 'init',
  sql: `
create table policy (
  singleton boolean primary key default true check (singleton),
  version bigint not null
);
insert into policy (version) values (1);

create table principal (
  id uuid primary key,
  issuer text collate "C" not null,
  subject text collate "C" not null,
  name text collate "C" not null,
  kind text not null check (kind in ('service', 'user')),
  enabled boolean not null default true,
  not_before timestamptz not null default 'epoch',
  created_at timestamptz not null default now(),
  unique (issuer, subject)
);
create index principal_name on principal (name);

create table client_secret (
  principal_id uuid not null references principal on delete cascade,
  slot smallint not null check (slot in (1, 2)),
  hash bytea not null unique,
  created_at timestamptz not null default now(),
  primary key (principal_id, slot)
);

create table role (
  id uuid primary key,
  name text collate "C" not null unique,
  system boolean not null default false,
  created_at timestamptz not null default now()
);

create table role_member (
  role_id uuid not null references role on delete cascade,
  member_id uuid not null,
  member_kind text not null check (member_kind in ('principal', 'role')),
  primary key (role_id, member_id)
);
create index role_member_member on role_member (member_id);

create table grant_entry (
  securable_id uuid not null,
  securable_kind text not null check (securable_kind in ('server', 'warehouse', 'namespace', 'relation')),
  grantee_id uuid not null,
  grantee_kind text not null check (grantee_kind in ('principal', 'role')),
  privilege text not null check (privilege in ('use', 'select', 'modify', 'create', 'manage')),
  granted_by uuid,
  granted_at timestamptz not null default now(),
  primary key (securable_id, grantee_id, privilege)
);
create index grant_entry_grantee on grant_entry (grantee_id);

create table warehouse (
  id uuid primary key,
  name text collate "C" not null unique,
  kind text not null check (kind in ('managed', 'upstream')),
  storage jsonb not null,
  storage_secret bytea,
  allowed_locations text[] not null default '{}',
  defaults jsonb not null default '{}',
  overrides jsonb not null default '{}',
  retention_seconds integer not null default 604800 check (retention_seconds >= 0),
  protected boolean not null default false,
  owner_id uuid not null,
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table namespace (
  id uuid primary key,
  warehouse_id uuid not null references warehouse,
  parent_id uuid references namespace,
  path text collate "C" not null,
  lineage uuid[] not null,
  owners uuid[] not null,
  owner_id uuid not null,
  properties jsonb not null default '{}',
  protected boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (warehouse_id, path)
);
create index namespace_children on namespace (warehouse_id, parent_id, path);
create index namespace_parent on namespace (parent_id);

create table relation (
  id uuid primary key,
  warehouse_id uuid not null references warehouse,
  namespace_id uuid references namespace,
  namespace_path text collate "C",
  name text collate "C" not null,
  kind text not null check (kind in ('table', 'view')),
  format text not null default 'iceberg',
  uuid uuid not null,
  version bigint not null default 1,
  metadata_location text not null,
  location text not null,
  owner_id uuid not null,
  protected boolean not null default false,
  body bytea,
  body_length integer,
  body_crc bigint,
  refs_body bytea,
  refs_length integer,
  refs_crc bigint,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  dropped_at timestamptz,
  dropped_by uuid,
  expires_at timestamptz,
  purge boolean not null default false,
  check ((dropped_at is null) = (namespace_id is not null)),
  check ((dropped_at is null) = (namespace_path is null)),
  unique (warehouse_id, uuid)
);
alter table relation alter column body set storage external;
alter table relation alter column refs_body set storage external;
create unique index relation_name on relation (namespace_id, name);
create index relation_dropped on relation (warehouse_id, namespace_path, name, id) where dropped_at is not null;
create index relation_expiry on relation (expires_at) where dropped_at is not null;

create table relation_location (
  location text collate "C" not null,
  relation_id uuid not null references relation on delete cascade,
  primary key (location, relation_id)
);
create index relation_location_relation on relation_location (relation_id);

create table staged_relation (
  id uuid primary key,
  warehouse_id uuid not null references warehouse on delete cascade,
  namespace_path text collate "C" not null,
  name text collate "C" not null,
  uuid uuid not null,
  location text collate "C" not null,
  principal_id uuid not null,
  created_at timestamptz not null default now()
);
create index staged_relation_location on staged_relation (location);
create index staged_relation_created on staged_relation (warehouse_id, created_at);

create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  request_id text not null,
  principal_id uuid,
  principal text not null,
  actors jsonb not null default '[]',
  operation text not null,
  securable_kind text,
  securable_id uuid,
  object text,
  privilege text,
  outcome text not null,
  reason text,
  user_agent text,
  detail jsonb
);
create index audit_at on audit (at);

create table idempotency (
  principal_id uuid not null,
  key uuid not null,
  operation text not null,
  digest bytea not null,
  status smallint not null,
  relation_id uuid,
  error jsonb,
  expires_at timestamptz not null,
  primary key (principal_id, key)
);
create index idempotency_expiry on idempotency (expires_at);

create table metrics_report (
  id bigint generated always as identity primary key,
  relation_id uuid not null,
  principal_id uuid not null,
  kind text not null check (kind in ('scan', 'commit')),
  report jsonb not null,
  at timestamptz not null default now()
);
create index metrics_report_relation on metrics_report (relation_id, at);
create index metrics_report_at on metrics_report (at);

create table job (
  id uuid primary key,
  kind text not null,
  subject_id uuid,
  payload jsonb not null,
  progress jsonb not null default '{}',
  attempts integer not null default 0,
  run_at timestamptz not null default now(),
  leased_by text,
  leased_until timestamptz,
  last_error text,
  created_at timestamptz not null default now(),
  finished_at timestamptz
);
create index job_due on job (run_at) where finished_at is null;
create unique index job_subject on job (kind, subject_id) where finished_at is null;

create table key_ring (
  id text primary key,
  purpose text not null,
  state text not null check (state in ('added', 'active', 'retired')),
  sealed bytea not null,
  public_jwk jsonb,
  created_at timestamptz not null default now(),
  promoted_at timestamptz,
  retired_at timestamptz
);
`,
}
