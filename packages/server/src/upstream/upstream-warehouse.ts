import type { WarehouseRow } from '../store/warehouses.ts'

/** Columns of an upstream warehouse's row that the connection to the upstream catalog needs. */
export type UpstreamWarehouse = Pick<WarehouseRow, 'id' | 'name' | 'version' | 'upstream' | 'upstreamSecret'>

/**
 * Account of this server at the upstream catalog: `writer` uses the setting `auth`, `reader` the setting
 * `authRead`.
 */
export type UpstreamAccount = 'writer' | 'reader'

/** Returns whether a separate account (`authRead`) is configured for callers that may not modify a table. */
export function hasReader({ upstream }: Pick<UpstreamWarehouse, 'upstream'>): boolean {
  return upstream?.['authRead'] !== undefined
}
