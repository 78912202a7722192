import { HeadgateError } from '@headgate/errors'
import type { Privilege } from '../access/privilege.ts'
import { missingRelation } from '../catalog/existing.ts'
import type { Target } from '../catalog/target.ts'
import type { Call } from '../http/operation.ts'
import { levelsOf } from '../store/namespaces.ts'
import { findRelationName, type RelationKind } from '../store/relations.ts'
import { findRelation, type RelationPlace } from './find.ts'
import type { IcebergParts } from './parts.ts'

interface Earlier {
  readonly at: RelationPlace
  readonly kind: RelationKind
  /** Null: the earlier request left none. */
  readonly relationId: string | null
}

/**
 * The relation that an earlier request made or changed, wherever it is now: it may have been renamed since, and
 * another may stand at its name. 404 when it was dropped.
 */
export async function findEarlier(
  parts: IcebergParts,
  call: Call,
  { at, kind, relationId }: Earlier,
  privilege: Privilege,
): Promise<Target> {
  const now = relationId === null ? null : await findRelationName(parts.sql, relationId)
  if (now === null) throw missingRelation(kind, at.identifier)
  const identifier = { namespace: levelsOf(now.path), name: now.name }
  return (await findRelation(parts, call, { warehouse: at.warehouse, identifier }, kind, privilege)).found
}

/** The same after a commit. 404 would say that nothing was committed, and its client would delete its files. */
export async function findCommitted(parts: IcebergParts, call: Call, earlier: Earlier): Promise<Target> {
  try {
    return await findEarlier(parts, call, earlier, 'modify')
  } catch (cause) {
    if (!(cause instanceof HeadgateError) || cause.kind.status >= 500) throw cause
    const message = `The change was committed, and the ${earlier.kind} was dropped or is out of your reach since.`
    throw new HeadgateError('commit-state-unknown', message, { cause })
  }
}
