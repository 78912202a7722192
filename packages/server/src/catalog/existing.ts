import { HeadgateError } from '@headgate/errors'
import {
  formatIdentifier,
  formatNamespace,
  type Namespace,
  type TableIdentifier,
} from '@headgate/iceberg/rest'
import type { RelationKind } from '../store/relations.ts'

/** Names of the kinds of relations, as error messages begin with them. */
export const relationTitles = { table: 'Table', view: 'View', 'lance-table': 'Lance table' } as const

/**
 * Returns the error (409) for a name that is already in use. Iceberg clients and the REST Compatibility Kit
 * (RCK) look for the text of its message.
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

/**
 * Returns the error (409) for the creation of a relation whose UUID another relation of the warehouse already
 * has.
 */
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
