/**
 * Returns SQL of a common table expression `home`: the warehouse of parameter `$id`, provided that its store still has the name
 * of parameter `$storeName` (null: none). The statement that claims places selects from it.
 *
 * Places begin with the identity of the store. The lock keeps the name from being changed until the claim is committed,
 * and a statement that waited for such a change compares with the new name (see `change-store`).
 */
export function homeSql(id: number, storeName: number): string {
  return `home as (
     select id from warehouse where id = $${id} and storage ->> 'store' is not distinct from $${storeName} for key share)`
}
