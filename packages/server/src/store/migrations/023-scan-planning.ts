import type { Migration } from './migration.ts'

/** Adds the planner of the scans of a table. Null: the property of the warehouse decides. */
export const scanPlanning: Migration = {
  version: 23,
  name: 'scan-planning',
  sql: `
alter table relation add column scan_planning text
  constraint relation_scan_planning_check check (scan_planning in ('client', 'server'));
`,
}
