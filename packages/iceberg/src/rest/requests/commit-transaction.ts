import type { Json } from '@headgate/json'
import { prependPath } from '../../field-error.ts'
import { decodeArray, decodeObject, missing, required, invalidField, type Decoder } from '../../fields.ts'
import { formatIdentifier, type TableIdentifier } from '../identifier.ts'
import { defaultNameLimits, type NameLimits } from '../names.ts'
import { commitDecoder, type CommitTableRequest } from './commit-table.ts'

/** Change of one table. The body contains its identifier, because the path does not. */
export interface TableChange extends CommitTableRequest {
  readonly identifier: TableIdentifier
}

/** Body of `commitTransaction`. */
export interface CommitTransactionRequest {
  /** At least one change, and at most one for each table. */
  readonly tableChanges: readonly TableChange[]
}

/**
 * Decodes the body of `commitTransaction`.
 *
 * @throws {HeadgateError} `bad-request`, also for two changes of one table, whose order the specification does not define
 */
export function decodeCommitTransactionRequest(
  value: Json,
  limits: NameLimits = defaultNameLimits,
): CommitTransactionRequest {
  const decodeChange = changeDecoder(limits)
  const tableChanges = required(decodeObject(value), 'table-changes', (list) =>
    decodeArray(list, decodeChange),
  )
  if (tableChanges.length === 0) throw prependPath('table-changes', invalidField('must not be empty'))
  const seen = new Set<string>()
  for (const { identifier } of tableChanges) {
    const key = JSON.stringify([identifier.namespace, identifier.name])
    if (seen.has(key))
      throw prependPath(
        'table-changes',
        invalidField(`${formatIdentifier(identifier)} is changed more than once`),
      )
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
