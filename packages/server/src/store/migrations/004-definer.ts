import type { Migration } from './migration.ts'

/**
 * `definer_id` is the principal that last replaced a view. The text of the view belongs to it, and readers use its
 * rights through the view. Null: the view was never replaced, so its owner created the text.
 */
export const definer: Migration = {
  version: 4,
  name: 'definer',
  sql: 'alter table relation add column definer_id uuid',
}
