import type { Migration } from './migration.ts'

/** Adds the claims of the last accepted token of each issuer, as short texts, for administrators. */
export const issuerClaims: Migration = {
  version: 21,
  name: 'issuer-claims',
  sql: `
create table issuer_claims (
  issuer text collate "C" primary key,
  seen_at timestamptz not null,
  claims jsonb not null
);
`,
}
