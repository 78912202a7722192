import { type Queryable, statement } from './sql.ts'

const isAny = statement(
  'warehouse_contents_any',
  `select exists (select from namespace where id = any($2::uuid[]) and warehouse_id = $1)
     or exists (select from relation where id = any($2::uuid[]) and warehouse_id = $1) as found`,
)

/** Returns true when at least one of the ids belongs to a namespace, table or view in the warehouse. */
export async function isAnyInWarehouse(
  sql: Queryable,
  warehouseId: string,
  ids: readonly string[],
): Promise<boolean> {
  const [row] = await sql.run<{ readonly found: boolean }>(isAny, [warehouseId, ids])
  return row?.found === true
}
