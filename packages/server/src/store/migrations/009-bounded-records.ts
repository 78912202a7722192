import type { Migration } from './migration.ts'

/**
 * Stores refused requests in the table `audit`. Equal refusals within one minute share a row: `refusal_key`
 * identifies them, and `count` is their number. The index on `metrics_report` is for the limit on the number of
 * reports of a principal.
 */
export const boundedRecords: Migration = {
  version: 9,
  name: 'bounded-records',
  sql: `
alter table audit add column count integer not null default 1;
alter table audit add column refusal_key uuid;
create unique index audit_refusal on audit (refusal_key) where refusal_key is not null;
create index audit_refusal_at on audit (at) where refusal_key is not null;
create index metrics_report_principal on metrics_report (principal_id, at);`,
}
