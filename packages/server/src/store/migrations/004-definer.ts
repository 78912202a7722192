import type { Migration } from './migration.ts'

/**
 * Adds `definer_id`: the principal that last replaced a view. Readers of the view access its tables with the rights
 * of this principal. Null means that the view was never replaced; then readers use the rights of the owner.
 */
export const definer: Migration = {
  version: 4,
  name: 'definer',
  sql: 'alter table relation add column definer_id uuid',
}
