import type { Json } from '@headgate/json'
import { decodeArray, decodeObject, invalid, required } from '../../view/fields.ts'
import { formatIdentifier, type TableIdentifier } from '../identifier.ts'
import { defaultNameLimits, type NameLimits } from '../names.ts'
import { decodeCommitTableRequest, type CommitTableRequest } from './commit-table.ts'

/** A change whose table is named in the body, because the path names none. */
export interface TableChange extends CommitTableRequest {
  readonly identifier: TableIdentifier
}

/** Body of `commitTransaction`. */
export interface CommitTransactionRequest {
  /** At least one; each of another table. */
  readonly tableChanges: readonly TableChange[]
}

/**
 * @throws {HeadgateError} `bad-request`; also for two changes of one table, whose order the specification leaves open
 */
export function decodeCommitTransactionRequest(
  value: Json,
  limits: NameLimits = defaultNameLimits,
): CommitTransactionRequest {
  const tableChanges = required(decodeObject(value, ''), 'table-changes', '', (list, at) =>
    decodeArray(list, at, (change, at) => decodeTableChange(change, at, limits)),
  )
  if (tableChanges.length === 0) throw invalid('table-changes', 'must not be empty')
  const seen = new Set<string>()
  for (const { identifier } of tableChanges) {
    const key = JSON.stringify([identifier.namespace, identifier.name])
    if (seen.has(key))
      throw invalid('table-changes', `${formatIdentifier(identifier)} is changed more than once`)
    seen.add(key)
  }
  return { tableChanges }
}

function decodeTableChange(value: Json, at: string, limits: NameLimits): TableChange {
  const { identifier, ...change } = decodeCommitTableRequest(value, limits, at)
  if (identifier === undefined) throw invalid(at, 'missing field identifier')
  return { identifier, ...change }
}
