import type { Migration } from './migration.ts'

/**
 * Adds sessions of the web console and the codes with which the command line opens it. Both are found by the SHA-256 of a
 * random secret.
 *
 * - `obtained` is the method by which the principal was authenticated (`Proof`).
 * - A session ends at `ends_at`, or earlier when `seen_at` is too old. `seen_at` is updated at most once per minute.
 */
export const consoleSessions: Migration = {
  version: 18,
  name: 'console-sessions',
  sql: `
create table console_session (
  id uuid primary key,
  hash bytea not null unique,
  principal_id uuid not null references principal on delete cascade,
  obtained text collate "C" not null,
  started_at timestamptz not null default date_trunc('milliseconds', now()),
  seen_at timestamptz not null default now(),
  ends_at timestamptz not null,
  address text collate "C" not null,
  user_agent text collate "C" not null
);
create index console_session_principal on console_session (principal_id);
create index console_session_end on console_session (ends_at);
create table console_code (
  hash bytea primary key,
  principal_id uuid not null references principal on delete cascade,
  obtained text collate "C" not null,
  ends_at timestamptz not null
);
`,
}
