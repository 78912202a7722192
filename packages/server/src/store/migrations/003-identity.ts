import type { Migration } from './migration.ts'

/**
 * Users and engines of other issuers.
 *
 * - A group is identified by its issuer and its name. The groups of a principal are those in its newest token with
 *   groups, which was issued at `principal.groups_at`. Authorization decisions without a token of the user use the
 *   stored groups, unless they are older than the configured maximum age.
 * - `login` is the name with which a user signs in (`preferred_username` …). Some engines know and send only this
 *   name.
 * - A row of `engine` (engine entry) limits the users for whom a client may act, the warehouses and the privileges.
 *   `subjects` is a list of `{issuer, pattern, groups}`. `warehouses` and `privileges` apply to all users of the
 *   engine, and null means no limit.
 * - `client_key` and `client_federation` contain keys and linked subjects that authenticate a client without a shared
 *   secret (RFC 7523 section 2.2).
 * - `used_assertion` stores the `jti` of used assertions until they expire, so that each assertion can be used only
 *   once.
 */
export const identity: Migration = {
  version: 3,
  name: 'identity',
  sql: `
alter table principal add column login text collate "C";
alter table principal add column groups_at timestamptz not null default 'epoch';
alter table principal add column last_login_at timestamptz;
create index principal_login on principal (issuer, login) where login is not null;

create table principal_group (
  id uuid primary key,
  issuer text collate "C" not null,
  name text collate "C" not null,
  created_at timestamptz not null default now(),
  unique (issuer, name)
);
create table group_member (
  principal_id uuid not null references principal on delete cascade,
  group_id uuid not null references principal_group on delete cascade,
  primary key (principal_id, group_id)
);
create index group_member_group on group_member (group_id);

alter table role_member drop constraint role_member_member_kind_check;
alter table role_member add constraint role_member_member_kind_check check (member_kind in ('principal', 'role', 'group'));
alter table grant_entry drop constraint grant_entry_grantee_kind_check;
alter table grant_entry add constraint grant_entry_grantee_kind_check check (grantee_kind in ('principal', 'role', 'group'));

create table engine (
  principal_id uuid primary key references principal on delete cascade,
  subjects jsonb not null default '[]',
  names_issuer text,
  unsigned_subjects boolean not null default false,
  assertions boolean not null default false,
  makes_principals boolean not null default false,
  names_administrators boolean not null default false,
  first_calls text not null default 'config-only' check (first_calls in ('deny', 'config-only', 'service')),
  warehouses uuid[],
  privileges text[],
  administers boolean not null default false,
  refreshes boolean not null default true,
  view_chains boolean not null default false,
  token_seconds integer not null default 900 check (token_seconds > 0),
  session_seconds integer not null default 86400 check (session_seconds > 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table client_key (
  principal_id uuid not null references principal on delete cascade,
  id text collate "C" not null,
  jwk jsonb not null,
  created_at timestamptz not null default now(),
  primary key (principal_id, id)
);
create table client_federation (
  principal_id uuid not null references principal on delete cascade,
  issuer text collate "C" not null,
  subject text collate "C" not null,
  created_at timestamptz not null default now(),
  primary key (issuer, subject)
);
create index client_federation_principal on client_federation (principal_id);

create table used_assertion (
  issuer text collate "C" not null,
  id text collate "C" not null,
  expires_at timestamptz not null,
  primary key (issuer, id)
);
create index used_assertion_expiry on used_assertion (expires_at);

alter table audit add column query_id text;
create index audit_principal on audit (principal, id);
create index audit_securable on audit (securable_id, id) where securable_id is not null;
`,
}
