import { HeadgateError } from '@headgate/errors'
import {
  deleteEngine as deleteEngineRow,
  type EngineRow,
  type EngineSettings,
  findEngine,
  insertEngine,
  updateEngine as updateEngineRow,
} from '../store/engines.ts'
import { stopPrincipalSessions } from '../store/principals.ts'
import type { Queryable } from '../store/sql.ts'
import { findWarehouse, findWarehouseById } from '../store/warehouses.ts'
import type { DirectoryDeps } from './deps.ts'
import {
  changeEntry,
  checkEntry,
  type EngineEntry,
  type EngineEntryChange,
  entryOfRow,
} from './engine-entry.ts'
import { isId } from './external-name.ts'
import { changePolicy, type RequestedChange } from './policy-change.ts'
import { refuseSelf, requirePrincipal } from './principals.ts'

export { type EngineRow, findEngine, findEngineOfParty, listEngines } from '../store/engines.ts'

/** Engine with the names of its warehouses. */
export interface NamedEngine {
  readonly row: EngineRow
  /**
   * Names of the warehouses that the engine may use, or the id of a warehouse that was deleted. Null when the engine
   * may use all warehouses.
   */
  readonly warehouses: readonly string[] | null
}

/**
 * Finds an engine by the id or the name of its principal.
 *
 * @throws HeadgateError `no-such-object`
 */
export async function requireEngine(sql: Queryable, reference: string): Promise<EngineRow> {
  const { id, name } = await requirePrincipal(sql, reference)
  const row = await findEngine(sql, id)
  if (row) return row
  throw new HeadgateError(
    'no-such-object',
    `The principal ${name} is not registered as an engine. Register it: headgate engine add ${name}`,
  )
}

/** Returns an engine with the names of its warehouses. */
export async function nameWarehouses(sql: Queryable, row: EngineRow): Promise<NamedEngine> {
  if (row.warehouses === null) return { row, warehouses: null }
  const found = await Promise.all(row.warehouses.map((id) => findWarehouseById(sql, id)))
  return { row, warehouses: row.warehouses.map((id, index) => found[index]?.name ?? id) }
}

/**
 * Registers a principal as an engine.
 *
 * @throws HeadgateError `bad-request`, `no-such-object`, `no-such-warehouse`, `already-exists`
 */
export async function createEngine(
  deps: DirectoryDeps,
  change: RequestedChange,
  reference: string,
  entry: EngineEntry,
): Promise<NamedEngine> {
  const principal = await requirePrincipal(deps.sql, reference)
  refuseSelf(principal, change, 'make an engine of')
  const settings = await prepare(deps, change, principal.name, entry, new Set())
  if (!(await changePolicy(deps, change, (tx) => insertEngine(tx, principal.id, settings)))) {
    throw new HeadgateError(
      'already-exists',
      `The principal ${principal.name} is already an engine. Change its entry: headgate engine set ${principal.name}`,
    )
  }
  return nameWarehouses(deps.sql, await requireEngine(deps.sql, principal.id))
}

/**
 * Changes the entry of an engine. The change also applies to running sessions.
 *
 * @throws HeadgateError `bad-request`, `no-such-object`, `no-such-warehouse`
 */
export async function updateEngine(
  deps: DirectoryDeps,
  change: RequestedChange,
  reference: string,
  entryChange: EngineEntryChange,
): Promise<NamedEngine> {
  const row = await requireEngine(deps.sql, reference)
  const before = new Set(row.subjects.map(({ issuer }) => issuer))
  const settings = await prepare(deps, change, row.name, changeEntry(entryOfRow(row), entryChange), before)
  if (!(await changePolicy(deps, change, (tx) => updateEngineRow(tx, row.id, settings))))
    throw new HeadgateError('no-such-object', `There is no engine ${row.name}.`)
  return nameWarehouses(deps.sql, await requireEngine(deps.sql, row.id))
}

/**
 * Deletes the entry of an engine. Ends the sessions of the engine, and the sessions in which it acts for users. Its
 * principal is not deleted.
 */
export async function deleteEngine(
  deps: DirectoryDeps,
  change: RequestedChange,
  reference: string,
): Promise<void> {
  const row = await requireEngine(deps.sql, reference)
  change.audit.object = row.name
  await changePolicy(deps, change, async (tx) => {
    // If the sessions were not ended, they would continue without the limits of an entry, and would be valid again
    // after a new registration.
    await stopPrincipalSessions(tx, row.id, Date.now())
    return deleteEngineRow(tx, row.id)
  })
}

async function prepare(
  deps: DirectoryDeps,
  { audit }: RequestedChange,
  name: string,
  entry: EngineEntry,
  before: ReadonlySet<string>,
): Promise<EngineSettings> {
  audit.object = name
  await checkEntry(deps, entry, before)
  const warehouses =
    entry.warehouses === null
      ? null
      : await Promise.all(entry.warehouses.map((each) => warehouseId(deps, each)))
  const settings = { ...entry, warehouses }
  audit.detail = { ...settings }
  return settings
}

async function warehouseId({ sql }: DirectoryDeps, reference: string): Promise<string> {
  const row = isId(reference) ? await findWarehouseById(sql, reference) : await findWarehouse(sql, reference)
  if (row) return row.id
  // The entry of an engine can contain the id of a deleted warehouse, and a client that changes the entry sends this id
  // again. An id is therefore accepted although its warehouse does not exist.
  if (isId(reference)) return reference.toLowerCase()
  throw new HeadgateError('no-such-warehouse', `There is no warehouse ${reference}.`)
}
