import { splitLevels } from '../namespace-path.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import { type EarlyTable, listEndedEarly } from '../store/early-tables.ts'
import type { UpstreamDeps } from './deps.ts'
import { type EarlyEnd, endEarly } from './early-table.ts'

const batchSize = 100
/** Time limit in ms for all requests that concern one table. */
const tableMs = 120_000

export interface EarlySweepDeps extends Pick<UpstreamDeps, 'sql' | 'upstreams'> {
  readonly warehouses: { get(name: string): Promise<Warehouse | null> }
  /** Reports the result for a table. After an error, the next run of the job tries the table again. */
  report(table: EarlyTable, warehouse: string, outcome: EarlyEnd | Error): Promise<void>
}

/**
 * Ends early-staged tables whose reservation has expired because their clients stopped: drops a table that
 * nothing has changed since its creation, and makes any other table visible. Reports each result.
 */
export async function sweepEarly(deps: EarlySweepDeps, signal: AbortSignal): Promise<void> {
  const tables = await listEndedEarly(deps.sql, batchSize)
  for (const { warehouseName, ...table } of tables) {
    signal.throwIfAborted()
    const limited = AbortSignal.any([signal, AbortSignal.timeout(tableMs)])
    const outcome = await end(deps, table, warehouseName, limited).catch((error: unknown) =>
      error instanceof Error ? error : new Error(String(error)),
    )
    if (outcome !== 'busy') await deps.report(table, warehouseName, outcome)
  }
}

async function end(
  deps: EarlySweepDeps,
  table: EarlyTable,
  warehouseName: string,
  signal: AbortSignal,
): Promise<EarlyEnd> {
  const warehouse = await deps.warehouses.get(warehouseName)
  // Another replica deleted the warehouse and, with it, the row of the table.
  if (warehouse === null) return 'busy'
  const upstream = await deps.upstreams.getForService(warehouse)
  const identifier = { namespace: splitLevels(table.path), name: table.name }
  return await endEarly(deps, null, upstream, warehouse, identifier, table, false, signal)
}
