import type { Json } from '@headgate/json'
import { decodeTableRequirement } from '../../metadata/requirement/decode-requirement.ts'
import type { TableRequirement } from '../../metadata/requirement/types.ts'
import { decodeTableUpdate } from '../../metadata/update/decode-update.ts'
import type { TableUpdate } from '../../metadata/update/types.ts'
import { prependPath } from '../../field-error.ts'
import { decodeArray, decodeAt, decodeObject, optional, type Decoder, invalidField } from '../../fields.ts'
import { identifierDecoder, type TableIdentifier } from '../identifier.ts'
import { defaultNameLimits, type NameLimits } from '../names.ts'

/** Body of `updateTable`, and one change of `commitTransaction`. */
export interface CommitTableRequest {
  /** Table of the commit. Clients may omit it, because the path contains it too. */
  readonly identifier: TableIdentifier | undefined
  /** Requirements in the order in which the server checks them. */
  readonly requirements: readonly TableRequirement[]
  /** Updates in the order in which the server applies them. */
  readonly updates: readonly TableUpdate[]
}

/**
 * Decodes the body of `updateTable`. Missing requirements and updates are treated as empty.
 *
 * @param at path of the value, for messages; a transaction contains several such bodies
 * @throws {HeadgateError} `bad-request` with the path of the wrong member
 */
export function decodeCommitTableRequest(
  value: Json,
  limits: NameLimits = defaultNameLimits,
  at = '',
): CommitTableRequest {
  return decodeAt(at, value, commitDecoder(limits))
}

/** Returns a decoder for the body of `updateTable` with these limits of names. */
export function commitDecoder(limits: NameLimits): Decoder<CommitTableRequest> {
  return (value) => {
    const body = decodeObject(value)
    return {
      identifier: optional(body, 'identifier', identifierDecoder(limits)),
      requirements: optional(body, 'requirements', (list) => decodeArray(list, decodeTableRequirement)) ?? [],
      updates: optional(body, 'updates', (list) => decodeArray(list, updateDecoder(limits))) ?? [],
    }
  }
}

/**
 * Returns a decoder for updates that limits the names of new branches and tags. Names of branches and tags to remove
 * are not limited.
 */
function updateDecoder({ maxNameBytes }: NameLimits): Decoder<TableUpdate> {
  return (value) => {
    const update = decodeTableUpdate(value)
    if (update.action === 'set-snapshot-ref' && Buffer.byteLength(update['ref-name']) > maxNameBytes)
      throw prependPath('ref-name', invalidField(`must not be longer than ${maxNameBytes} bytes`))
    return update
  }
}
