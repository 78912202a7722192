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
import { LOCATION, metadata, errorResponse, testCatalog, type TestCatalog } from '../catalog.ts'
import type { ConnectOptions } from '../../../src/client/connect.ts'
import type { ScriptedResponse, RecordedRequest } from '../scripted-server.ts'

/** Fault that the server simulates for one commit request. */
export interface Fault {
  /** Whether the server applies the commit before it sends the response. */
  readonly applied: boolean
  readonly response: ScriptedResponse
  /** Change that another client makes before the commit is handled. */
  readonly before?: () => void
}

export interface InMemoryCatalog extends TestCatalog {
  table(name: string): TableMetadata
  /** Commits updates to a table as another client. */
  commitElsewhere(name: string, ...updates: readonly TableUpdate[]): void
  /** Drops a table and creates another one with the same name. */
  recreate(name: string): void
  /** Returns the commit requests that the server received. */
  commits(): readonly RecordedRequest[]
}

const OTHER_UUID = '0196a5a4-0000-4000-8000-00000000000f'

export const lostResponse: ScriptedResponse = { disconnect: true }
export const unknownState: ScriptedResponse = errorResponse(500, 'CommitStateUnknownException')

const isCommit = ({ method, target }: RecordedRequest): boolean =>
  method === 'POST' && /\/tables\/[^/]+$|\/transactions\/commit$/.test(target)

/**
 * Starts a catalog that stores tables in memory and checks requirements.
 *
 * @param faults faults of the commit requests, in their order
 */
export async function startInMemoryCatalog(
  names: readonly string[],
  faults: readonly (Fault | undefined)[] = [],
  options: Partial<ConnectOptions> & { readonly config?: JsonObject } = {},
): Promise<InMemoryCatalog> {
  const tables = new Map(names.map((name) => [name, decodeTableMetadata(metadata)]))
  const table = (name: string): TableMetadata => {
    const found = tables.get(name)
    if (found === undefined) throw new Error(`The catalog has no table ${name}`)
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
    respond: (request) => {
      const name = /\/tables\/([^/?]+)/.exec(request.target)?.[1] ?? ''
      if (!isCommit(request))
        return tables.has(name) ? { json: body(name) } : errorResponse(404, 'NoSuchTableException')
      const fault = faults[count++]
      fault?.before?.()
      const refused =
        fault === undefined || fault.applied ? tryCommit(() => commit(decodeChanges(request))) : undefined
      if (fault?.applied === false || (fault !== undefined && refused === undefined)) return fault.response
      return (
        refused ?? (request.target.endsWith('/transactions/commit') ? { status: 204 } : { json: body(name) })
      )
    },
  })
  return {
    ...it,
    table,
    commitElsewhere: (name, ...updates) => apply(name, updates),
    recreate: (name) => void tables.set(name, { ...table(name), 'table-uuid': OTHER_UUID }),
    commits: () => it.requests.filter(isCommit),
  }
}

function decodeChanges({ target, json }: RecordedRequest): ReadonlyMap<string, CommitTableRequest> {
  const name = /\/tables\/([^/?]+)$/.exec(target)?.[1]
  if (name !== undefined) return new Map([[name, decodeCommitTableRequest(json)]])
  const { tableChanges } = decodeCommitTransactionRequest(json)
  return new Map(tableChanges.map((change) => [change.identifier.name, change]))
}

function tryCommit(run: () => void): ScriptedResponse | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    if (isHeadgateError(error, 'commit-failed'))
      return errorResponse(409, 'CommitFailedException', error.message)
    return errorResponse(400, 'BadRequestException', String(error))
  }
}

/** Creates a snapshot whose parent is the current one. */
export const createSnapshot = (table: TableMetadata, id: bigint): Snapshot => ({
  'snapshot-id': id,
  ...(table['current-snapshot-id'] === null ? {} : { 'parent-snapshot-id': table['current-snapshot-id'] }),
  'sequence-number': Number(table['last-sequence-number']) + 1,
  'timestamp-ms': 1_700_000_000_000,
  'manifest-list': `${LOCATION}/metadata/snap-${id}.avro`,
  summary: { operation: 'append' },
  'schema-id': 0,
})

/** Returns the updates that append a snapshot to `main`. */
export const appendUpdates = (table: TableMetadata, id: bigint): readonly TableUpdate[] => [
  { action: 'add-snapshot', snapshot: createSnapshot(table, id) },
  { action: 'set-snapshot-ref', 'ref-name': 'main', ref: { type: 'branch', 'snapshot-id': id } },
]
