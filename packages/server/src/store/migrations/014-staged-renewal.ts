import type { Migration } from './migration.ts'

/**
 * Adds the URL at which an upstream catalog renews the storage credentials of a staged table, encrypted with
 * the master key. Null when the upstream catalog vended no credentials for the table.
 */
export const stagedRenewal: Migration = {
  version: 14,
  name: 'staged-renewal',
  stopsOlderServers: false,
  sql: `
alter table staged_relation add column renewal bytea;
`,
}
