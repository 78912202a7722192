import { createHash, randomUUID } from 'node:crypto'
import { isHeadgateError } from '@headgate/errors'
import type { Namespace } from '@headgate/iceberg/rest'
import type { Caller } from '../catalog/caller.ts'
import { missingRelation } from '../catalog/existing.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import { joinLevels, splitLevels } from '../namespace-path.ts'
import { serverId } from '../reserved-ids.ts'
import type { Queryable } from '../store/sql.ts'
import {
  findUpstreamUuid,
  moveUpstreamRelation,
  recordUpstreamNamespace,
  recordUpstreamRelation,
  type UpstreamHolder,
} from '../store/upstream-relations.ts'
import { isViolation } from '../store/violation.ts'
import type { UpstreamDeps } from './deps.ts'
import type { UpstreamName } from './upstream-name.ts'
import { readMetadata, type RemoteMetadata } from './load-result.ts'
import { remotePrefixes } from './remote-prefixes.ts'

/** Time limit in ms of the request that checks whether a table still exists under its recorded name. */
const patienceMs = 30_000

/** Database rows of a table or view of an upstream catalog: ids, locations and last revocation. */
export interface RecordedRelation {
  readonly id: string
  readonly namespaceId: string
  /** Canonical locations of the files of the relation, each ending in `/`. */
  readonly prefixes: readonly string[]
  /**
   * Time of the last revocation in epoch ms. Storage access that was issued at or before this time is
   * revoked.
   */
  readonly revokedBefore: number
}

/** Name of a table or view whose database rows are written. */
export type RecordedName = Pick<UpstreamName, 'known' | 'kind' | 'warehouse' | 'identifier'> & {
  readonly namespace: Pick<UpstreamName['namespace'], 'id'>
}

/** Owner and id for a new row. */
export interface RecordOptions {
  /**
   * Id of the principal that created the object through this server. Absent when the object already existed
   * in the upstream catalog.
   */
  readonly ownerId?: string
  /** Id that was reserved for the row, for example for a staged table. Absent: a random id. */
  readonly id?: string
}

/**
 * Returns the database rows of a table or view of an upstream catalog. Writes the rows first if they are
 * missing or outdated. A load of a known table writes nothing.
 *
 * A row is identified by the UUID of its table. If the table was renamed in the upstream catalog, its row
 * moves to the new name and keeps its grants. If the upstream catalog returns the table under both names, the
 * row stays at the recorded name: some catalogs ignore upper and lower case, and a load with another spelling
 * must not move the row.
 *
 * @param caller caller of the request. Null for background work, which uses the service account
 */
export async function recordRelation(
  deps: Pick<UpstreamDeps, 'sql' | 'upstreams'>,
  caller: Caller | null,
  name: RecordedName,
  metadata: RemoteMetadata,
  { ownerId = serverId, id }: RecordOptions = {},
): Promise<RecordedRelation> {
  const { known, namespace, warehouse } = name
  const { sql } = deps
  const prefixes = remotePrefixes(metadata.locations)
  if (
    known !== null &&
    namespace.id !== null &&
    known.uuid === metadata.uuid &&
    known.prefixes === prefixes.join('\n')
  )
    return { id: known.id, namespaceId: namespace.id, prefixes, revokedBefore: known.notBefore }
  const revokedBefore = known?.uuid === metadata.uuid ? known.notBefore : 0
  const holder = await findOtherName(sql, name, metadata.uuid)
  if (holder !== null && (await isStillThere(deps, caller, warehouse, holder, metadata.uuid))) {
    const namespaceId = await sql.transaction((tx) =>
      recordNamespace(tx, warehouse.id, name.identifier.namespace),
    )
    return { id: idOfOtherName(holder, name), namespaceId, prefixes, revokedBefore }
  }
  const write = (tx: Queryable): Promise<RecordedRelation> =>
    writeRows(tx, name, metadata, {
      id: id ?? randomUUID(),
      ownerId,
      prefixes,
      revokedBefore,
      moved: holder?.id ?? null,
    })
  try {
    return await sql.transaction(write)
  } catch (error) {
    // Another replica wrote the rows at the same time. The second attempt reads them.
    if (!isViolation(error)) throw error
    return await sql.transaction(write)
  }
}

async function writeRows(
  tx: Queryable,
  { warehouse, identifier, kind }: RecordedName,
  metadata: RemoteMetadata,
  row: Pick<RecordedRelation, 'id' | 'prefixes' | 'revokedBefore'> & {
    readonly ownerId: string
    /** Id of the row that this table has under its previous name, or null. */
    readonly moved: string | null
  },
): Promise<RecordedRelation> {
  const namespaceId = await recordNamespace(tx, warehouse.id, identifier.namespace)
  if (row.moved !== null) await moveUpstreamRelation(tx, row.moved, { namespaceId, name: identifier.name })
  const id = await recordUpstreamRelation(tx, {
    id: row.id,
    warehouseId: warehouse.id,
    namespaceId,
    name: identifier.name,
    kind,
    uuid: metadata.uuid,
    metadataLocation: metadata.metadataLocation ?? '',
    location: metadata.location,
    prefixes: row.prefixes,
    ownerId: row.ownerId,
  })
  return { id, namespaceId, prefixes: row.prefixes, revokedBefore: row.revokedBefore }
}

/** Returns the row of the table with this UUID if the row has another name than the one in the request. */
async function findOtherName(
  sql: Queryable,
  { warehouse, identifier }: Pick<RecordedName, 'warehouse' | 'identifier'>,
  uuid: string,
): Promise<UpstreamHolder | null> {
  const holder = await findUpstreamUuid(sql, warehouse.id, uuid)
  const isSame = holder?.path === joinLevels(identifier.namespace) && holder.name === identifier.name
  return isSame ? null : holder
}

/**
 * Returns whether the upstream catalog still has the table under its recorded name. Also returns true when
 * the answer is not certain: with the identity of a user, the upstream catalog may hide the table from this
 * user.
 */
async function isStillThere(
  { upstreams }: Pick<UpstreamDeps, 'upstreams'>,
  caller: Caller | null,
  warehouse: Warehouse,
  { kind, path, name }: UpstreamHolder,
  uuid: string,
): Promise<boolean> {
  const identifier = { namespace: splitLevels(path), name }
  const upstream = await (caller === null
    ? upstreams.getForService(warehouse)
    : upstreams.get(warehouse, caller))
  try {
    const { body } = await upstream.call(
      {
        id: kind === 'table' ? 'loadTable' : 'loadView',
        target: { identifier },
        query: kind === 'table' ? { snapshots: 'refs' } : {},
        missing: () => missingRelation(kind, identifier),
      },
      AbortSignal.timeout(patienceMs),
    )
    return readMetadata(body, kind).uuid === uuid
  } catch (error) {
    if (upstream.isForUser) return true
    return !isHeadgateError(error, 'no-such-table') && !isHeadgateError(error, 'no-such-view')
  }
}

/**
 * Returns a stable id for a table that was loaded by a second name, for which no row exists. The storage
 * gateway finds no row for this id, so it allows no access.
 */
function idOfOtherName({ id }: UpstreamHolder, { identifier }: Pick<RecordedName, 'identifier'>): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([id, identifier]))
    .digest('hex')
  return [digest.slice(0, 8), digest.slice(8, 12), `8${digest.slice(13, 16)}`, `8${digest.slice(17, 20)}`]
    .concat(digest.slice(20, 32))
    .join('-')
}

/**
 * Adds rows for a namespace and its parents, unless they exist. Returns the id of the namespace's row.
 *
 * @param ownerId id of the principal that created the namespace through this server. Rows that are added for
 *   parents have no owner
 */
export async function recordNamespace(
  tx: Queryable,
  warehouseId: string,
  levels: Namespace,
  ownerId: string = serverId,
): Promise<string> {
  let id = ''
  for (const index of levels.keys()) {
    const isLast = index === levels.length - 1
    id = await recordUpstreamNamespace(tx, {
      id: randomUUID(),
      warehouseId,
      path: joinLevels(levels.slice(0, index + 1)),
      parentPath: index === 0 ? null : joinLevels(levels.slice(0, index)),
      ownerId: isLast ? ownerId : serverId,
    })
  }
  return id
}
