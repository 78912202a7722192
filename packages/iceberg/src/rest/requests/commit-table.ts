import type { Json } from '@headgate/json'
import { decodeTableRequirement } from '../../metadata/requirement/decode-requirement.ts'
import type { TableRequirement } from '../../metadata/requirement/types.ts'
import { decodeTableUpdate } from '../../metadata/update/decode-update.ts'
import type { TableUpdate } from '../../metadata/update/types.ts'
import { within } from '../../field-error.ts'
import { decodeArray, decodeAt, decodeObject, optional, type Decoder, unfit } from '../../fields.ts'
import { identifierDecoder, type TableIdentifier } from '../identifier.ts'
import { defaultNameLimits, type NameLimits } from '../names.ts'

/** Body of `updateTable`, and one change of `commitTransaction`. */
export interface CommitTableRequest {
  /** What the path names too; clients may leave it out there. */
  readonly identifier: TableIdentifier | undefined
  /** In the order in which they are checked. */
  readonly requirements: readonly TableRequirement[]
  /** In the order in which they are applied. */
  readonly updates: readonly TableUpdate[]
}

/**
 * Reads the body of `updateTable`. Requirements and updates that are left out are none.
 *
 * @param at where it stands; in a transaction it is one of several
 */
export function decodeCommitTableRequest(
  value: Json,
  limits: NameLimits = defaultNameLimits,
  at = '',
): CommitTableRequest {
  return decodeAt(at, value, commitDecoder(limits))
}

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

/** A branch or tag is named within the limits of other names; taking away one that is there is not limited. */
function updateDecoder({ maxNameBytes }: NameLimits): Decoder<TableUpdate> {
  return (value) => {
    const update = decodeTableUpdate(value)
    if (update.action === 'set-snapshot-ref' && Buffer.byteLength(update['ref-name']) > maxNameBytes)
      throw within('ref-name', unfit(`longer than ${maxNameBytes} bytes`))
    return update
  }
}
