import type { ScanPlanner } from '../store/relations.ts'
import { selectSettable } from './client-properties.ts'
import type { Warehouse } from './warehouses.ts'

const property = 'scan-planning-mode'

/**
 * Returns the property with which clients plan scans at the server or themselves. The choice for the table comes before
 * that of its warehouse. Some clients read the property from `GET /v1/config`, and others from the response to a load.
 * Returns nothing for an upstream warehouse, whose scans the server cannot plan.
 */
export function planningProperties(
  { kind, defaults, overrides }: Pick<Warehouse, 'kind' | 'defaults' | 'overrides'>,
  planner: ScanPlanner | null = null,
): Readonly<Record<string, string>> {
  const mode = planner ?? selectSettable({ ...defaults, ...overrides })[property]
  return kind !== 'managed' || mode === undefined ? {} : { [property]: mode }
}
