import { HeadgateError } from '@headgate/errors'
import {
  formatIdentifier,
  formatNamespace,
  type Namespace,
  type TableIdentifier,
} from '@headgate/iceberg/rest'
import type { RelationKind } from '../store/relations.ts'

/** Titles of the kinds of relations, for messages. */
export const relationTitles = { table: 'Table', view: 'View', 'lance-table': 'Lance table' } as const

/**
 * Returns the 409 error for an existing name. Clients and the Iceberg compatibility kit (RCK) look for the text of its
 * message.
 */
export function takenError(
  wanted: RelationKind,
  existing: RelationKind,
  identifier: TableIdentifier,
): HeadgateError {
  const shown = formatIdentifier(identifier)
  const message =
    wanted === existing
      ? `${relationTitles[wanted]} already exists: ${shown}`
      : `${relationTitles[existing]} with same name already exists: ${shown}`
  return new HeadgateError('already-exists', message)
}

/** Returns the 409 error for a create with a free name whose uuid another relation of the warehouse already has. */
export function uuidTakenError(kind: RelationKind, identifier: TableIdentifier): HeadgateError {
  const shown = formatIdentifier(identifier)
  return new HeadgateError(
    'already-exists',
    `Cannot create ${shown}: a ${kind} with its uuid already exists in the warehouse, possibly under another name or as a dropped ${kind}.`,
  )
}

export function missingRelation(kind: RelationKind, identifier: TableIdentifier): HeadgateError {
  const message = `${relationTitles[kind]} does not exist: ${formatIdentifier(identifier)}`
  return new HeadgateError(kind === 'view' ? 'no-such-view' : 'no-such-table', message)
}

export function missingWarehouse(name: string): HeadgateError {
  return new HeadgateError('no-such-warehouse', `Warehouse does not exist: ${name}`)
}

export function missingNamespace(namespace: Namespace): HeadgateError {
  return new HeadgateError('no-such-namespace', `Namespace does not exist: ${formatNamespace(namespace)}`)
}

export function protectedError(what: string): HeadgateError {
  return new HeadgateError('protected', `${what} is protected. Remove the protection, then try again.`)
}
