// A simple model of tables, names and commits, which the property tests compare with the server: maps,
// without JSON or
// SQL. The model in packages/iceberg computes the effect of updates on one table.
import type { Model, Step } from '../../../iceberg/test/metadata/model.ts'
import { run } from '../../../iceberg/test/metadata/model.ts'

export interface ModelTable {
  readonly uuid: string
  readonly location: string
  /** Former locations, which the table still claims because its snapshots refer to files in them. */
  readonly left?: readonly string[]
  readonly metadata: Model
}

export interface ModelDropped {
  readonly id: string
  readonly name: string
  readonly table: ModelTable
}

/** The whole catalog. Its values are immutable. */
export interface ModelCatalog {
  readonly tables: ReadonlyMap<string, ModelTable>
  readonly dropped: readonly ModelDropped[]
}

/** Requirement of a commit: the part of the table that must be unchanged. */
export type Claim = 'uuid' | 'main' | 'b' | 'schema' | 'spec' | 'order' | 'field' | 'partition'

export interface ModelCommit {
  readonly name: string
  /** The last state of the table that the client saw. */
  readonly seen: ModelTable
  readonly claims: readonly Claim[]
  readonly steps: readonly Step[]
}

/** Result of a request: the new catalog, or the statuses with which the server may refuse the request. */
export type Result = { readonly after: ModelCatalog } | { readonly refused: readonly number[] }

const refused = (...statuses: readonly number[]): Result => ({ refused: statuses })

/** Rules of the model. Only locations below the root of the warehouse are allowed. */
export interface Rules {
  readonly root: string
}

/** Returns the status with which the server refuses a location, or null when a table may use it. */
function placeRefused(
  rules: Rules,
  catalog: ModelCatalog,
  self: string | null,
  location: string,
): number | null {
  if (location.startsWith('s3:')) return 400
  if (!location.startsWith(`${rules.root}/`)) return 403
  const others = [...catalog.tables.values(), ...catalog.dropped.map(({ table }) => table)].filter(
    ({ uuid }) => uuid !== self,
  )
  const places = others.flatMap((other) => [other.location, ...(other.left ?? [])])
  return places.some((place) => inside(place, location) || inside(location, place)) ? 400 : null
}

const inside = (outer: string, inner: string): boolean => `${inner}/`.startsWith(`${outer}/`)

function withTable(catalog: ModelCatalog, name: string, table: ModelTable): ModelCatalog {
  return { ...catalog, tables: new Map([...catalog.tables, [name, table]]) }
}

function without(catalog: ModelCatalog, name: string): ModelCatalog {
  return { ...catalog, tables: new Map([...catalog.tables].filter(([other]) => other !== name)) }
}

/** Creates a table. If `location` is null, the server chooses a free one. */
export function create(
  rules: Rules,
  catalog: ModelCatalog,
  name: string,
  location: string | null,
  table: () => ModelTable,
): Result {
  const taken = catalog.tables.has(name)
  const place = location === null ? null : placeRefused(rules, catalog, null, location)
  if (taken || place !== null) return refused(...(taken ? [409] : []), ...(place === null ? [] : [place]))
  return { after: withTable(catalog, name, table()) }
}

export function rename(catalog: ModelCatalog, from: string, to: string): Result {
  const table = catalog.tables.get(from)
  if (table === undefined) return refused(404)
  if (catalog.tables.has(to)) return refused(409)
  return { after: withTable(without(catalog, from), to, table) }
}

export function drop(catalog: ModelCatalog, name: string, id: string): Result {
  const table = catalog.tables.get(name)
  if (table === undefined) return refused(404)
  return { after: { ...without(catalog, name), dropped: [...catalog.dropped, { id, name, table }] } }
}

export function unregister(catalog: ModelCatalog, name: string): Result {
  return catalog.tables.has(name) ? { after: without(catalog, name) } : refused(404)
}

export function undrop(catalog: ModelCatalog, id: string, name: string): Result {
  const found = catalog.dropped.find((it) => it.id === id)
  if (found === undefined) return refused(404)
  if (catalog.tables.has(name)) return refused(409)
  const rest = catalog.dropped.filter((it) => it.id !== id)
  return { after: withTable({ ...catalog, dropped: rest }, name, found.table) }
}

export interface Registration {
  readonly name: string
  /** State of the table that the metadata file contains. */
  readonly once: ModelTable
  readonly overwrite: boolean
  /** Whether the table currently points to this file. */
  readonly newest: boolean
}

/**
 * Registers a former state of a table under a name. The newest file of a dropped table restores this table.
 */
export function register(rules: Rules, catalog: ModelCatalog, registration: Registration): Result {
  const { name, once, overwrite, newest } = registration
  const there = catalog.tables.get(name)
  if (there !== undefined && !overwrite) return refused(409)
  if (there !== undefined && there.uuid !== once.uuid) return refused(400)
  const place = placeRefused(rules, catalog, once.uuid, once.location)
  if (there === undefined) {
    const gone = catalog.dropped.find(({ table }) => table.uuid === once.uuid)
    if (gone !== undefined) return newest ? undrop(catalog, gone.id, name) : refused(409)
    if (isKnown(catalog, once.uuid)) return refused(...(place === null ? [409] : [409, place]))
  }
  return place === null ? { after: withTable(catalog, name, moved(there, once)) } : refused(place)
}

/** Returns a table after a change, with the former locations that it still claims. */
function moved(before: ModelTable | undefined, after: ModelTable): ModelTable {
  const left = before === undefined ? [] : [...(before.left ?? []), before.location]
  return { ...after, left: left.filter((place) => place !== after.location) }
}

function isKnown(catalog: ModelCatalog, uuid: string): boolean {
  return [...catalog.tables.values(), ...catalog.dropped.map(({ table }) => table)].some(
    (table) => table.uuid === uuid,
  )
}

/** Applies one commit, or several that succeed or fail together. */
export function commitAll(rules: Rules, catalog: ModelCatalog, commits: readonly ModelCommit[]): Result {
  let after = catalog
  const reasons: number[] = []
  for (const commit of commits) {
    const result = commitOne(rules, after, catalog, commit)
    if ('refused' in result) reasons.push(...result.refused)
    else after = result.after
  }
  return reasons.length > 0 ? refused(...reasons) : { after }
}

function commitOne(
  rules: Rules,
  catalog: ModelCatalog,
  before: ModelCatalog,
  { name, seen, claims, steps }: ModelCommit,
): Result {
  const table = before.tables.get(name)
  if (table === undefined) return refused(404, 400)
  const outcome = run(table.metadata, steps)
  const holds = claims.every((claim) => same(claim, table, seen))
  const reasons = holds ? [] : [409]
  if (outcome === 'bad-request') reasons.push(400)
  if (outcome === 'commit-failed') reasons.push(409)
  // The commit has two faults, and the server may report either of them.
  if (typeof outcome === 'string' || !holds) return refused(...reasons)
  if (outcome.location !== table.location) {
    const place = placeRefused(rules, catalog, table.uuid, outcome.location)
    if (place !== null) return refused(place)
  }
  return {
    after: withTable(
      catalog,
      name,
      moved(table, { ...table, location: outcome.location, metadata: outcome }),
    ),
  }
}

function same(claim: Claim, now: ModelTable, seen: ModelTable): boolean {
  const [a, b] = [now.metadata, seen.metadata]
  switch (claim) {
    case 'uuid':
      return now.uuid === seen.uuid
    case 'main':
    case 'b':
      return a.refs.get(claim)?.id === b.refs.get(claim)?.id
    case 'schema':
      return a.schema === b.schema
    case 'spec':
      return a.spec === b.spec
    case 'order':
      return a.order === b.order
    case 'field':
      return a.lastColumn === b.lastColumn
    default:
      return a.lastPartition === b.lastPartition
  }
}
