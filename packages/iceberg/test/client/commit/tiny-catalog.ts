import { isHeadgateError } from '@headgate/errors'
import type { JsonObject } from '@headgate/json'
import { applyTableUpdates } from '../../../src/metadata/apply.ts'
import { checkTableRequirements } from '../../../src/metadata/requirement/check-requirements.ts'
import { decodeTableMetadata } from '../../../src/metadata/table/decode-table.ts'
import { encodeTableMetadata } from '../../../src/metadata/table/encode-table.ts'
import type { TableMetadata } from '../../../src/metadata/types.ts'
import type { Snapshot } from '../../../src/metadata/snapshot/types.ts'
import type { TableUpdate } from '../../../src/metadata/update/types.ts'
import { decodeCommitTableRequest, type CommitTableRequest } from '../../../src/rest/requests/commit-table.ts'
import { decodeCommitTransactionRequest } from '../../../src/rest/requests/commit-transaction.ts'
import { LOCATION, metadata, problem, testCatalog, type TestCatalog } from '../catalog.ts'
import type { ConnectOptions } from '../../../src/client/connect.ts'
import type { Reply, Seen } from '../scripted-server.ts'

/** What becomes of one request to commit, when it is not what should. */
export interface Fault {
  /** Whether it is carried out all the same. */
  readonly done: boolean
  readonly reply: Reply
  /** Somebody else is faster. */
  readonly before?: () => void
}

export interface TinyCatalog extends TestCatalog {
  table(name: string): TableMetadata
  /** Commits as somebody else. */
  change(name: string, ...updates: readonly TableUpdate[]): void
  /** Drops a table and makes another one under its name. */
  recreate(name: string): void
  /** Requests to commit, so far. */
  commits(): readonly Seen[]
}

const OTHER_UUID = '0196a5a4-0000-4000-8000-00000000000f'

export const lost: Reply = { hangUp: true }
export const unknown: Reply = problem(500, 'CommitStateUnknownException')

const isCommit = ({ method, target }: Seen): boolean =>
  method === 'POST' && /\/tables\/[^/]+$|\/transactions\/commit$/.test(target)

/** A server that holds tables in memory and commits to them by the rules. `faults` are for the commits in turn. */
export async function tinyCatalog(
  names: readonly string[],
  faults: readonly (Fault | undefined)[] = [],
  options: Partial<ConnectOptions> & { readonly config?: JsonObject } = {},
): Promise<TinyCatalog> {
  const tables = new Map(names.map((name) => [name, decodeTableMetadata(metadata)]))
  const table = (name: string): TableMetadata => {
    const found = tables.get(name)
    if (found === undefined) throw new Error(`there is no table ${name}`)
    return found
  }
  const apply = (name: string, updates: readonly TableUpdate[]): void => {
    tables.set(
      name,
      applyTableUpdates(tables.get(name) ?? null, updates, { now: 1_700_000_000_000 }).metadata,
    )
  }
  const commit = (changes: ReadonlyMap<string, CommitTableRequest>): void => {
    for (const [name, { requirements }] of changes)
      checkTableRequirements(tables.get(name) ?? null, requirements)
    for (const [name, { updates }] of changes) apply(name, updates)
  }
  const body = (name: string): JsonObject => {
    const version = `${table(name).snapshots.length}-${Object.keys(table(name).properties).length}`
    return {
      'metadata-location': `${LOCATION}/metadata/${version}.json`,
      metadata: encodeTableMetadata(table(name)),
    }
  }
  let count = 0
  const it = await testCatalog({
    ...options,
    answer: (seen) => {
      const name = /\/tables\/([^/?]+)/.exec(seen.target)?.[1] ?? ''
      if (!isCommit(seen))
        return tables.has(name) ? { json: body(name) } : problem(404, 'NoSuchTableException')
      const fault = faults[count++]
      fault?.before?.()
      const refused = fault === undefined || fault.done ? attempt(() => commit(changesOf(seen))) : undefined
      if (fault?.done === false || (fault !== undefined && refused === undefined)) return fault.reply
      return (
        refused ?? (seen.target.endsWith('/transactions/commit') ? { status: 204 } : { json: body(name) })
      )
    },
  })
  return {
    ...it,
    table,
    change: (name, ...updates) => apply(name, updates),
    recreate: (name) => void tables.set(name, { ...table(name), 'table-uuid': OTHER_UUID }),
    commits: () => it.seen.filter(isCommit),
  }
}

function changesOf({ target, json }: Seen): ReadonlyMap<string, CommitTableRequest> {
  const name = /\/tables\/([^/?]+)$/.exec(target)?.[1]
  if (name !== undefined) return new Map([[name, decodeCommitTableRequest(json)]])
  const { tableChanges } = decodeCommitTransactionRequest(json)
  return new Map(tableChanges.map((change) => [change.identifier.name, change]))
}

function attempt(run: () => void): Reply | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    if (isHeadgateError(error, 'commit-failed')) return problem(409, 'CommitFailedException', error.message)
    return problem(400, 'BadRequestException', String(error))
  }
}

/** A snapshot on top of the newest one. */
export const snapshotOn = (table: TableMetadata, id: bigint): Snapshot => ({
  'snapshot-id': id,
  ...(table['current-snapshot-id'] === null ? {} : { 'parent-snapshot-id': table['current-snapshot-id'] }),
  'sequence-number': Number(table['last-sequence-number']) + 1,
  'timestamp-ms': 1_700_000_000_000,
  'manifest-list': `${LOCATION}/metadata/snap-${id}.avro`,
  summary: { operation: 'append' },
  'schema-id': 0,
})

/** What somebody else commits. */
export const append = (table: TableMetadata, id: bigint): readonly TableUpdate[] => [
  { action: 'add-snapshot', snapshot: snapshotOn(table, id) },
  { action: 'set-snapshot-ref', 'ref-name': 'main', ref: { type: 'branch', 'snapshot-id': id } },
]
