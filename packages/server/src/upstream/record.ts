import { randomUUID } from 'node:crypto'
import { canonicalPrefix, parseLocation } from '@headgate/storage'
import type { Namespace } from '@headgate/iceberg/rest'
import { joinLevels } from '../namespace-path.ts'
import { serverId } from '../reserved-ids.ts'
import type { Queryable } from '../store/sql.ts'
import { recordUpstreamNamespace, recordUpstreamRelation } from '../store/upstream-relations.ts'
import { isViolation } from '../store/violation.ts'
import type { UpstreamDeps } from './deps.ts'
import type { UpstreamName } from './find-name.ts'
import type { RemoteMetadata } from './load-result.ts'

/** Ids of the rows of a table or view of an upstream. */
export interface RecordedRelation {
  readonly id: string
  readonly namespaceId: string
  /** Canonical locations of its files, each ending in `/`. */
  readonly prefixes: readonly string[]
  /** Time in epoch ms. Storage access that was issued at or before this time is revoked. */
  readonly revokedBefore: number
}

/** Name whose rows are written. */
export type RecordedName = Pick<UpstreamName, 'known' | 'kind' | 'warehouse' | 'identifier'> & {
  readonly namespace: Pick<UpstreamName['namespace'], 'id'>
}

/** Reason why a row is written. */
export interface RecordOptions {
  /** Principal that created the object through this server. Absent: the object existed in the upstream. */
  readonly ownerId?: string
  /** Id that was reserved for the row. */
  readonly id?: string
}

/**
 * Returns the ids of the rows of a table or view, and writes the rows when they are missing or outdated. Loads of a known
 * table write nothing.
 */
export async function recordRelation(
  { sql }: Pick<UpstreamDeps, 'sql'>,
  name: RecordedName,
  metadata: RemoteMetadata,
  { ownerId = serverId, id }: RecordOptions = {},
): Promise<RecordedRelation> {
  const { known, namespace } = name
  const prefixes = toPrefixes(metadata.locations)
  if (
    known !== null &&
    namespace.id !== null &&
    known.uuid === metadata.uuid &&
    known.prefixes === prefixes.join('\n')
  )
    return { id: known.id, namespaceId: namespace.id, prefixes, revokedBefore: known.notBefore }
  const revokedBefore = known?.uuid === metadata.uuid ? known.notBefore : 0
  const write = (tx: Queryable): Promise<RecordedRelation> =>
    writeRows(tx, name, metadata, { id: id ?? randomUUID(), ownerId, prefixes, revokedBefore })
  try {
    return await sql.transaction(write)
  } catch (error) {
    // Another replica wrote the rows at the same time. The second attempt finds them.
    if (!isViolation(error)) throw error
    return await sql.transaction(write)
  }
}

async function writeRows(
  tx: Queryable,
  { warehouse, identifier, kind }: RecordedName,
  metadata: RemoteMetadata,
  row: Pick<RecordedRelation, 'id' | 'prefixes' | 'revokedBefore'> & { readonly ownerId: string },
): Promise<RecordedRelation> {
  const namespaceId = await recordNamespace(tx, warehouse.id, identifier.namespace)
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

/**
 * Adds the rows of a namespace and its parents, unless they exist. Returns the id of the namespace.
 *
 * @param ownerId principal that created the namespace through this server. Parents without a row have no owner
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

/** Returns locations as canonical prefixes, each ending in `/`. Locations inside another one are omitted. */
export function toPrefixes(locations: readonly string[]): string[] {
  const prefixes = [...new Set(locations.map((location) => canonicalPrefix(parseLocation(location))))]
  return prefixes.filter((prefix) => !prefixes.some((other) => other !== prefix && prefix.startsWith(other)))
}
