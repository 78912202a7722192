import type { Json } from '@headgate/json'
import { within } from '../../field-error.ts'
import { decodeArray, decodeObject, missing, required, unfit, type Decoder } from '../../fields.ts'
import { formatIdentifier, type TableIdentifier } from '../identifier.ts'
import { defaultNameLimits, type NameLimits } from '../names.ts'
import { commitDecoder, type CommitTableRequest } from './commit-table.ts'

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
  const decodeChange = changeDecoder(limits)
  const tableChanges = required(decodeObject(value), 'table-changes', (list) =>
    decodeArray(list, decodeChange),
  )
  if (tableChanges.length === 0) throw within('table-changes', unfit('must not be empty'))
  const seen = new Set<string>()
  for (const { identifier } of tableChanges) {
    const key = JSON.stringify([identifier.namespace, identifier.name])
    if (seen.has(key))
      throw within('table-changes', unfit(`${formatIdentifier(identifier)} is changed more than once`))
    seen.add(key)
  }
  return { tableChanges }
}

function changeDecoder(limits: NameLimits): Decoder<TableChange> {
  const decodeCommit = commitDecoder(limits)
  return (value) => {
    const { identifier, ...change } = decodeCommit(value)
    if (identifier === undefined) throw missing('identifier')
    return { identifier, ...change }
  }
}
