import { lockLocations } from '../store/location-claims.ts'
import {
  type Bodies,
  confirmRelation,
  insertRelation,
  lockRelations,
  replacePrefixes,
  replaceRelation,
  type Standing,
} from '../store/relation-writes.ts'
import { writeRiders, type Riders } from '../store/riders.ts'
import type { Queryable } from '../store/sql.ts'
import { confirmChosenPlaces } from './chosen-places.ts'
import { confirmPolicy } from './confirm-policy.ts'
import type { CatalogParts } from './parts.ts'
import type { Prepared } from './prepare.ts'
import { Stale } from './stale.ts'

/** A change whose file is in storage, with what its row will keep. */
export interface Written extends Prepared {
  readonly bodies: Bodies
}

/**
 * Writes what the store keeps of changes, all or none; `unchanged` must stand where they stood.
 *
 * @throws Stale when something moved since the changes were prepared
 */
export async function movePointers(
  parts: CatalogParts,
  changes: readonly Written[],
  riders: Riders,
  unchanged: readonly Standing[],
): Promise<void> {
  const [only] = changes
  if (
    changes.length === 1 &&
    only &&
    only.chosen === null &&
    only.recorded === null &&
    unchanged.length === 0
  ) {
    if (!(await writeSingle(parts, only, riders))) throw new Stale()
    return
  }
  riders.begin?.()
  await parts.sql.transaction(async (tx) => {
    const replaced = changes.flatMap(({ write }) =>
      write.type === 'replace' ? [write.replacement.standing] : [],
    )
    const ids = [...replaced, ...unchanged].map(({ id }) => id)
    if (ids.length > 0) await lockRelations(tx, ids)
    for (const standing of unchanged) {
      if (!(await confirmRelation(tx, standing, riders.policyVersion))) throw new Stale()
    }
    const bare = { policyVersion: riders.policyVersion, audit: [], idempotency: null }
    // New names too are taken in one order everywhere, for the same reason.
    for (const change of changes.toSorted((a, b) => compare(newNameOf(a), newNameOf(b)))) {
      if (!(await writeOne(tx, change, bare))) throw new Stale()
    }
    if (changes.some(({ chosen }) => chosen !== null)) await lockLocations(tx)
    for (const change of changes) await claimLocations(tx, change)
    await writeRiders(tx, riders)
    await confirmPolicy(tx, riders)
  })
}

function newNameOf({ write }: Prepared): string {
  return write.type === 'create' ? `${write.relation.namespaceId} ${write.relation.name}` : ''
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

/** A change that needs nothing else to be written with it may share its statement with those of others. */
function writeSingle({ sql, groupCommit }: CatalogParts, change: Written, riders: Riders): Promise<boolean> {
  const { write, bodies } = change
  return write.type === 'replace'
    ? groupCommit.replace({ ...write.replacement, ...bodies }, riders)
    : writeOne(sql, change, riders)
}

function writeOne(sql: Queryable, { write, bodies }: Written, riders: Riders): Promise<boolean> {
  return write.type === 'create'
    ? insertRelation(sql, { ...write.relation, ...bodies }, riders)
    : replaceRelation(sql, { ...write.replacement, ...bodies }, riders)
}

async function claimLocations(tx: Queryable, change: Prepared): Promise<void> {
  const { chosen, recorded, write, warehouse } = change
  const id = write.type === 'create' ? write.relation.id : write.replacement.standing.id
  if (chosen !== null) await confirmChosenPlaces(tx, warehouse, chosen, [id])
  if (recorded !== null) await replacePrefixes(tx, id, recorded)
}
