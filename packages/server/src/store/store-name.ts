/**
 * Returns SQL of a common table expression `home`. It contains the row of the warehouse in parameter `$id` if the
 * store of the warehouse still has the name in parameter `$storeName` (null for a store without a name). A statement
 * that creates location claims selects from `home`, so it creates no claim when the name has changed.
 *
 * Physical locations begin with the identity of the store, which depends on its name. The row lock prevents a change of
 * the name until the claim is committed. A statement that waited for a change of the name compares with the new name
 * (see `change-store`).
 */
export function homeSql(id: number, storeName: number): string {
  return `home as (
     select id from warehouse where id = $${id} and storage ->> 'store' is not distinct from $${storeName} for key share)`
}
