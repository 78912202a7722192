import { randomUUID } from 'node:crypto'
import type {
  LoadedTable,
  Namespace,
  RestCatalog,
  TableIdentifier,
  TableUpdate,
} from '@headgate/iceberg/client'
import { inParallel } from './in-parallel.ts'

/** Table or view that was created in the source catalog, and that the importer must import. */
export interface Created {
  readonly kind: 'table' | 'view'
  readonly identifier: TableIdentifier
}

const parallel = 16
const perNamespace = 250
const perTransaction = 100

const schema = {
  type: 'struct',
  fields: [
    { id: 1, name: 'id', type: 'long', required: true },
    { id: 2, name: 'Größe in "cm"', type: 'decimal(20,2)', required: false, doc: 'a "quoted" / text' },
  ],
} as const

/**
 * Creates tables and views in the source catalog. Every tenth object is a view. Some names contain spaces and
 * non-ASCII letters, some tables have commits and a snapshot with a large id, and some views have two versions.
 */
export async function createSource(
  catalog: RestCatalog,
  { count, nested, root }: { readonly count: number; readonly nested: boolean; readonly root: string | null },
): Promise<Created[]> {
  const namespaces = namespacesFor(count, nested)
  for (const namespace of namespaces) {
    await catalog.createNamespace(namespace, { owner: 'ann', note: `namespace ${namespace.join(' / ')}` })
  }
  const all = Array.from({ length: count }, (_, index): Planned => {
    const kind = index % 10 === 9 ? 'view' : 'table'
    const name = `${kind}${index % 40 === 7 ? ' ü ' : '_'}${index}`
    const namespace = namespaces[Math.floor((index * namespaces.length) / count)] ?? []
    return { index, kind, identifier: { namespace, name } }
  })
  const tables = all.filter(({ kind }) => kind === 'table')
  if (root === null) await inParallel(tables, parallel, (table) => createTable(catalog, table))
  else await createTogether(catalog, tables, root)
  await inParallel(
    tables.filter(({ index }) => index % 25 === 0),
    parallel,
    ({ identifier, index }) => changeTable(catalog, identifier, index),
  )
  const views = all.filter(({ kind }) => kind === 'view')
  await inParallel(views, parallel, (view) => createView(catalog, view))
  return all
}

interface Planned extends Created {
  readonly index: number
}

/** Returns the namespaces to create, each parent before its children. */
function namespacesFor(count: number, nested: boolean): readonly Namespace[] {
  const number = Math.max(2, Math.ceil(count / perNamespace))
  return Array.from({ length: number }, (_, index): Namespace => {
    const outer = `ns_${nested ? index - (index % 2) : index}`
    return nested && index % 2 === 1 ? [outer, `inner ${index}`] : [outer]
  })
}

async function createTable(catalog: RestCatalog, { identifier, index }: Planned): Promise<void> {
  const properties = { 'format-version': index % 3 === 0 ? '1' : '2', index: String(index) }
  await catalog.createTable(identifier, { schema, properties })
}

/** Creates tables, many of them in each transaction, because Nessie makes one commit for each transaction. */
async function createTogether(catalog: RestCatalog, tables: readonly Planned[], root: string): Promise<void> {
  for (let at = 0; at < tables.length; at += perTransaction) {
    await catalog.commitTransaction(
      tables.slice(at, at + perTransaction).map(({ identifier, index }) => ({
        identifier,
        requirements: [{ type: 'assert-create' }],
        updates: creation(`${root}/${randomUUID()}`, index),
      })),
    )
  }
}

const creation = (location: string, index: number): readonly TableUpdate[] => [
  { action: 'assign-uuid', uuid: randomUUID() },
  { action: 'upgrade-format-version', 'format-version': 2 },
  { action: 'add-schema', schema: { 'schema-id': 0, ...schema } },
  { action: 'set-current-schema', 'schema-id': -1 },
  { action: 'add-spec', spec: { 'spec-id': 0, fields: [] } },
  { action: 'set-default-spec', 'spec-id': -1 },
  { action: 'add-sort-order', 'sort-order': { 'order-id': 0, fields: [] } },
  { action: 'set-default-sort-order', 'sort-order-id': -1 },
  { action: 'set-location', location },
  { action: 'set-properties', updates: { index: String(index) } },
]

/** Commits twice to a table, so that its metadata contains a snapshot and a log of earlier metadata files. */
async function changeTable(catalog: RestCatalog, identifier: TableIdentifier, index: number): Promise<void> {
  const table = await catalog.loadTable(identifier)
  const changed = await catalog.updateTable(table).setProperties({ changed: 'yes' }).commit()
  await catalog
    .updateTable({ ...table, ...changed })
    .addSnapshot((now) => toSnapshot(now, index))
    .commit()
}

function toSnapshot(
  now: LoadedTable['metadata'],
  index: number,
): LoadedTable['metadata']['snapshots'][number] {
  const sequence = Number(now['last-sequence-number']) + (now['format-version'] === 1 ? 0 : 1)
  return {
    'snapshot-id': 9_007_199_254_740_993n + BigInt(index),
    'sequence-number': sequence,
    'timestamp-ms': Date.now(),
    'manifest-list': `${now.location}/metadata/snap-${index}.avro`,
    summary: { operation: 'append' },
    'schema-id': now['current-schema-id'],
  }
}

const sql = (text: string): { type: string; dialect: string; sql: string }[] => [
  { type: 'sql', dialect: 'spark', sql: text },
]

async function createView(catalog: RestCatalog, { identifier, index }: Planned): Promise<void> {
  const view = await catalog.createView(identifier, { schema, representations: sql(`SELECT ${index}`) })
  if (index % 50 !== 9) return
  const replaced = { schema, representations: sql(`SELECT ${index} + 1`) }
  await catalog.updateView(view).replace(replaced).commit()
}
