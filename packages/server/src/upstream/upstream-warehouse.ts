import type { WarehouseRow } from '../store/warehouses.ts'

/** Row of an upstream warehouse, as far as the connection to the upstream needs it. */
export type UpstreamWarehouse = Pick<WarehouseRow, 'id' | 'name' | 'version' | 'upstream' | 'upstreamSecret'>

/** Account of this server at the upstream: `reader` is the one of `authRead`. */
export type UpstreamAccount = 'writer' | 'reader'

/** Returns whether requests of callers that may not modify a table have their own account at the upstream. */
export function hasReader({ upstream }: Pick<UpstreamWarehouse, 'upstream'>): boolean {
  return upstream?.['authRead'] !== undefined
}
