import type { Json } from '@headgate/json'
import { decodeObject, required } from '../../fields.ts'
import { identifierDecoder, type TableIdentifier } from '../identifier.ts'
import { defaultNameLimits, type NameLimits } from '../names.ts'

/** Body of `renameTable` and `renameView`. */
export interface RenameRequest {
  readonly source: TableIdentifier
  readonly destination: TableIdentifier
}

/**
 * Decodes the body of `renameTable` and `renameView`.
 *
 * @throws {HeadgateError} `bad-request` with the path of the wrong member
 */
export function decodeRenameRequest(value: Json, limits: NameLimits = defaultNameLimits): RenameRequest {
  const body = decodeObject(value)
  const identifier = identifierDecoder(limits)
  return {
    source: required(body, 'source', identifier),
    destination: required(body, 'destination', identifier),
  }
}
