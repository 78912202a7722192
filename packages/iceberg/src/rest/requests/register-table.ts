import type { Json } from '@headgate/json'
import { decodeBoolean, decodeNonEmptyText, decodeObject, optional, required } from '../../fields.ts'
import { nameDecoder } from '../identifier.ts'
import { defaultNameLimits, type NameLimits } from '../names.ts'

/** Body of `registerTable`. */
export interface RegisterTableRequest {
  readonly name: string
  readonly metadataLocation: string
  /** Whether the metadata of an existing table of this name is replaced. */
  readonly overwrite: boolean
}

/**
 * Decodes the body of `registerTable`.
 *
 * @throws {HeadgateError} `bad-request` with the path of the wrong member
 */
export function decodeRegisterTableRequest(
  value: Json,
  limits: NameLimits = defaultNameLimits,
): RegisterTableRequest {
  const body = decodeObject(value)
  return {
    name: required(body, 'name', nameDecoder(limits)),
    metadataLocation: required(body, 'metadata-location', decodeNonEmptyText),
    overwrite: optional(body, 'overwrite', decodeBoolean) ?? false,
  }
}
