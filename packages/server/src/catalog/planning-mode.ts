import { selectSettable } from './client-properties.ts'
import type { Warehouse } from './warehouses.ts'

const property = 'scan-planning-mode'

/**
 * Returns the property with which clients of a warehouse plan scans at the server. Some clients read it from
 * `GET /v1/config`, and others from the response to a load. Returns no property for an upstream warehouse,
 * because the server cannot plan its scans.
 */
export function planningProperties({
  kind,
  defaults,
  overrides,
}: Pick<Warehouse, 'kind' | 'defaults' | 'overrides'>): Readonly<Record<string, string>> {
  const mode = selectSettable({ ...defaults, ...overrides })[property]
  return kind !== 'managed' || mode === undefined ? {} : { [property]: mode }
}
