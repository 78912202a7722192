import type { Migration } from './migration.ts'

/**
 * Adds the sign-in of the web console at an issuer to its sessions.
 *
 * - `issuer` is null for sessions without an issuer; then the other columns are null, too.
 * - `sid` is the id of the session at the issuer.
 * - `tokens` are the tokens of the issuer, sealed with a key of the purpose `console-session`.
 * - At `check_at`, the session is renewed at the issuer before it is used. At `token_ends_at`, its token expires.
 * - Until `renewing_until`, one request renews the tokens, and the others wait.
 */
export const issuerSessions: Migration = {
  version: 20,
  name: 'issuer-sessions',
  sql: `
alter table console_session
  add issuer text collate "C",
  add sid text collate "C",
  add tokens text collate "C",
  add check_at timestamptz,
  add token_ends_at timestamptz,
  add renewing_until timestamptz;
create index console_session_sid on console_session (issuer, sid) where sid is not null;
`,
}
