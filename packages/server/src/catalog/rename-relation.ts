import { HeadgateError } from '@headgate/errors'
import { formatIdentifier } from '@headgate/iceberg/rest'
import { renameRelation } from '../store/relation-moves.ts'
import type { Riders } from '../store/riders.ts'
import { isViolation } from '../store/violation.ts'
import { missingNamespace } from './existing.ts'
import type { CatalogParts } from './parts.ts'
import { Stale } from './stale.ts'
import { type Place, standingOf, type Target } from './target.ts'

/** Gives a relation another name, also in another namespace of its warehouse. Its location does not change. */
export async function rename(
  parts: CatalogParts,
  source: Target,
  destination: Place,
  riders: Riders,
): Promise<void> {
  if (destination.relation !== null) {
    const kind = destination.relation.kind === 'table' ? 'Table' : 'View'
    const names = `${formatIdentifier(source.identifier)} to ${formatIdentifier(destination.identifier)}`
    throw new HeadgateError('already-exists', `Cannot rename ${names}. ${kind} already exists`)
  }
  const to = { namespaceId: destination.namespaceId, name: destination.identifier.name }
  try {
    if (!(await renameRelation(parts.sql, standingOf(source), to, riders))) throw new Stale()
  } catch (error) {
    if (isViolation(error, 'relation_name')) throw new Stale()
    if (isViolation(error, 'relation_namespace_id_fkey'))
      throw missingNamespace(destination.identifier.namespace)
    throw error
  }
}
