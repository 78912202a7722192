import type { Json } from '@headgate/json'
import { decodeTableRequirement } from '../../metadata/requirement/decode-requirement.ts'
import type { TableRequirement } from '../../metadata/requirement/types.ts'
import { decodeTableUpdate } from '../../metadata/update/decode-update.ts'
import type { TableUpdate } from '../../metadata/update/types.ts'
import { decodeArray, decodeObject, optional } from '../../view/fields.ts'
import { decodeTableIdentifier, type TableIdentifier } from '../identifier.ts'
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
  const body = decodeObject(value, at)
  return {
    identifier: optional(body, 'identifier', at, (value, at) => decodeTableIdentifier(value, at, limits)),
    requirements:
      optional(body, 'requirements', at, (list, at) => decodeArray(list, at, decodeTableRequirement)) ?? [],
    updates: optional(body, 'updates', at, (list, at) => decodeArray(list, at, decodeTableUpdate)) ?? [],
  }
}
