import type { Migration } from './migration.ts'

/**
 * `definer_id` is who replaced a view last: what it says now is theirs, and so are the rights by which others read through
 * it. Null: nobody has replaced it, so its owner, who created it.
 */
export const definer: Migration = {
  version: 4,
  name: 'definer',
  sql: 'alter table relation add column definer_id uuid',
}
