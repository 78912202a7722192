import type { Json } from '@headgate/json'
import { decodeViewRequirement, decodeViewUpdate } from '../../view/decode-view-update.ts'
import { decodeArray, decodeObject, optional } from '../../fields.ts'
import type { ViewRequirement, ViewUpdate } from '../../view/view-update.ts'
import { identifierDecoder, type TableIdentifier } from '../identifier.ts'
import { defaultNameLimits, type NameLimits } from '../names.ts'

/** Body of `replaceView`. */
export interface CommitViewRequest {
  /** View of the commit. Clients may omit it, because the path contains it too. */
  readonly identifier: TableIdentifier | undefined
  /** Requirements in the order in which the server checks them. */
  readonly requirements: readonly ViewRequirement[]
  /** Updates in the order in which the server applies them. */
  readonly updates: readonly ViewUpdate[]
}

/** Decodes the body of `replaceView`. Missing requirements and updates are treated as empty. */
export function decodeCommitViewRequest(
  value: Json,
  limits: NameLimits = defaultNameLimits,
): CommitViewRequest {
  const body = decodeObject(value)
  return {
    identifier: optional(body, 'identifier', identifierDecoder(limits)),
    requirements: optional(body, 'requirements', (list) => decodeArray(list, decodeViewRequirement)) ?? [],
    updates: optional(body, 'updates', (list) => decodeArray(list, decodeViewUpdate)) ?? [],
  }
}
